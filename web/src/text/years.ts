import type { RecordedFacts, YearsAhead } from "../api/types.ts";
import { t } from "./message.svelte.ts";
import { type Described, emptyDescribed, FACTS, FIELDS } from "./regimen.ts";

/** The sensor's mean belongs to the HbA1c on record: were that changed by hand, both would contradict each other. */
const NOT_BESIDE: readonly string[] = ["mean_glucose_mgdl"];

/** A form filled in with what a record says; what it does not say stays as in an empty one. */
export function describedFrom(known: RecordedFacts): Described {
  const filled = emptyDescribed();
  for (const { key } of FIELDS) {
    const value = known.values[key];
    if (typeof value === "number") filled.form[key] = value;
  }
  for (const fact of FACTS) if (known.values[fact] === true) filled.facts[fact] = true;
  if (known.values.sex === "female" || known.values.sex === "male") filled.sex = known.values.sex;
  const asked: readonly string[] = [...FIELDS.map(({ key }) => key), ...FACTS, "sex", "region", ...NOT_BESIDE];
  filled.beside = Object.fromEntries(Object.entries(known.values).filter(([key]) => !asked.includes(key)));
  return filled;
}

/** Where a key's value comes from, in words; nothing where the record does not say it. */
export function originOf(known: RecordedFacts | null, key: string): string {
  const from = known?.origins[key];
  return from ? t(`years-origin-${from}`, { day: known?.days[key] ?? "" }) : "";
}

/** Events of which a course by year is known, in the order of the answer; each with its words. */
export const eventsOf = (ahead: readonly YearsAhead[]): { event: string; text: string }[] =>
  (ahead[0]?.courses ?? []).map(({ event, text }) => ({ event, text }));

/** The course of an event; empty where the equations refuse the person. */
export const courseOfEvent = (one: YearsAhead, event: string): readonly number[] =>
  one.courses.find((course) => course.event === event)?.risk_by_year ?? [];

/** A round upper end for shares, so that small risks are not flat on the ground. */
export function upperShare(shares: readonly number[]): number {
  const most = Math.max(...shares, 0);
  return [0.05, 0.1, 0.2, 0.3, 0.5, 0.75].find((end) => most <= end) ?? 1;
}

/** How many of a hundred people, as whole ones; null where it is fewer than one and yet a risk. */
export const ofHundred = (share: number): number | null => {
  const count = Math.round(100 * share);
  return share > 0 && count === 0 ? null : count;
};
