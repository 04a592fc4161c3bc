import { Problem, personPath, post } from "../api/client.ts";
import type { LifeEvent } from "../api/types.ts";
import { allWaiting, dropWaiting, FINGERSTICK, keepWaiting, type WaitingEntry } from "./kept.ts";

export const queue = $state<{ waiting: number; refused: string | null }>({ waiting: 0, refused: null });

/** Identifiers that the service gave to the entries sent by this page, by their key. */
const sent = new Map<string, string>();

/** Keeps an entry on this device first, then sends it: nothing that was logged is lost without a network. */
export async function log(
  personId: string,
  stream: string,
  time: Date,
  fields: Record<string, unknown>,
): Promise<string> {
  const entry = { key: crypto.randomUUID(), personId, stream, time: time.toISOString(), fields };
  await keepWaiting(entry);
  await flush();
  return entry.key;
}

/** Takes an entry back, whether it was sent already or not. */
export async function takeBack(key: string, removeEvent: (eventId: string) => Promise<unknown>): Promise<void> {
  const eventId = sent.get(key);
  if (eventId) await removeEvent(eventId);
  else await dropWaiting(key);
  queue.waiting = (await allWaiting()).length;
}

let running: Promise<void> | null = null;

/** Sends what waits, oldest first; the idempotency key makes sure that each entry counts once. */
export function flush(): Promise<void> {
  running ??= sendAll().finally(() => {
    running = null;
  });
  return running;
}

async function sendAll(): Promise<void> {
  const entries = (await allWaiting()).sort((a, b) => a.time.localeCompare(b.time));
  queue.waiting = entries.length;
  for (const entry of entries) {
    if (!(await send(entry))) return;
    await dropWaiting(entry.key);
    queue.waiting -= 1;
  }
}

/** Whether the entry is settled: taken, or refused for good. */
async function send(entry: WaitingEntry): Promise<boolean> {
  try {
    await (entry.stream === FINGERSTICK ? sendReading(entry) : sendEvent(entry));
    return true;
  } catch (reason) {
    if (!(reason instanceof Problem)) throw reason;
    const mayPass = reason.isOffline || reason.status === 401 || reason.status === 429 || reason.status >= 500;
    if (!mayPass) queue.refused = reason.detail || reason.code;
    return !mayPass;
  }
}

async function sendEvent(entry: WaitingEntry): Promise<void> {
  const body = { stream: entry.stream, time: entry.time, fields: entry.fields };
  const made = await post<LifeEvent>(personPath(entry.personId, "/events"), body, { idempotencyKey: entry.key });
  sent.set(entry.key, made.event_id);
}

async function sendReading(entry: WaitingEntry): Promise<void> {
  const reading = { time: entry.time, kind: "fingerstick", source: "person", ...entry.fields };
  await post(personPath(entry.personId, "/readings"), { readings: [reading] }, { idempotencyKey: entry.key });
}
