import type { AskedAlternative, ProposalKind, TherapyAlternative } from "../api/types.ts";
import { type GlucoseUnit, glucoseDigits, glucoseIn, mgdlFrom } from "./unit.ts";

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

/** The column that an alternative was asked in, so that a page that is opened again shows the question as well. */
export function draftOf(asked: AskedAlternative, unit: GlucoseUnit): TherapyDraft {
  const draft = emptyDraft();
  if (asked.bolus_shift_min !== null) return { ...draft, kind: "timing", minutes: -asked.bolus_shift_min };
  if (asked.insulin !== null) return { ...draft, kind: "insulin", insulin: asked.insulin };
  if (asked.basal_factor !== null)
    return { ...draft, kind: "basal", percent: Math.round(100 * (asked.basal_factor - 1)) };
  const { carb_ratio_g_per_u: ratio, correction_factor_mgdl_per_u: factor } = asked;
  return factor === null
    ? draft
    : { ...draft, kind: "carb-ratio", ratio, factor: Number(glucoseIn(factor, unit).toFixed(glucoseDigits(unit))) };
}

/** An alternative that can be proposed, and as what. */
export interface Proposable {
  name: string;
  kind: ProposalKind;
}

const PROPOSED: Partial<Record<TherapyDraft["kind"], ProposalKind>> = {
  basal: "basal",
  "carb-ratio": "carb-ratio",
  timing: "meal-lead",
};

/** What can be proposed of what was asked, whatever the columns have come to say since. */
export function proposableOf(alternatives: readonly AskedAlternative[]): Proposable[] {
  return alternatives.flatMap((one) => {
    const kind = PROPOSED[draftOf(one, "mg/dL").kind];
    return kind ? [{ name: one.name, kind }] : [];
  });
}
