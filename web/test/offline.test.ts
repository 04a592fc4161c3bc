import { expect, it } from "vitest";
import type { OfflineTwin } from "../src/api/offline.ts";
import type { ForecastCurve, NowAnswer } from "../src/api/types.ts";
import { continued, riskFrom } from "../src/chart/offline.ts";
import { offlineView } from "../src/chart/offline-view.ts";
import { forecast as made, offlineTwin } from "./fixture/world.ts";

const ORIGIN = Date.parse("2026-11-18T18:50:00Z");
const MINUTE = 60_000;
const FORECAST = made(ORIGIN) as ForecastCurve;
const TWIN = offlineTwin(ORIGIN) as OfflineTwin;

const entry = (stream: string, minutes: number, fields: Record<string, unknown>) => ({
  key: `${stream}${minutes}`,
  stream,
  time: new Date(ORIGIN + minutes * MINUTE).toISOString(),
  fields,
});
const medianAt = (curve: ForecastCurve, minute: number): number =>
  curve.median_mgdl[curve.t_min.indexOf(minute)] as number;
const widthAt = (curve: ForecastCurve, minute: number): number => {
  const [band, index] = [curve.bands.find((one) => one.level === 0.9), curve.t_min.indexOf(minute)];
  return (band?.high_mgdl[index] as number) - (band?.low_mgdl[index] as number);
};
const now = (forecast: ForecastCurve | null): NowAnswer =>
  ({ forecast, events: [], insulin_on_board_u: 2, carbs_on_board_g: 9 }) as unknown as NowAnswer;

it("leaves the forecast as it is while nothing was logged", () => {
  expect(continued(FORECAST, TWIN, []).forecast).toBe(FORECAST);
});

it("lets food raise glucose after it was eaten, by what each gram does, and not before", () => {
  const { forecast, counted } = continued(FORECAST, TWIN, [entry("meal", 60, { carbs_g: 30 })]);
  expect(counted).toBe(1);
  expect(medianAt(forecast, 55)).toBeCloseTo(medianAt(FORECAST, 55), 6);
  const rise = medianAt(forecast, 240) - medianAt(FORECAST, 240);
  expect(rise).toBeGreaterThan(30 * 0.75);
  expect(rise).toBeLessThan(30 * 1.1);
});

it("lets a gram do less beside others, however they are logged", () => {
  const rise = (...meals: [number, number][]): number => {
    const entries = meals.map(([minutes, carbs_g]) => entry("meal", minutes, { carbs_g }));
    return medianAt(continued(FORECAST, TWIN, entries).forecast, 240) - medianAt(FORECAST, 240);
  };
  expect(rise([0, 60])).toBeLessThan(2.95 * rise([0, 20]));
  expect(rise([0, 30], [0, 30])).toBeCloseTo(rise([0, 60]), 6);
  expect(rise([0, 400])).toBeGreaterThan(rise([0, 200]));
});

it("lets insulin take more away from what was eaten, but not in proportion", () => {
  const [food, insulin] = [entry("meal", 0, { carbs_g: 60 }), entry("bolus", 0, { insulin_u: 3 })];
  const at = (...entries: ReturnType<typeof entry>[]): number =>
    medianAt(continued(FORECAST, TWIN, entries).forecast, 240);
  const [alone, fed] = [medianAt(FORECAST, 240), at(food)];
  const [fasting, beside] = [alone - at(insulin), fed - at(food, insulin)];
  expect(beside).toBeGreaterThan(fasting);
  expect(beside).toBeLessThan((fasting * fed) / alone);
});

it("knows less of what it adds: the fan gets wider with food", () => {
  const { forecast } = continued(FORECAST, TWIN, [entry("meal", 0, { carbs_g: 60 })]);
  expect(widthAt(forecast, 240)).toBeGreaterThan(widthAt(FORECAST, 240));
});

it("lets insulin lower glucose and raise the chance of a low", () => {
  const { forecast } = continued(FORECAST, TWIN, [entry("pen", 10, { insulin_u: 5 })]);
  expect(medianAt(forecast, 180)).toBeLessThan(medianAt(FORECAST, 180));
  expect(forecast.probability_below_70.at(-1)).toBeGreaterThanOrEqual(FORECAST.probability_below_70.at(-1) as number);
  expect(Math.min(...forecast.bands.flatMap((band) => band.low_mgdl as number[]))).toBeGreaterThanOrEqual(0);
});

it("counts of food before the reading only what it still does", () => {
  const all = continued(FORECAST, TWIN, [entry("meal", 0, { carbs_g: 30 })]).forecast;
  const rest = continued(FORECAST, TWIN, [entry("meal", -60, { carbs_g: 30 })]).forecast;
  expect(medianAt(rest, 240)).toBeGreaterThan(medianAt(FORECAST, 240));
  expect(medianAt(rest, 240)).toBeLessThan(medianAt(all, 240));
});

it("says what it cannot count: activity, what lies beyond its end, and a format that it does not know", () => {
  const entries = [entry("activity", 10, { duration_min: 30 }), entry("meal", 300, { carbs_g: 30 })];
  expect(continued(FORECAST, TWIN, entries)).toEqual({ forecast: FORECAST, counted: 0, uncounted: 2 });
  const newer = { ...TWIN, version: 3 };
  expect(continued(FORECAST, newer, [entry("meal", 0, { carbs_g: 30 })]).counted).toBe(0);
});

it("follows the forecast when the compact twin is a little older", () => {
  const older = offlineTwin(ORIGIN - 10 * MINUTE) as OfflineTwin;
  const meal = [entry("meal", 20, { carbs_g: 30 })];
  const [a, b] = [continued(FORECAST, TWIN, meal), continued(FORECAST, older, meal)];
  expect(medianAt(b.forecast, 120)).toBeCloseTo(medianAt(a.forecast, 120), 0);
  expect(b.forecast.origin).toBe(FORECAST.origin);
});

it("reads the next risk off the curve from a moment on, and none after its end", () => {
  const low = { ...FORECAST, probability_below_70: FORECAST.t_min.map((t) => (t > 100 ? 0.4 : 0)) };
  expect(riskFrom(low, ORIGIN + 30 * MINUTE)).toMatchObject({ kind: "low", probability: 0.4, in_min: 75 });
  const calm = { ...FORECAST, probability_below_70: FORECAST.t_min.map(() => 0) };
  expect(riskFrom(calm, ORIGIN)?.kind).toBe("none");
  const high = {
    ...calm,
    median_mgdl: calm.t_min.map(() => 260),
    bands: [{ level: 0.9, low_mgdl: [], high_mgdl: calm.t_min.map(() => 300) }],
  };
  expect(riskFrom(high, ORIGIN)).toMatchObject({ kind: "high", in_min: 5 });
  expect(riskFrom(FORECAST, ORIGIN + 240 * MINUTE)).toBeNull();
});

it("shows entries that wait, forgets what is on board, and ends with the forecast", () => {
  const waiting = [entry("meal", 5, { carbs_g: 30 }), entry("glucose", 6, { glucose_mgdl: 120 })];
  const view = offlineView(now(FORECAST), TWIN, waiting, ORIGIN + 20 * MINUTE);
  expect(view).toMatchObject({ counted: 1, uncounted: 0 });
  expect(view.now.events.map((one) => one.stream)).toEqual(["meal"]);
  expect(view.now.insulin_on_board_u).toBeNull();
  const over = offlineView(now(FORECAST), TWIN, waiting, ORIGIN + 241 * MINUTE);
  expect([over.now.forecast, over.now.next_risk]).toEqual([null, null]);
  expect(offlineView(now(null), TWIN, [], ORIGIN).span).toBeNull();
  expect(offlineView(now(FORECAST), null, waiting, ORIGIN)).toMatchObject({ counted: 0, uncounted: 1 });
});
