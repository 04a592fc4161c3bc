import { type Locale, preferredLocale, showLocale } from "../text/message.svelte.ts";
import { GLUCOSE_UNITS, type GlucoseUnit } from "../text/unit.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
export const TARGETS = ["standard", "older", "pregnancy-type-1", "gestational"] as const;
export type TargetName = (typeof TARGETS)[number];

/** Glucose ranges by preset in mg/dL (international consensus 2019). */
export const TARGET_RANGES: Record<TargetName, { low: number; high: number }> = {
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
}

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
  return { unit, theme, target, locale: found.locale ?? preferredLocale() };
}
