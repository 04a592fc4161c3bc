import type { RegimenCandidate } from "../api/types.ts";

/** A medicine as it is picked: an insulin may follow fasting glucose instead of a dose. */
export interface Picked {
  name: string;
  dose: number | null;
  titrated: boolean;
}

export const emptyPick = (): Picked => ({ name: "", dose: null, titrated: false });

/** The keys of a description that are asked for, with their range; those that are not needed may stay empty. */
export const FIELDS = [
  { key: "age", low: 18, high: 110, step: 1, needed: true },
  { key: "diabetes_duration_y", low: 0, high: 90, step: 1, needed: true },
  { key: "hba1c_pct", low: 6, high: 12, step: 0.1, needed: true },
  { key: "bmi", low: 10, high: 90, step: 0.1, needed: true },
  { key: "egfr", low: 2, high: 200, step: 1, needed: true },
  { key: "acr_mg_g", low: 0.1, high: 30_000, step: "any", needed: false },
  { key: "sbp_mmhg", low: 60, high: 260, step: 1, needed: false },
  { key: "ldl_mmoll", low: 0.2, high: 15, step: "any", needed: false },
  { key: "hdl_mmoll", low: 0.2, high: 5, step: "any", needed: false },
  { key: "total_cholesterol_mmoll", low: 1, high: 20, step: "any", needed: false },
] as const;

export const FACTS = [
  "smoker",
  "history_heart_failure",
  "history_mi",
  "statin",
  "blood_pressure_treated",
  "oral_diabetes_drug",
] as const;

export const REGIONS = ["low", "moderate", "high", "very_high", "north_america", "other"] as const;

export type FieldKey = (typeof FIELDS)[number]["key"];
export type FactKey = (typeof FACTS)[number];

/** What a form holds of a described person. */
export interface Described {
  form: Partial<Record<FieldKey, number | null>>;
  facts: Partial<Record<FactKey, boolean>>;
  sex: string;
  region: string;
  /** What a record says beyond what the form asks for, such as the type of diabetes and medicines of heart and kidney. */
  beside: Record<string, unknown>;
}

export const emptyDescribed = (): Described => ({ form: {}, facts: {}, sex: "male", region: "moderate", beside: {} });

/** The description as the service reads it. */
export const personOf = ({ form, facts, sex, region, beside }: Described): Record<string, unknown> => ({
  ...beside,
  ...measuredOf(form),
  ...facts,
  smoker: facts.smoker ?? false,
  sex,
  region,
});

/** A candidate as the service reads it; null where nothing is picked or a dose is missing. */
export function candidateOf(picks: readonly Picked[]): string | null {
  const parts = picks.filter((one) => one.name !== "");
  if (parts.length === 0 || parts.some((one) => !one.titrated && !one.dose)) return null;
  return parts.map((one) => `${one.name}:${one.titrated ? "titrated" : one.dose}`).join("+");
}

/** The measurements of a form, null for what was not measured. */
export function measuredOf(form: Partial<Record<FieldKey, number | null>>): Record<FieldKey, number | null> {
  const entries = FIELDS.map(({ key }) => [key, form[key] ?? null] as const);
  return Object.fromEntries(entries) as Record<FieldKey, number | null>;
}

const SCORES: readonly (readonly [string, string])[] = [
  ["score2_diabetes", "cardiovascular_event"],
  ["prevent", "total_cvd"],
  ["recode", "mi_or_stroke"],
];

/** A value, and between what nine of ten draws stay above and below; the same three times where nothing was drawn. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

const spread = (median: number, band: readonly number[] | undefined): Spread => ({
  median,
  low: Math.min(median, band?.[0] ?? median),
  high: Math.max(median, band?.[1] ?? median),
});

/** The ten-year risk of heart and vessels by the first score that answers. */
export function cardiovascularRisk(candidate: RegimenCandidate): Spread | null {
  for (const [score, event] of SCORES) {
    const risk = candidate.risks_10y[score]?.[event];
    if (risk !== undefined) return spread(risk, candidate.uncertainty?.risks_10y[score]?.[event]);
  }
  return null;
}

/** What a candidate ends with, each with its band over draws. */
export function endsOf(candidate: RegimenCandidate): { hba1c: Spread; weight: Spread; inRange: Spread; lows: Spread } {
  const sure = candidate.uncertainty;
  const hba1c = Object.values(candidate.hba1c_pct).at(-1) ?? { median: Number.NaN, low: Number.NaN, high: Number.NaN };
  return {
    hba1c,
    weight: spread(candidate.weight_change_kg, sure?.weight_change_kg.both),
    inRange: spread(candidate.time_in_range_pct, sure?.time_in_range_pct),
    lows: spread(candidate.felt_lows_per_y, sure?.felt_lows_per_y),
  };
}

/** A dose's unit as the end of a message's key. */
export const unitName = (unit: string): string => unit.toLowerCase().replace(/[^a-z]+/g, "-");
