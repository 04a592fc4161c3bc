import type { OfflineTwin } from "../api/offline.ts";
import type { LifeEvent, NowAnswer } from "../api/types.ts";
import { continued, type Logged, riskFrom } from "./offline.ts";

export interface OfflineView {
  now: NowAnswer;
  /** From which reading on the forecast was continued and when it ends (ms); null without one. */
  span: { from: number; until: number } | null;
  counted: number;
  uncounted: number;
}

const MINUTE_MS = 60_000;
/** A measurement goes into no curve here: only the twin itself can learn from it. */
const UNSEEN = new Set(["glucose"]);

/** How things are without the service: its last answer, carried on to a moment with what was logged on this device. */
export function offlineView(
  now: NowAnswer,
  twin: OfflineTwin | null,
  waiting: readonly (Logged & { key: string })[],
  atMs: number,
): OfflineView {
  const events = [...now.events, ...waiting.filter((one) => !UNSEEN.has(one.stream)).map(eventOf)];
  // What is on board and the trend would be those of an hour ago.
  const old: NowAnswer = { ...now, events, insulin_on_board_u: null, carbs_on_board_g: null };
  if (!now.forecast) return { now: old, span: null, counted: 0, uncounted: 0 };
  const entries = waiting.filter((one) => !UNSEEN.has(one.stream));
  const none = { forecast: now.forecast, counted: 0, uncounted: entries.length };
  const found = twin ? continued(now.forecast, twin, entries) : none;
  const risk = riskFrom(found.forecast, atMs);
  const from = Date.parse(found.forecast.origin);
  const until = from + (found.forecast.t_min.at(-1) ?? 0) * MINUTE_MS;
  const forecast = risk ? found.forecast : null;
  return {
    now: { ...old, forecast, next_risk: risk },
    span: { from, until },
    counted: found.counted,
    uncounted: found.uncounted,
  };
}

function eventOf(entry: Logged & { key: string }): LifeEvent {
  return { event_id: entry.key, stream: entry.stream, time: entry.time, ...entry.fields };
}
