import { type Locale, preferredLocale, showLocale } from "../text/message.svelte.ts";
import { GLUCOSE_UNITS, type GlucoseUnit } from "../text/unit.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
export const TARGETS = ["standard", "older", "pregnancy-type-1", "gestational", "own"] as const;
export type TargetName = (typeof TARGETS)[number];

/** A glucose range in mg/dL. */
export interface Range {
  low: number;
  high: number;
}

/** Glucose ranges by preset in mg/dL (international consensus 2019). */
const TARGET_RANGES: Record<Exclude<TargetName, "own">, Range> = {
  standard: { low: 70, high: 180 },
  older: { low: 70, high: 180 },
  "pregnancy-type-1": { low: 63, high: 140 },
  gestational: { low: 63, high: 140 },
};

interface Settings {
  unit: GlucoseUnit;
  theme: Theme;
  locale: Locale;
  target: TargetName;
  ownTarget: Range;
}

/** Bounds of ranges of one's own, mg/dL; the service has the same. */
export const OWN_BOUNDS: Range = { low: 54, high: 300 };

const KEY = "glucotwin-settings";
/** Countries that measure glucose in mmol/L are many; these are the larger ones that do not. */
const MGDL_REGIONS = new Set([
  "US",
  "DE",
  "AT",
  "FR",
  "IT",
  "ES",
  "PT",
  "BE",
  "PL",
  "GR",
  "JP",
  "IN",
  "BR",
  "MX",
  "TR",
]);

export const settings = $state<Settings>(stored());

/** The range to aim for, mg/dL. */
export function targetRange(): Range {
  return settings.target === "own" ? settings.ownTarget : TARGET_RANGES[settings.target];
}

/** The target as the service is asked for it. */
export function targetName(): string {
  const { low, high } = settings.ownTarget;
  return settings.target === "own" ? `${low}-${high}` : settings.target;
}

/** Whether a range of one's own can be one. */
export function isRange({ low, high }: Range): boolean {
  return OWN_BOUNDS.low <= low && low < high && high <= OWN_BOUNDS.high;
}

/** Changes one setting, applies it and keeps it on this device. */
export async function change<K extends keyof Settings>(name: K, value: Settings[K]): Promise<void> {
  settings[name] = value;
  localStorage.setItem(KEY, JSON.stringify(settings));
  await apply();
}

/** Makes the page look and read as set. */
export async function apply(): Promise<void> {
  const root = document.documentElement;
  if (settings.theme === "system") delete root.dataset.theme;
  else root.dataset.theme = settings.theme;
  await showLocale(settings.locale);
}

/** The unit that most people around this reader use. */
export function usualUnit(language: string = navigator.language): GlucoseUnit {
  const region = new Intl.Locale(language).maximize().region ?? "US";
  return MGDL_REGIONS.has(region) ? "mg/dL" : "mmol/L";
}

function stored(): Settings {
  const found = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>;
  const unit = GLUCOSE_UNITS.find((one) => one === found.unit) ?? usualUnit();
  const theme = THEMES.find((one) => one === found.theme) ?? "system";
  const target = TARGETS.find((one) => one === found.target) ?? "standard";
  const ownTarget = found.ownTarget && isRange(found.ownTarget) ? found.ownTarget : { ...TARGET_RANGES.standard };
  return { unit, theme, target, ownTarget, locale: found.locale ?? preferredLocale() };
}
