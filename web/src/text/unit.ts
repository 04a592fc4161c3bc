/** Milligrams per decilitre in one millimole per litre of glucose. */
export const MGDL_PER_MMOLL = 18.01559;

export const GLUCOSE_UNITS = ["mg/dL", "mmol/L"] as const;
export type GlucoseUnit = (typeof GLUCOSE_UNITS)[number];

/** Thresholds are defined in both units, not converted (international consensus 2019). */
const DEFINED_MMOLL: ReadonlyMap<number, number> = new Map([
  [54, 3.0],
  [63, 3.5],
  [70, 3.9],
  [140, 7.8],
  [180, 10.0],
  [250, 13.9],
]);

/** Glucose as it is plotted in the reader's unit. */
export function glucoseIn(mgdl: number, unit: GlucoseUnit): number {
  return unit === "mg/dL" ? mgdl : mgdl / MGDL_PER_MMOLL;
}

/** Glucose in mg/dL from what a reader typed. */
export function mgdlFrom(value: number, unit: GlucoseUnit): number {
  return unit === "mg/dL" ? value : value * MGDL_PER_MMOLL;
}

/** A threshold in the reader's unit, as the consensus defines it. */
export function thresholdIn(mgdl: number, unit: GlucoseUnit): number {
  if (unit === "mg/dL") return mgdl;
  return DEFINED_MMOLL.get(mgdl) ?? mgdl / MGDL_PER_MMOLL;
}

/** Decimals with which a glucose unit is written. */
export function glucoseDigits(unit: GlucoseUnit): number {
  return unit === "mg/dL" ? 0 : 1;
}
