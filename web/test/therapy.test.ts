import { describe, expect, it } from "vitest";
import { alternativeOf, draftOf, emptyDraft, proposableOf, type TherapyDraft } from "../src/text/therapy.ts";
import { NOTHING_CHANGED } from "./fixture/comparison.ts";

describe("a therapy to compare", () => {
  it("asks nothing while it is left out or not filled in", () => {
    expect(alternativeOf(emptyDraft(), "A", "mg/dL")).toBeNull();
    expect(alternativeOf({ ...emptyDraft(), kind: "carb-ratio", ratio: 9 }, "A", "mg/dL")).toBeNull();
    expect(alternativeOf({ ...emptyDraft(), kind: "basal", percent: 0 }, "A", "mg/dL")).toBeNull();
  });

  it("turns percents into factors, earlier into negative, mmol/L into mg/dL", () => {
    const basal = alternativeOf({ ...emptyDraft(), kind: "basal", percent: -20 }, "A", "mg/dL");
    expect(basal).toEqual({ name: "A", basal_factor: 0.8 });
    const timing = alternativeOf({ ...emptyDraft(), kind: "timing" }, "B", "mg/dL");
    expect(timing).toEqual({ name: "B", bolus_shift_min: -15 });
    const ratio = alternativeOf({ ...emptyDraft(), kind: "carb-ratio", ratio: 9, factor: 2.5 }, "C", "mmol/L");
    expect(Math.round(ratio?.correction_factor_mgdl_per_u ?? 0)).toBe(45);
  });

  it("comes back as it was asked", () => {
    const drafts: TherapyDraft[] = [
      { ...emptyDraft(), kind: "basal", percent: -20 },
      { ...emptyDraft(), kind: "timing", minutes: 20 },
      { ...emptyDraft(), kind: "insulin", insulin: "regular" },
      { ...emptyDraft(), kind: "carb-ratio", ratio: 9, factor: 2.5 },
      emptyDraft(),
    ];
    for (const draft of drafts) {
      const asked = { ...NOTHING_CHANGED, name: "A", ...alternativeOf(draft, "A", "mmol/L") };
      expect(draftOf(asked, "mmol/L")).toEqual(draft);
    }
  });

  it("is proposed as what was asked, where there is such a proposal", () => {
    const asked = [
      { ...NOTHING_CHANGED, name: "A", bolus_shift_min: -20 },
      { ...NOTHING_CHANGED, name: "B", insulin: "regular" },
      { ...NOTHING_CHANGED, name: "C", basal_factor: 0.9 },
    ];
    expect(proposableOf(asked)).toEqual([
      { name: "A", kind: "meal-lead" },
      { name: "C", kind: "basal" },
    ]);
  });
});
