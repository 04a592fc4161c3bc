import type { DaysAnswer, Person } from "../api/types.ts";
import { daysSentence } from "./days.ts";
import { t } from "./message.svelte.ts";
import { LEVELS, levelFractions, metric } from "./metric.ts";
import { decimal, glucose, wholePercentages } from "./number.ts";
import { date, MINUTE_MS } from "./time.ts";
import type { GlucoseUnit } from "./unit.ts";

/** Some days in plain text, to be pasted into a record; empty without readings. */
export function recordText(person: Person, answer: DaysAnswer, unit: GlucoseUnit, locale: string): string {
  const fractions = levelFractions(answer.metrics);
  if (!fractions || answer.start === null || answer.end === null) return "";
  const day = (at: number): string => date(at, person.zone, locale);
  const shares = wholePercentages(
    LEVELS.map((level) => fractions[level]),
    1,
  );
  const mean = glucose(metric(answer.metrics, "summary", "mean_mgdl"), unit, locale);
  const numbers: [string, string][] = [
    ["mean", `${mean} ${unit}`],
    ["gmi", percent(metric(answer.metrics, "gmi_pct"), 1, locale)],
    ["cv", percent(metric(answer.metrics, "summary", "cv_pct"), 0, locale)],
    ["gri", decimal(metric(answer.metrics, "risk", "gri"), 0, locale)],
    ["active", percent(metric(answer.metrics, "sufficiency", "active_pct"), 0, locale)],
  ];
  return [
    `${person.display_name}, ${t("range", { low: day(Date.parse(answer.start)), high: day(Date.parse(answer.end) - MINUTE_MS) })}`,
    daysSentence(answer, unit, locale),
    ...LEVELS.map((level, index) => `${t(`zone-${level}`)}: ${percent(shares[index] ?? null, 1, locale)}`),
    ...numbers.map(([name, value]) => `${t(`measure-${name}`)}: ${value}`),
    t("disclaimer"),
  ].join("\n");
}

function percent(value: number | null, digits: number, locale: string): string {
  return value === null ? "–" : `${decimal(value, digits, locale)} %`;
}
