import { describe, expect, it } from "vitest";
import type { RegimenCandidate } from "../src/api/types.ts";
import { candidateOf, cardiovascularRisk, emptyPick, measuredOf, unitName } from "../src/text/regimen.ts";

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
    const risks = (risks_10y: RegimenCandidate["risks_10y"]): RegimenCandidate => ({ risks_10y }) as RegimenCandidate;
    expect(cardiovascularRisk(risks({ recode: { mi_or_stroke: 0.2 }, prevent: { total_cvd: 0.1 } }))).toBe(0.1);
    expect(cardiovascularRisk(risks({}))).toBeNull();
  });

  it("writes a unit as the end of a key", () => {
    expect(unitName("kcal/day less at first")).toBe("kcal-day-less-at-first");
  });
});
