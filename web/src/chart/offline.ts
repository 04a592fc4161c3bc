import type { EffectCurve, OfflineTwin } from "../api/offline.ts";
import type { ForecastCurve, NextRisk } from "../api/types.ts";

/** The forecast goes on without the service: the last one, moved by what was logged since. Glucose is in mg/dL. */

export interface Logged {
  stream: string;
  time: string;
  fields: Record<string, unknown>;
}

export interface Continued {
  forecast: ForecastCurve;
  /** How many entries the curve counts, and how many it cannot: exercise, and what lies beyond it. */
  counted: number;
  uncounted: number;
}

const MINUTE_MS = 60_000;
/** The version of the compact twin that is understood here. */
export const VERSION = 2;
const BISECTIONS = 40;
/** Below this, insulin takes nothing away any more. */
const LEAST_MGDL = 20;
const LOW_MGDL = 70;
const VERY_LOW_MGDL = 54;
const HIGH_MGDL = 250;
const RISK_MIN = 120;
const LOW_RISK = 0.15;
const HIGH_RISK = 0.5;
const NORMAL_95 = 1.6449;

interface Dose {
  stream: "meal" | "bolus";
  atMin: number;
  amount: number;
}

/** What one kind adds up to: an effect takes its size per gram or unit from all of it. */
interface Total {
  doses: readonly Dose[];
  amount: number;
}

interface Mixture {
  mean: number[];
  spread: number[];
}

/** The forecast with the entries that the service does not know yet, as the twin would answer them. */
export function continued(forecast: ForecastCurve, twin: OfflineTwin, entries: readonly Logged[]): Continued {
  const doses = entries.flatMap((entry) => doseOf(entry, twin));
  if (twin.version !== VERSION || doses.length === 0) return { forecast, counted: 0, uncounted: entries.length };
  const offsetMin = (Date.parse(forecast.origin) - Date.parse(twin.origin)) / MINUTE_MS;
  const before = twin.t_min.map((_, point) => mixtureAt(twin, point));
  const after = twin.t_min.map((_, point) => moved(before[point] as Mixture, twin, point, doses));
  const shift = (measure: (of: Mixture) => number): ((t: number) => number) => {
    const change = after.map((of, point) => measure(of) - measure(before[point] as Mixture));
    return (t) => between(twin.t_min, change, t + offsetMin);
  };
  const curve = (values: readonly (number | null)[], probability: number): (number | null)[] => {
    const by = shift((of) => quantile(of, probability));
    return values.map((value, i) => (value === null ? null : Math.max(0, value + by(forecast.t_min[i] ?? 0))));
  };
  const chance = (values: readonly number[], bound: number): number[] => {
    const by = shift((of) => shareBelow(of, bound));
    return values.map((value, i) => Math.min(1, Math.max(0, value + by(forecast.t_min[i] ?? 0))));
  };
  return {
    forecast: {
      ...forecast,
      median_mgdl: curve(forecast.median_mgdl, 0.5),
      bands: forecast.bands.map((band) => ({
        level: band.level,
        low_mgdl: curve(band.low_mgdl, 0.5 - band.level / 2),
        high_mgdl: curve(band.high_mgdl, 0.5 + band.level / 2),
      })),
      probability_below_70: chance(forecast.probability_below_70, LOW_MGDL),
      probability_below_54: chance(forecast.probability_below_54, VERY_LOW_MGDL),
    },
    counted: doses.length,
    uncounted: entries.length - doses.length,
  };
}

/** What may come within two hours of a moment, read off the curve alone; null when the curve has ended. */
export function riskFrom(forecast: ForecastCurve, atMs: number): NextRisk | null {
  const since = (atMs - Date.parse(forecast.origin)) / MINUTE_MS;
  const points = forecast.t_min.flatMap((t, i) => (t > since && t <= since + RISK_MIN ? [i] : []));
  if (points.length === 0) return null;
  const low = (i: number): number => forecast.probability_below_70[i] ?? 0;
  const high = (i: number): number => chanceAbove(forecast, i);
  for (const [kind, chance, bound] of [["low", low, LOW_RISK] as const, ["high", high, HIGH_RISK] as const]) {
    const first = points.find((i) => chance(i) >= bound);
    if (first === undefined) continue;
    const probability = Math.max(...points.map(chance));
    return { kind, probability, in_min: Math.round((forecast.t_min[first] ?? since) - since), sentence: "" };
  }
  return { kind: "none", probability: Math.max(...points.map(low)), in_min: null, sentence: "" };
}

function doseOf(entry: Logged, twin: OfflineTwin): Dose[] {
  const atMin = (Date.parse(entry.time) - Date.parse(twin.origin)) / MINUTE_MS;
  const isMeal = entry.stream === "meal";
  const isInsulin = entry.stream === "bolus" || entry.stream === "pen";
  const amount = entry.fields[isMeal ? "carbs_g" : "insulin_u"];
  if (!(isMeal || isInsulin) || typeof amount !== "number" || atMin >= (twin.t_min.at(-1) ?? 0)) return [];
  return [{ stream: isMeal ? "meal" : "bolus", atMin, amount }];
}

function mixtureAt(twin: OfflineTwin, point: number): Mixture {
  return {
    mean: twin.mean_mgdl.map((draw) => draw[point] ?? Number.NaN),
    spread: twin.spread_mgdl.map((draw) => draw[point] ?? Number.NaN),
  };
}

/** Food adds, and insulin takes the more away the more glucose there is, in every draw. */
function moved(of: Mixture, twin: OfflineTwin, point: number, doses: readonly Dose[]): Mixture {
  const [food, insulin] = [totalOf(doses, "meal"), totalOf(doses, "bolus")];
  const t = twin.t_min[point] ?? 0;
  const mean = of.mean.map((value, draw) => {
    const fed = value + effectOf(twin, food, draw, t);
    const unfed = Math.max(value, LEAST_MGDL);
    const taken = unfed * (1 - Math.exp(effectOf(twin, insulin, draw, t)));
    return fed - (taken * uptakeAt(fed, twin)) / uptakeAt(unfed, twin);
  });
  return { mean, spread: of.spread };
}

function totalOf(all: readonly Dose[], stream: Dose["stream"]): Total {
  const doses = all.filter((dose) => dose.stream === stream);
  return { doses, amount: doses.reduce((sum, dose) => sum + dose.amount, 0) };
}

/** How strongly insulin acts at a glucose: it saturates, as in the twin's causal form. */
function uptakeAt(glucose: number, twin: OfflineTwin): number {
  const least = Math.max(glucose, LEAST_MGDL);
  return least / (twin.half_mgdl + least);
}

/** All that doses of one kind do. */
function effectOf(twin: OfflineTwin, total: Total, draw: number, t: number): number {
  return total.doses.reduce((sum, dose) => sum + dose.amount * perAmount(twin, dose, total.amount, draw, t), 0);
}

/**
 * Response per gram or unit beside so much in all, in a line through the smaller and the larger known amount. Beyond the
 * larger one every further gram or unit does as much as the last.
 */
function perAmount(twin: OfflineTwin, dose: Dose, amount: number, draw: number, t: number): number {
  const known = twin.effects.filter((one) => one.stream === dose.stream);
  const [small, large] = [Math.min(...known.map((one) => one.amount)), Math.max(...known.map((one) => one.amount))];
  const at = (size: number): number =>
    responseTo(
      twin,
      known.filter((one) => one.amount === size),
      dose,
      draw,
      t,
    );
  if (large <= small) return at(small);
  const reached = amount > large ? 2 * large - large ** 2 / amount : amount;
  const share = (reached - small) / (large - small);
  return (1 - share) * at(small) + share * at(large);
}

/** Response per gram or unit at a time: between the effects worked out for the start before and the one after. */
function responseTo(twin: OfflineTwin, known: readonly EffectCurve[], dose: Dose, draw: number, t: number): number {
  // What was before the origin is in the readings already, but for what it does from then on.
  if (dose.atMin < 0)
    return sinceStart(twin, known[0], draw, t - dose.atMin) - sinceStart(twin, known[0], draw, -dose.atMin);
  const next = known.findIndex((one) => one.start_min >= dose.atMin);
  const [earlier, later] = next < 0 ? [known.at(-1), known.at(-1)] : [known[Math.max(0, next - 1)], known[next]];
  const gap = (later?.start_min ?? 0) - (earlier?.start_min ?? 0);
  const weight = gap > 0 ? (dose.atMin - (earlier?.start_min ?? 0)) / gap : 0;
  const lag = t - dose.atMin;
  return (1 - weight) * sinceStart(twin, earlier, draw, lag) + weight * sinceStart(twin, later, draw, lag);
}

function sinceStart(twin: OfflineTwin, effect: EffectCurve | undefined, draw: number, lag: number): number {
  const response = effect?.response[draw];
  if (!effect || !response || lag <= 0) return 0;
  const times = twin.t_min.filter((t) => t > effect.start_min).map((t) => t - effect.start_min);
  return between([0, ...times], [0, ...response], lag);
}

/** A value between known ones, and the nearest known one outside. */
function between(x: readonly number[], y: readonly number[], at: number): number {
  const next = x.findIndex((one) => one >= at);
  if (next <= 0) return y[next < 0 ? y.length - 1 : 0] ?? 0;
  const [x0, x1, y0, y1] = [x[next - 1] ?? 0, x[next] ?? 0, y[next - 1] ?? 0, y[next] ?? 0];
  return y0 + ((y1 - y0) * (at - x0)) / (x1 - x0);
}

/** The value below which an equal mixture of normal draws lies with a probability, by bisection. */
function quantile(of: Mixture, probability: number): number {
  const reach = of.mean.map((mean, i) => 8 * (of.spread[i] ?? 0) + Math.abs(mean) * 1e-9);
  let low = Math.min(...of.mean.map((mean, i) => mean - (reach[i] ?? 0)));
  let high = Math.max(...of.mean.map((mean, i) => mean + (reach[i] ?? 0)));
  for (let round = 0; round < BISECTIONS; round += 1) {
    const middle = (low + high) / 2;
    if (shareBelow(of, middle) < probability) low = middle;
    else high = middle;
  }
  return Math.max(0, (low + high) / 2);
}

function shareBelow(of: Mixture, bound: number): number {
  return of.mean.reduce((sum, mean, i) => sum + normalBelow((bound - mean) / (of.spread[i] ?? 1)), 0) / of.mean.length;
}

/** Chance of being above the bound of a high at one point: upper halves of the fan are close to normal. */
function chanceAbove(forecast: ForecastCurve, point: number): number {
  const median = forecast.median_mgdl[point];
  const top = forecast.bands.find((band) => band.level === 0.9)?.high_mgdl[point];
  if (typeof median !== "number" || typeof top !== "number" || top <= median) return 0;
  return 1 - normalBelow(((HIGH_MGDL - median) * NORMAL_95) / (top - median));
}

/** The normal distribution's share below a score; error below 2e-7 (Abramowitz and Stegun, 7.1.26). */
function normalBelow(score: number): number {
  const z = Math.abs(score) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = 0.5 * series * Math.exp(-z * z);
  return score < 0 ? half : 1 - half;
}
