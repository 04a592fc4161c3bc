import type { Envelope, EnvelopeDefaults, EnvelopeLimits } from "../api/types.ts";
import { t } from "./message.svelte.ts";
import { significant } from "./number.ts";
import { type GlucoseUnit, glucoseDigits, glucoseIn, mgdlFrom } from "./unit.ts";

export const RANGES = ["basal_u_per_h", "carb_ratio_g_per_u", "correction_factor_mgdl_per_u", "target_mgdl"] as const;
export type RangeName = (typeof RANGES)[number];
export interface LimitsDraft {
  ranges: Record<RangeName, [number | null, number | null]>;
  maxBolus: number | null;
}

/** By how much one review may move a setting: limits begin that far around today's. */
const STEP = 0.1;
const isGlucose = (name: RangeName): boolean => name.endsWith("_mgdl") || name.endsWith("_mgdl_per_u");

/** A form that begins with what holds, or else with today's settings and a step around them; in the reader's unit. */
export function draftOf(held: Envelope | null, defaults: EnvelopeDefaults | null, unit: GlucoseUnit): LimitsDraft {
  const range = (name: RangeName): [number | null, number | null] => {
    const signed = held?.limits[name];
    const today = defaults?.[name];
    const span = Array.isArray(signed) ? signed : today ? widened(today, name) : null;
    return [shown(span?.[0], name, unit), shown(span?.[1], name, unit)];
  };
  const most = held?.limits.max_bolus_u ?? defaults?.max_bolus_u ?? null;
  return {
    ranges: Object.fromEntries(RANGES.map((name) => [name, range(name)])) as LimitsDraft["ranges"],
    maxBolus: typeof most === "number" ? most : null,
  };
}

/** What is wrong with a form, by field; nothing when it may be signed. */
export function slipsOf(draft: LimitsDraft): Set<RangeName | "maxBolus"> {
  const wrong = RANGES.filter((name) => {
    const [low, high] = draft.ranges[name];
    return low === null || high === null || low < 0 || high < low;
  });
  return new Set<RangeName | "maxBolus">([
    ...wrong,
    ...(draft.maxBolus === null || draft.maxBolus <= 0 ? (["maxBolus"] as const) : []),
  ]);
}

/** A form as the service takes it. */
export function limitsOf(draft: LimitsDraft, unit: GlucoseUnit): EnvelopeLimits {
  const taken = (name: RangeName): [number, number] => {
    const [low, high] = draft.ranges[name];
    const one = (value: number | null): number =>
      isGlucose(name) ? Number(mgdlFrom(value ?? 0, unit).toFixed(3)) : (value ?? 0);
    return [one(low), one(high)];
  };
  return {
    basal_u_per_h: taken("basal_u_per_h"),
    carb_ratio_g_per_u: taken("carb_ratio_g_per_u"),
    correction_factor_mgdl_per_u: taken("correction_factor_mgdl_per_u"),
    target_mgdl: taken("target_mgdl"),
    max_bolus_u: draft.maxBolus ?? 0,
  };
}

/** Signed ranges in words, in the reader's unit. */
export function limitWords(one: Envelope, unit: GlucoseUnit, locale: string): string[] {
  const number = (value: number, name: RangeName): string =>
    significant(isGlucose(name) ? Number(glucoseIn(value, unit).toFixed(glucoseDigits(unit))) : value, locale);
  const ranges = RANGES.flatMap((name) => {
    const span = one.limits[name];
    if (!Array.isArray(span)) return [];
    const [low = 0, high = 0] = span;
    return [
      t(`limits-${name}`, { unit, range: t("limits-range", { low: number(low, name), high: number(high, name) }) }),
    ];
  });
  const most = one.limits.max_bolus_u;
  return [...ranges, t("limits-max-bolus", { units: significant(typeof most === "number" ? most : 0, locale) })];
}

/** Today's span in the reader's unit; null where it is not on record. */
export function todayWords(
  defaults: EnvelopeDefaults | null,
  name: RangeName,
  unit: GlucoseUnit,
  locale: string,
): string | null {
  const span = defaults?.[name];
  if (!span) return null;
  const [low, high] = span.map((value) => significant(shown(value, name, unit) ?? 0, locale));
  return low === high
    ? t("limits-today", { value: low ?? "" })
    : t("limits-today", { value: t("limits-range", { low: low ?? "", high: high ?? "" }) });
}

function widened(span: readonly number[], name: RangeName): number[] {
  const [low = 0, high = 0] = span;
  return name === "target_mgdl" ? [low - 10, high + 10] : [low * (1 - STEP), high * (1 + STEP)];
}

function shown(value: number | undefined, name: RangeName, unit: GlucoseUnit): number | null {
  if (value === undefined) return null;
  return Number(isGlucose(name) ? glucoseIn(value, unit).toFixed(glucoseDigits(unit)) : value.toFixed(2));
}
