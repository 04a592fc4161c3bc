import { describe, expect, it } from "vitest";
import { insideShare } from "../src/chart/day.ts";
import { areaOf, minuteClock, pathOf } from "../src/chart/modal.ts";
import { type ChartModel, glucoseRange, joined, nearest, tableRows } from "../src/chart/model.ts";

const MINUTE = 60_000;
const model: ChartModel = {
  from: 0,
  to: 60 * MINUTE,
  lines: [
    { label: "readings", kind: "points", colour: "ink", x: [0, 5 * MINUTE], y: [100, 110] },
    { label: "forecast", kind: "curve", colour: "curve", x: [5 * MINUTE, 30 * MINUTE], y: [112, 300] },
  ],
  ribbons: [{ label: "90 %", colour: "fan-outer", x: [30 * MINUTE], low: [200], high: [380] }],
  target: { low: 70, high: 180 },
};

describe("a chart over time", () => {
  it("joins lines on different times", () => {
    const { x, y } = joined(model.lines);
    expect(x).toEqual([0, 5 * MINUTE, 30 * MINUTE]);
    expect(y).toEqual([
      [100, 110, undefined],
      [undefined, 112, 300],
    ]);
  });

  it("has room for the highest band and never less than 40 to 260", () => {
    expect(glucoseRange(model)).toEqual([40, 390]);
    expect(glucoseRange({ ...model, lines: [], ribbons: [] })).toEqual([40, 260]);
  });

  it("says the same in a table: each line, then the ends of each band", () => {
    expect(tableRows(model, 30)).toEqual([
      { at: 0, values: [100, 112, null, null] },
      { at: 30 * MINUTE, values: [null, 300, 200, 380] },
    ]);
  });

  it("finds the nearest value within reach only", () => {
    expect(nearest([0, 10, 20], [1, null, 3], 12, 5)).toBeNull();
    expect(nearest([0, 10, 20], [1, null, 3], 17, 5)).toBe(3);
  });
});

describe("the usual day", () => {
  const modal = {
    minute_of_day: [0, 15, 30, 45],
    p05_mgdl: [60, 61, null, 63],
    p25_mgdl: [80, 81, null, 83],
    p50_mgdl: [100, 101, null, 103],
    p75_mgdl: [120, 121, null, 123],
    p95_mgdl: [140, 141, null, 143],
    readings: [1, 1, 0, 1],
  };
  const same = (value: number): number => value;

  it("breaks its curve and its bands at a gap", () => {
    expect(pathOf(modal, "p50_mgdl", same, same)).toBe("M0.0 100.0L15.0 101.0M45.0 103.0");
    expect(areaOf(modal, ["p05_mgdl", "p95_mgdl"], same, same)).toBe("M0.0 140.0L15.0 141.0L15.0 61.0L0.0 60.0Z");
  });

  it("writes minutes as a clock", () => {
    expect([0, 75, 1440].map(minuteClock)).toEqual(["00:00", "01:15", "24:00"]);
  });
});

it("counts the readings after a forecast that its 90 % band held", () => {
  const origin = Date.parse("2026-11-18T12:00:00Z");
  const time = (minutes: number): string => new Date(origin + minutes * MINUTE).toISOString();
  const forecast = {
    origin: time(0),
    t_min: [5, 10, 15],
    bands: [{ level: 0.9, low_mgdl: [90, 90, 90], high_mgdl: [110, 110, 110] }],
  } as never;
  const readings = [
    { time: time(-5), glucose_mgdl: 300 },
    { time: time(5), glucose_mgdl: 100 },
    { time: time(10), glucose_mgdl: 120 },
    { time: time(60), glucose_mgdl: 100 },
  ];
  expect(insideShare(readings, forecast)).toEqual({ inside: 1, count: 2 });
});
