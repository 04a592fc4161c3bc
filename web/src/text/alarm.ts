import type { AlarmKind, AlarmSettings } from "../api/types.ts";

const REPEATS_MIN = [5, 10, 15, 20, 30, 60, 120];
/** The service refuses an urgent alarm that is repeated more rarely. */
const LONGEST_URGENT_REPEAT_MIN = 30;

/** Of which alarms a carer is told; a few useful sets instead of nine boxes. */
export const CARER_SETS = {
  urgent: ["urgent-low-soon"],
  lows: ["urgent-low-soon", "low"],
  all: ["urgent-low-soon", "low", "predicted-low", "stale-data", "pump-site", "high", "missed-bolus"],
} as const satisfies Record<string, readonly AlarmKind[]>;

export type CarerSet = keyof typeof CARER_SETS | "none";

/** The smallest set that holds all kinds that are told. */
export function setOf(kinds: readonly AlarmKind[] | undefined): CarerSet {
  if (kinds === undefined) return "none";
  const holds = (set: readonly AlarmKind[]): boolean => kinds.every((kind) => set.includes(kind));
  return holds(CARER_SETS.urgent) ? "urgent" : holds(CARER_SETS.lows) ? "lows" : "all";
}

/** What is written for a carer, the others left as they are; none removes. */
export function withCarer(settings: AlarmSettings, contact: string, set: CarerSet, afterMin: number): AlarmSettings {
  const others = (settings.caregivers ?? []).filter((one) => one.contact !== contact);
  if (set === "none") return { ...settings, caregivers: others };
  return { ...settings, caregivers: [...others, { contact, kinds: [...CARER_SETS[set]], after_min: afterMin }] };
}

/** What is written when a kind is switched on or off; its other changes stay. */
export function withKind(settings: AlarmSettings, kind: AlarmKind, enabled: boolean): AlarmSettings {
  return { ...settings, behaviour: { ...settings.behaviour, [kind]: { ...settings.behaviour?.[kind], enabled } } };
}

/** What is written for how often a kind is repeated while it is on; null for never. */
export function withRepeat(settings: AlarmSettings, kind: AlarmKind, minutes: number | null): AlarmSettings {
  const behaviour = { ...settings.behaviour, [kind]: { ...settings.behaviour?.[kind], repeat_min: minutes } };
  return { ...settings, behaviour };
}

/** Choices for repeats: useful ones, those that an urgent kind may have, and the one that holds. */
export function repeatChoices(isUrgent: boolean, present: number | null): (number | null)[] {
  const usual = isUrgent ? REPEATS_MIN.filter((one) => one <= LONGEST_URGENT_REPEAT_MIN) : REPEATS_MIN;
  const minutes = [...new Set([...usual, ...(present === null ? [] : [present])])].sort((a, b) => a - b);
  return isUrgent ? minutes : [...minutes, null];
}

/** What is written for quiet hours: one interval, or none. */
export function withQuiet(settings: AlarmSettings, start: string, end: string): AlarmSettings {
  return { ...settings, quiet_hours: start && end && start !== end ? [{ start, end }] : [] };
}
