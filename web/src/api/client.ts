const BASE = "/api/v1";

/** A refusal or failure of the service (`application/problem+json`), or of the way to it (status 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly hint = "",
    readonly purpose: string | null = null,
  ) {
    super(detail || code);
  }

  /** Whether the service could not be reached, so that trying again later makes sense. */
  get isOffline(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503;
  }
}

let csrfToken = "";
let onSignedOut: () => void = () => {};
let onReach: (isReached: boolean) => void = () => {};

/** Keeps the token that every change has to carry. */
export function keepCsrf(token: string): void {
  csrfToken = token;
}

/** Names whom to tell when the service no longer knows the session. */
export function whenSignedOut(tell: () => void): void {
  onSignedOut = tell;
}

/** Names whom to tell whether the service itself answered, not only what this device had kept. */
export function whenReached(tell: (isReached: boolean) => void): void {
  onReach = tell;
}

interface Options {
  body?: unknown;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** Sends one request and returns what the service answers. */
export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers = new Headers({ Accept: "application/json", "Accept-Language": document.documentElement.lang });
  if (method !== "GET" && csrfToken) headers.set("X-CSRF-Token", csrfToken);
  if (options.idempotencyKey) headers.set("Idempotency-Key", options.idempotencyKey);
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (options.signal) init.signal = options.signal;
  if (options.body instanceof FormData) init.body = options.body;
  else if (options.body !== undefined) {
    headers.set("Content-Type", "application/json");
    init.body = JSON.stringify(options.body);
  }
  const response = await reach(path, init);
  if (!response.ok) throw await problemOf(response);
  const type = response.headers.get("Content-Type") ?? "";
  const hasAnswer = response.status !== 204 && type.includes("json");
  return (hasAnswer ? await response.json() : undefined) as T;
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(BASE + path, init);
    onReach(!response.headers.has("X-Kept"));
    return response;
  } catch (reason) {
    if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
    onReach(false);
    throw new Problem(0, "offline", "");
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const found = (await response.json().catch(() => ({}))) as Partial<Record<string, string>>;
  const code = found.code ?? `status-${response.status}`;
  if (response.status === 401 && code === "not-signed-in") onSignedOut();
  return new Problem(response.status, code, found.detail ?? "", found.hint ?? "", found.purpose ?? null);
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> =>
  request<T>("GET", path, signal ? { signal } : {});
export const post = <T>(path: string, body?: unknown, options: Options = {}): Promise<T> =>
  request<T>("POST", path, { ...options, body });
export const put = <T>(path: string, body: unknown): Promise<T> => request<T>("PUT", path, { body });
export const remove = <T>(path: string): Promise<T> => request<T>("DELETE", path);

/** Address of a person's part of the service. */
export function personPath(personId: string, rest = ""): string {
  return `/people/${encodeURIComponent(personId)}${rest}`;
}

/** Address for a link that the browser follows itself, such as a download. */
export function linkTo(path: string): string {
  return BASE + path;
}

/** A query string without the parts that are missing. */
export function query(values: Record<string, string | number | null | undefined>): string {
  const present = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const text = new URLSearchParams(present.map(([name, value]) => [name, String(value)])).toString();
  return text ? `?${text}` : "";
}
