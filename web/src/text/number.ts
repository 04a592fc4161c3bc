import { type GlucoseUnit, glucoseDigits, glucoseIn, thresholdIn } from "./unit.ts";

export const MISSING = "–";

/** A number with a fixed count of decimals in the reader's language. */
export function decimal(value: number | null | undefined, digits: number, locale: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const shown = Number(value.toFixed(digits)) === 0 ? 0 : value;
  return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(shown);
}

/** A number with three significant digits, for values of any size. */
export function significant(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }).format(value);
}

/** A difference with its sign; nothing is "+0". */
export function signed(value: number | null | undefined, digits: number, locale: string): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "exceptZero" } as const;
  return new Intl.NumberFormat(locale, options).format(value).replace("-", "−");
}

/** Glucose without its unit. */
export function glucose(mgdl: number | null | undefined, unit: GlucoseUnit, locale: string): string {
  if (mgdl === null || mgdl === undefined) return MISSING;
  return decimal(glucoseIn(mgdl, unit), glucoseDigits(unit), locale);
}

/** A threshold without its unit: 70 mg/dL is 3.9 mmol/L by definition. */
export function threshold(mgdl: number, unit: GlucoseUnit, locale: string): string {
  return decimal(thresholdIn(mgdl, unit), glucoseDigits(unit), locale);
}

/** Shares that add to exactly 100 when shown with the given decimals (largest remainder). */
export function wholePercentages(fractions: readonly number[], digits = 0): number[] {
  const scale = 10 ** digits;
  const exact = fractions.map((one) => one * 100 * scale);
  const floors = exact.map(Math.floor);
  let left = Math.round(exact.reduce((sum, one) => sum + one, 0)) - floors.reduce((sum, one) => sum + one, 0);
  const order = exact.map((one, index) => ({ index, rest: one - Math.floor(one) })).sort((a, b) => b.rest - a.rest);
  for (const { index } of order) {
    if (left <= 0) break;
    floors[index] = (floors[index] ?? 0) + 1;
    left -= 1;
  }
  return floors.map((one) => one / scale);
}
