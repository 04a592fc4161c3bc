import type { Correction } from "../api/types.ts";
import { hasMessage, t } from "./message.svelte.ts";
import { glucose, significant } from "./number.ts";
import { clock } from "./time.ts";
import type { GlucoseUnit } from "./unit.ts";

/** How the reader wants to see a value. */
export interface Shown {
  unit: GlucoseUnit;
  zone: string;
  locale: string;
}

/** Endings of a quantity's name with the unit that stands for them; the longer ones first. */
const UNITS: readonly [string, string][] = [
  ["_u_per_h", "unit-u-per-h"],
  ["_mmoll", "unit-mmoll"],
  ["_min", "unit-min"],
  ["_u", "unit-u"],
  ["_g", "unit-g"],
];

/** Reasons that are the unit itself: the value as it came has none that would be known. */
const CAME_IN_ANOTHER_UNIT = new Set(["basal-milliunits", "unit-inferred", "units-converted"]);

const number = (value: string | number | null, { locale }: Shown): string =>
  typeof value === "number" ? significant(value, locale) : (value ?? t("correction-nothing"));

/** A value that was changed, with its unit. */
export function valueWords(step: Correction, value: string | number | null, shown: Shown): string {
  if (value === null) return t("correction-nothing");
  if (step.quantity === "time") return clock(Date.parse(String(value)), shown.zone, shown.locale);
  if (typeof value !== "number") return value;
  if (step.quantity === "glucose_mgdl") return `${glucose(value, shown.unit, shown.locale)} ${shown.unit}`;
  const found = UNITS.find(([ending]) => step.quantity.endsWith(ending));
  const amount = number(value, shown);
  return found ? `${amount} ${t(found[1])}` : amount;
}

/** What was changed: the value as it came and as it is used, or that the record was left out. */
export function changeWords(step: Correction, shown: Shown): string {
  const original = CAME_IN_ANOTHER_UNIT.has(step.reason)
    ? number(step.original, shown)
    : valueWords(step, step.original, shown);
  if (step.corrected === null) {
    return step.original === null ? t("correction-left-out") : t("correction-left-out-value", { original });
  }
  if (step.original === null) return t("correction-assumed", { corrected: valueWords(step, step.corrected, shown) });
  return t("correction-change", { original, corrected: valueWords(step, step.corrected, shown) });
}

/** Why, in words; a reason without words is shown as it is. */
export function reasonWords(reason: string): string {
  return hasMessage(`reason-${reason}`) ? t(`reason-${reason}`) : reason;
}
