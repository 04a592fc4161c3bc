import { describe, expect, it } from "vitest";
import type { RegimenCandidate } from "../src/api/types.ts";
import { candidateOf, cardiovascularRisk, emptyPick, endsOf, measuredOf, unitName } from "../src/text/regimen.ts";

describe("a candidate regimen", () => {
  it("joins what is picked and leaves out empty parts", () => {
    const picks = [
      { name: "metformin", dose: 2000, titrated: false },
      emptyPick(),
      { name: "glargine", dose: null, titrated: true },
    ];
    expect(candidateOf(picks)).toBe("metformin:2000+glargine:titrated");
  });

  it("is none without a medicine or without a dose", () => {
    expect(candidateOf([emptyPick()])).toBeNull();
    expect(candidateOf([{ name: "metformin", dose: null, titrated: false }])).toBeNull();
  });

  it("says null for what was not measured", () => {
    expect(measuredOf({ age: 60, sbp_mmhg: null })).toMatchObject({ age: 60, sbp_mmhg: null, ldl_mmoll: null });
  });

  it("tells the risk of the first score that answers", () => {
    const risks = (risks_10y: RegimenCandidate["risks_10y"], uncertainty: unknown = null): RegimenCandidate =>
      ({ risks_10y, uncertainty }) as RegimenCandidate;
    const both = { recode: { mi_or_stroke: 0.2 }, prevent: { total_cvd: 0.1 } };
    expect(cardiovascularRisk(risks(both))).toEqual({ median: 0.1, low: 0.1, high: 0.1 });
    expect(cardiovascularRisk(risks(both, { risks_10y: { prevent: { total_cvd: [0.08, 0.12] } } }))).toEqual({
      median: 0.1,
      low: 0.08,
      high: 0.12,
    });
    expect(cardiovascularRisk(risks({}))).toBeNull();
  });

  it("ends with bands that hold its medians", () => {
    const uncertainty = {
      weight_change_kg: { both: [-4, -2] },
      time_in_range_pct: [60, 70],
      felt_lows_per_y: [0.3, 0.4],
    };
    const candidate = {
      hba1c_pct: { "3": { median: 8, low: 8, high: 8 }, "12": { median: 7, low: 6.5, high: 7.5 } },
      weight_change_kg: -3,
      time_in_range_pct: 71,
      felt_lows_per_y: 0.35,
      uncertainty,
    };
    expect(endsOf(candidate as unknown as RegimenCandidate)).toMatchObject({
      hba1c: { median: 7, low: 6.5, high: 7.5 },
      weight: { median: -3, low: -4, high: -2 },
      inRange: { median: 71, low: 60, high: 71 },
    });
  });

  it("writes a unit as the end of a key", () => {
    expect(unitName("kcal/day less at first")).toBe("kcal-day-less-at-first");
  });
});
