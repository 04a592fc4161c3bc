import type { TherapyAlternative } from "../api/types.ts";
import { type GlucoseUnit, mgdlFrom } from "./unit.ts";

export type TherapyKind = "basal" | "carb-ratio" | "insulin" | "timing";

/** What somebody has put into one column: of the values only those of the kind count. */
export interface TherapyDraft {
  kind: TherapyKind | "none";
  percent: number | null;
  ratio: number | null;
  factor: number | null;
  insulin: string;
  minutes: number | null;
}

export const emptyDraft = (): TherapyDraft => ({
  kind: "none",
  percent: 10,
  ratio: null,
  factor: null,
  insulin: "faster-aspart",
  minutes: 15,
});

/** The alternative that a column asks about; null while it is left out or not filled in. Minutes are before the meal. */
export function alternativeOf(draft: TherapyDraft, name: string, unit: GlucoseUnit): TherapyAlternative | null {
  switch (draft.kind) {
    case "none":
      return null;
    case "basal":
      return draft.percent ? { name, basal_factor: 1 + draft.percent / 100 } : null;
    case "carb-ratio":
      return draft.ratio && draft.factor
        ? { name, carb_ratio_g_per_u: draft.ratio, correction_factor_mgdl_per_u: mgdlFrom(draft.factor, unit) }
        : null;
    case "insulin":
      return { name, insulin: draft.insulin };
    case "timing":
      return draft.minutes ? { name, bolus_shift_min: -draft.minutes } : null;
  }
}
