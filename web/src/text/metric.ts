/** Reads single numbers out of the consensus panel, whose fields may be missing when there are too few data. */
export function metric(metrics: Record<string, unknown> | null, ...path: string[]): number | null {
  let found: unknown = metrics;
  for (const name of path) {
    if (typeof found !== "object" || found === null) return null;
    found = (found as Record<string, unknown>)[name];
  }
  return typeof found === "number" ? found : null;
}

/** Whether a goal of the consensus is met; null when unknown. */
export function goal(metrics: Record<string, unknown> | null, name: string): boolean | null {
  const goals = metrics?.goals;
  if (typeof goals !== "object" || goals === null) return null;
  const found = (goals as Record<string, unknown>)[name];
  return typeof found === "boolean" ? found : null;
}

export const LEVELS = ["very-high", "high", "in-range", "low", "very-low"] as const;
export type Level = (typeof LEVELS)[number];

const FIELDS: Record<Level, string> = {
  "very-high": "tar_level2_pct",
  high: "tar_level1_pct",
  "in-range": "tir_pct",
  low: "tbr_level1_pct",
  "very-low": "tbr_level2_pct",
};

/** Shares of time in the five ranges, as fractions of one; null without data. */
export function levelFractions(metrics: Record<string, unknown> | null): Record<Level, number> | null {
  const values = LEVELS.map((level) => metric(metrics, "time_in_range", FIELDS[level]));
  if (values[LEVELS.indexOf("in-range")] === null) return null;
  return Object.fromEntries(LEVELS.map((level, index) => [level, (values[index] ?? 0) / 100])) as Record<Level, number>;
}
