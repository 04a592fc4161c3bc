/** What a chart over time shows; glucose in mg/dL, time in milliseconds since 1970. */

export type Colour =
  | "curve"
  | "other"
  | "third"
  | "ink"
  | "muted"
  | "line"
  | "grid"
  | "surface"
  | "target"
  | "target-edge"
  | "fan-outer"
  | "fan-inner"
  | "other-outer"
  | "other-inner"
  | "low"
  | "accent";

export interface Line {
  label: string;
  kind: "curve" | "dashed" | "dotted" | "points" | "rings";
  colour: Colour;
  x: readonly number[];
  y: readonly (number | null)[];
}

export interface Ribbon {
  label: string;
  colour: Colour;
  x: readonly number[];
  low: readonly (number | null)[];
  high: readonly (number | null)[];
}

export interface Mark {
  at: number;
  label: string;
  kind: "meal" | "insulin" | "activity" | "other";
}

export interface ChartModel {
  from: number;
  to: number;
  lines: readonly Line[];
  ribbons: readonly Ribbon[];
  marks?: readonly Mark[];
  /** Moment that divides what was from what may come. */
  now?: number | null;
  target: { low: number; high: number };
}

/** All times of all lines, once each and in order, with every line's values at them. */
export function joined(lines: readonly Line[]): { x: number[]; y: (number | null | undefined)[][] } {
  const x = [...new Set(lines.flatMap((line) => [...line.x]))].sort((a, b) => a - b);
  const y = lines.map((line) => {
    const values = new Map(line.x.map((at, index) => [at, line.y[index] ?? null]));
    // `undefined` lets a curve go on to its next value, `null` breaks it.
    return x.map((at) => (values.has(at) ? values.get(at) : undefined));
  });
  return { x, y };
}

/** Ends of the glucose axis in mg/dL: everything that is drawn, and at least 40 to 260. */
export function glucoseRange(model: ChartModel, leastTopMgdl = 260): [number, number] {
  const values = [
    ...model.lines.flatMap((line) => [...line.y]),
    ...model.ribbons.flatMap((ribbon) => [...ribbon.high]),
  ];
  const highest = values.reduce<number>((most, one) => (one !== null && one > most ? one : most), 0);
  return [40, Math.max(leastTopMgdl, Math.min(410, 10 * Math.ceil((highest + 8) / 10)))];
}

export interface TableRow {
  at: number;
  values: (number | null)[];
}

/** The chart's numbers for a table: the value of every line that is nearest to each step. */
export function tableRows(model: ChartModel, stepMin: number): TableRow[] {
  const step = stepMin * 60_000;
  const rows: TableRow[] = [];
  for (let at = Math.ceil(model.from / step) * step; at <= model.to; at += step) {
    const values = [
      ...model.lines.map((line) => nearest(line.x, line.y, at, step / 2)),
      ...model.ribbons.flatMap((ribbon) => [
        nearest(ribbon.x, ribbon.low, at, step / 2),
        nearest(ribbon.x, ribbon.high, at, step / 2),
      ]),
    ];
    if (values.some((one) => one !== null)) rows.push({ at, values });
  }
  return rows;
}

/** The value next to a moment, or null when none is within the reach. */
export function nearest(x: readonly number[], y: readonly (number | null)[], at: number, reach: number): number | null {
  let best: number | null = null;
  let distance = reach;
  x.forEach((one, index) => {
    const away = Math.abs(one - at);
    if (away <= distance && y[index] !== null && y[index] !== undefined) {
      best = y[index] ?? null;
      distance = away;
    }
  });
  return best;
}
