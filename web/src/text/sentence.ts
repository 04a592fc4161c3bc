import type { NowAnswer, Trend } from "../api/types.ts";
import { t } from "./message.svelte.ts";
import { threshold } from "./number.ts";
import type { GlucoseUnit } from "./unit.ts";

export type Zone = "very-low" | "low" | "in-range" | "high" | "very-high";

/** Which of the five consensus ranges a glucose lies in, for a target range in mg/dL. */
export function zoneOf(mgdl: number, target: { low: number; high: number }): Zone {
  if (mgdl < 54) return "very-low";
  if (mgdl < target.low) return "low";
  if (mgdl > 250) return "very-high";
  return mgdl > target.high ? "high" : "in-range";
}

/** Which way an arrow points: degrees clockwise from "to the right". */
export const TREND_ANGLE: Record<Trend, number | null> = {
  "rising-fast": -90,
  rising: -40,
  steady: 0,
  falling: 40,
  "falling-fast": 90,
  unknown: null,
};

/** An age as people say it: minutes, then hours, then days. */
export function ageWords(minutes: number): string {
  const whole = Math.max(0, Math.round(minutes));
  if (whole < 1) return t("age-now");
  if (whole < 90) return t("age-minutes", { count: whole });
  if (whole < 2880) return t("age-hours", { count: Math.round(whole / 60) });
  return t("age-days", { count: Math.round(whole / 1440) });
}

/** A chance as people say it: as a natural frequency, never "0" or "10 in 10". */
export function chanceWords(probability: number): string {
  const inTen = Math.round(probability * 10);
  if (probability < 0.05) return t("chance-very-small");
  if (probability > 0.95) return t("chance-almost-certain");
  return t("chance-in-ten", { count: Math.min(9, Math.max(1, inTen)) });
}

/** The bounds that the service asks its forecasts about, in mg/dL. */
const RISK_MGDL = { low: 70, high: 250 };

/** What lies ahead, in one plain sentence. */
export function riskSentence(now: NowAnswer, unit: GlucoseUnit, locale: string): string {
  const risk = now.next_risk;
  if (!now.forecast) return now.forecast_withheld ? t("risk-withheld") : t("risk-unknown");
  if (!risk || risk.kind === "none") return t("risk-none", { bound: threshold(RISK_MGDL.high, unit, locale), unit });
  const bound = threshold(RISK_MGDL[risk.kind], unit, locale);
  const values = { bound, unit, chance: chanceWords(risk.probability), minutes: Math.round(risk.in_min ?? 0) };
  if (risk.in_min === null) return t(`risk-${risk.kind}-some-time`, values);
  return t(`risk-${risk.kind}`, values);
}
