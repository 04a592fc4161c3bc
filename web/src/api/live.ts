import { linkTo, personPath } from "./client.ts";
import type { Alarm, Job, NowAnswer } from "./types.ts";

/** What the service pushes while a page is open. */
export interface LiveHandlers {
  now: (answer: NowAnswer) => void;
  alarm: (alarm: Alarm) => void;
  job: (job: Job) => void;
  data: (streams: string[]) => void;
  erased: () => void;
  connected: (isConnected: boolean) => void;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Listens to a person's events until told to stop; reconnects with growing pauses. */
export function listen(personId: string, handlers: Partial<LiveHandlers>): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT_MS;

  function open(): void {
    source = new EventSource(linkTo(personPath(personId, "/live")));
    source.onopen = () => {
      wait = FIRST_WAIT_MS;
      handlers.connected?.(true);
    };
    source.onerror = () => {
      handlers.connected?.(false);
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
    on<NowAnswer>("now", (answer) => handlers.now?.(answer));
    on<Alarm>("alarm", (alarm) => handlers.alarm?.(alarm));
    on<Job>("job", (job) => handlers.job?.(job));
    on<{ streams: string[] }>("data", (data) => handlers.data?.(data.streams));
    on<object>("erased", () => handlers.erased?.());
  }

  function on<T>(name: string, tell: (data: T) => void): void {
    source?.addEventListener(name, (event) => tell(JSON.parse((event as MessageEvent<string>).data) as T));
  }

  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
