import type { DaysAnswer } from "../api/types.ts";
import { t } from "./message.svelte.ts";
import { metric } from "./metric.ts";
import { decimal, glucose, threshold } from "./number.ts";
import type { GlucoseUnit } from "./unit.ts";

/** The period in two sentences: time in range as hours of a day, and how much of the time there were readings. */
export function daysSentence(answer: DaysAnswer, unit: GlucoseUnit, locale: string): string {
  const inRange = metric(answer.metrics, "time_in_range", "tir_pct");
  if (inRange === null) return t("days-none");
  const bounds = {
    low: threshold(answer.target.low_mgdl, unit, locale),
    high: threshold(answer.target.high_mgdl, unit, locale),
    unit,
  };
  const share = t("days-share", { ...bounds, percent: decimal(inRange, 0, locale), time: hoursWords(inRange, locale) });
  const mean = glucose(metric(answer.metrics, "summary", "mean_mgdl"), unit, locale);
  const active = decimal(metric(answer.metrics, "sufficiency", "active_pct"), 0, locale);
  return `${share} ${t("days-mean", { mean, unit, active })}`;
}

/** A share of the day as hours and minutes. */
export function hoursWords(percent: number, locale: string): string {
  const minutes = Math.round((percent / 100) * 1440);
  const hours = Math.floor(minutes / 60);
  return t("hours-minutes", { hours: decimal(hours, 0, locale), minutes: decimal(minutes - hours * 60, 0, locale) });
}
