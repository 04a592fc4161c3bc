import type { NowAnswer, Person } from "../api/types.ts";

export interface PanelRow {
  person: Person;
  now: NowAnswer | null;
}

/** How soon somebody should be looked at: alarms first, then the risk of a low, then of a high, then old data. */
export function urgency({ now }: PanelRow): number {
  if (!now) return -1;
  const alarms = now.alarms.filter((one) => one.on);
  const risk = now.next_risk;
  const weight = risk?.kind === "low" ? 10 : risk?.kind === "high" ? 1 : 0;
  const stale = now.reading === null || now.reading.stale ? 0.5 : 0;
  const urgent = alarms.filter((one) => one.urgent).length;
  return urgent * 1000 + alarms.length * 100 + weight * (risk?.probability ?? 0) + stale;
}

/** The panel in the order in which it should be read; equals keep their names' order. */
export function byUrgency(rows: readonly PanelRow[]): PanelRow[] {
  return [...rows].sort(
    (a, b) => urgency(b) - urgency(a) || a.person.display_name.localeCompare(b.person.display_name),
  );
}
