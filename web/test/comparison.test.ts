import { describe, expect, it } from "vitest";
import { comparison } from "../src/text/comparison.ts";

describe("a parameter", () => {
  it.each([
    [{ median: 1.2, low: 0.9, high: 1.5, prior_median: 1 }, { id: "compared-alike" }],
    [
      { median: 0.6, low: 0.5, high: 0.8, prior_median: 1 },
      { id: "compared-below", percent: 40 },
    ],
    [
      { median: 1.5, low: 1.1, high: 1.8, prior_median: 1 },
      { id: "compared-above", percent: 50 },
    ],
    [
      { median: 2.5, low: 2, high: 3, prior_median: 1 },
      { id: "compared-times", factor: 2.5 },
    ],
    [{ median: 2.5, low: 2, high: 3, prior_median: null }, null],
  ])("%j is told as %j", (parameter, told) => {
    expect(comparison(parameter)).toEqual(told);
  });
});
