/** How a parameter of a person compares with what is usual. */
export type Comparison =
  | { id: "compared-alike" }
  | { id: "compared-below" | "compared-above"; percent: number }
  | { id: "compared-times"; factor: number };

interface Compared {
  median: number;
  low: number;
  high: number;
  prior_median: number | null;
}

/** Null where there is nothing usual to compare with; alike where the band holds what is usual. */
export function comparison({ median, low, high, prior_median: usual }: Compared): Comparison | null {
  if (usual === null || usual <= 0 || median <= 0) return null;
  if (low <= usual && usual <= high) return { id: "compared-alike" };
  const ratio = median / usual;
  if (ratio >= 2) return { id: "compared-times", factor: ratio };
  const percent = Math.round(Math.abs(ratio - 1) * 100);
  return { id: ratio < 1 ? "compared-below" : "compared-above", percent };
}
