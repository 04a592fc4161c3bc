import type { ForecastCurve, Reading } from "../api/types.ts";
import { t } from "../text/message.svelte.ts";
import { decimal, glucose } from "../text/number.ts";
import { MINUTE_MS } from "../text/time.ts";
import type { GlucoseUnit } from "../text/unit.ts";
import { type ChartModel, nearest } from "./model.ts";
import { fanOf, pointsOf } from "./now.ts";

interface DayParts {
  from: number;
  to: number;
  readings: readonly Reading[];
  forecast: ForecastCurve | null;
  target: { low: number; high: number };
}

/** One day's readings; with a forecast, what came after it is drawn as rings over the fan. */
export function dayModel({ from, to, readings, forecast, target }: DayParts): ChartModel {
  if (!forecast) return { from, to, lines: [pointsOf(readings)], ribbons: [], now: null, target };
  const origin = Date.parse(forecast.origin);
  const fan = fanOf(forecast);
  const before = readings.filter((one) => Date.parse(one.time) <= origin);
  const after = readings.filter((one) => Date.parse(one.time) > origin);
  const lines = [pointsOf(before), fan.line, pointsOf(after, "rings", t("day-outcome"))];
  return { from, to, lines, ribbons: fan.ribbons, now: origin, target };
}

/** Readings of the forecast's time that lie inside its widest band. */
export function insideShare(readings: readonly Reading[], forecast: ForecastCurve): { inside: number; count: number } {
  const origin = Date.parse(forecast.origin);
  const x = forecast.t_min.map((minute) => origin + minute * MINUTE_MS);
  const band = forecast.bands.find((one) => one.level === 0.9);
  let [inside, count] = [0, 0];
  for (const reading of readings) {
    const at = Date.parse(reading.time);
    const low = band ? nearest(x, band.low_mgdl, at, 5 * MINUTE_MS) : null;
    const high = band ? nearest(x, band.high_mgdl, at, 5 * MINUTE_MS) : null;
    if (at <= origin || low === null || high === null) continue;
    count += 1;
    if (reading.glucose_mgdl >= low && reading.glucose_mgdl <= high) inside += 1;
  }
  return { inside, count };
}

/** The day in a sentence, and how a forecast did. */
export function daySummary(
  readings: readonly Reading[],
  forecast: ForecastCurve | null,
  target: { low: number; high: number },
  unit: GlucoseUnit,
  locale: string,
): string {
  if (readings.length === 0) return t("day-empty");
  const values = readings.map((one) => one.glucose_mgdl);
  const within = values.filter((one) => one >= target.low && one <= target.high).length / values.length;
  const day = t("day-summary", {
    low: glucose(Math.min(...values), unit, locale),
    high: glucose(Math.max(...values), unit, locale),
    unit,
    percent: decimal(within * 100, 0, locale),
  });
  if (!forecast) return day;
  const { inside, count } = insideShare(readings, forecast);
  return count === 0 ? day : `${day} ${t("day-forecast-result", { inside, count })}`;
}
