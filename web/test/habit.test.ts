import { describe, expect, it } from "vitest";
import { habitMarks, habitScale } from "../src/chart/habit.ts";

const estimate = (low: number, expected: number, high: number) => ({ median: expected, low, high, expected });
const outcome = (name: string, low: number, expected: number, high: number) => {
  const none = estimate(0, 0, 0);
  return { name, unit: "%", baseline: none, changed: none, difference: estimate(low, expected, high) };
};
const WALK = {
  outcomes: [
    outcome("time_in_range_pct", 1, 3, 5),
    outcome("time_below_70_pct", -1, 0.5, 2),
    outcome("mean_glucose_mgdl", -9, -5, -1),
  ],
};

describe("habits beside each other", () => {
  it("show time in range and lows, clear where no change lies outside the interval", () => {
    expect(habitMarks(WALK).map((mark) => [mark.name, mark.expected, mark.isClear])).toEqual([
      ["time_in_range_pct", 3, true],
      ["time_below_70_pct", 0.5, false],
    ]);
  });

  it("lie on one scale that holds every interval and no change", () => {
    const place = habitScale([WALK], 100);
    expect(place(-1)).toBeCloseTo(4);
    expect(place(5)).toBeCloseTo(96);
    expect(place(0)).toBeGreaterThan(place(-1));
  });

  it("have a scale even where nothing changes", () => {
    expect(habitScale([], 100)(0)).toBeCloseTo(4);
  });
});
