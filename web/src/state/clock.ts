/** The time that counts as now for a person: the service's clock, carried on by this device's, without a network too. */

export const CLOCK_KEY = "glucotwin-clock";
/** Clocks of devices are hardly more exact; a smaller difference is the way of the answer. */
const SAME_MS = 120_000;

/** Remembers how far a person's clock is from this device's; for an answer that came from the service just now. */
export function keepClock(personId: string, asOf: string, deviceMs: number = Date.now()): void {
  const difference = Date.parse(asOf) - deviceMs;
  const known = differences();
  if (Math.abs(difference) < SAME_MS) delete known[personId];
  else known[personId] = difference;
  localStorage.setItem(CLOCK_KEY, JSON.stringify(known));
}

/** Now, for a person. */
export function nowFor(personId: string, deviceMs: number = Date.now()): number {
  return deviceMs + (differences()[personId] ?? 0);
}

function differences(): Record<string, number> {
  return JSON.parse(localStorage.getItem(CLOCK_KEY) ?? "{}") as Record<string, number>;
}
