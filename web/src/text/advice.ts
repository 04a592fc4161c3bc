import type { Proposal, ProposalKind } from "../api/types.ts";
import { t } from "./message.svelte.ts";
import { decimal, significant } from "./number.ts";
import { type GlucoseUnit, glucoseDigits, glucoseIn, mgdlFrom } from "./unit.ts";

const MINUTES_PER_DAY = 1440;

/** What is proposed, in words and in the reader's unit. */
export function proposalWords(
  proposal: Pick<Proposal, "kind" | "value" | "present" | "from_minute" | "to_minute" | "sentence">,
  unit: GlucoseUnit,
  locale: string,
): string {
  // A plan of medicines has no numbers that depend on the reader's unit.
  if (proposal.value === null) return proposal.sentence;
  const show = (value: number): string => amount(proposal.kind, value, unit, locale);
  const present = proposal.present === null ? "" : show(proposal.present);
  const words = t(`advice-${proposal.kind}`, { value: show(proposal.value), present, unit });
  if (proposal.from_minute === 0 && proposal.to_minute === MINUTES_PER_DAY) return words;
  return t("advice-at-hours", { words, start: clockOf(proposal.from_minute), end: clockOf(proposal.to_minute) });
}

/** Minutes of the day as a clock shows them. */
export function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** Minutes of the day from what a time field holds; midnight at the end is the whole day's end. */
export function minuteOf(clock: string, isEnd = false): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  const minute = hours * 60 + minutes;
  return isEnd && minute === 0 ? MINUTES_PER_DAY : minute;
}

/** A value that was typed in the reader's unit, as the service takes it. */
export function valueTaken(kind: ProposalKind, typed: number, unit: GlucoseUnit): number {
  return kind === "correction-factor" ? Number(mgdlFrom(typed, unit).toFixed(3)) : typed;
}

/** A value as it is typed in the reader's unit. */
export function valueShown(kind: ProposalKind, value: number, unit: GlucoseUnit): number {
  return kind === "correction-factor"
    ? Number(glucoseIn(value, unit).toFixed(glucoseDigits(unit)))
    : Number(value.toFixed(2));
}

/** The unit that stands beside a value. */
export function unitOf(kind: ProposalKind, unit: GlucoseUnit): string {
  return t(`advice-unit-${kind}`, { unit });
}

function amount(kind: ProposalKind, value: number, unit: GlucoseUnit, locale: string): string {
  if (kind === "correction-factor") return decimal(glucoseIn(value, unit), glucoseDigits(unit), locale);
  return significant(value, locale);
}
