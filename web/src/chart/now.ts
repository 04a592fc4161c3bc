import type { ForecastCurve, LifeEvent, NowAnswer, Reading } from "../api/types.ts";
import { t } from "../text/message.svelte.ts";
import { decimal, glucose } from "../text/number.ts";
import { riskSentence } from "../text/sentence.ts";
import { MINUTE_MS } from "../text/time.ts";
import type { GlucoseUnit } from "../text/unit.ts";
import type { ChartModel, Line, Mark, Ribbon } from "./model.ts";

const BEFORE_MS = 4 * 60 * MINUTE_MS;
const SHORTEST_AHEAD_MS = 60 * MINUTE_MS;
const LONGEST_AHEAD_MS = 4 * 60 * MINUTE_MS;

/** The last hours as points and the coming ones as a fan; the moment is that of the newest reading unless it is given. */
export function nowModel(now: NowAnswer, target: { low: number; high: number }, atMs?: number): ChartModel {
  const origin = Date.parse(now.reading?.time ?? now.as_of);
  const from = origin - BEFORE_MS;
  const fan = now.forecast ? fanOf(now.forecast) : null;
  const last = fan?.line.x.at(-1) ?? origin + SHORTEST_AHEAD_MS;
  return {
    from,
    to: Math.min(last, origin + LONGEST_AHEAD_MS),
    lines: [pointsOf(now.recent.filter((one) => Date.parse(one.time) >= from)), ...(fan ? [fan.line] : [])],
    ribbons: fan?.ribbons ?? [],
    marks: marksOf(now.events),
    now: Math.max(origin, atMs ?? origin),
    target,
  };
}

/** Readings as points. */
export function pointsOf(readings: readonly Reading[], kind: "points" | "rings" = "points", label?: string): Line {
  return {
    label: label ?? t("chart-readings"),
    kind,
    colour: "ink",
    x: readings.map((one) => Date.parse(one.time)),
    y: readings.map((one) => one.glucose_mgdl),
  };
}

/** A forecast as its median and bands, the widest first so that the narrower lies on top. */
export function fanOf(forecast: ForecastCurve): { line: Line; ribbons: Ribbon[] } {
  const origin = Date.parse(forecast.origin);
  const x = forecast.t_min.map((minute) => origin + minute * MINUTE_MS);
  const bands = [...forecast.bands].sort((a, b) => b.level - a.level);
  const shown = bands.filter((band) => band.level === 0.9 || band.level === 0.5);
  const ribbons = shown.map<Ribbon>((band) => ({
    label: t("chart-band", { level: decimal(band.level * 100, 0, "en") }),
    colour: band.level > 0.7 ? "fan-outer" : "fan-inner",
    x,
    low: band.low_mgdl,
    high: band.high_mgdl,
  }));
  return { line: { label: t("chart-forecast"), kind: "curve", colour: "curve", x, y: forecast.median_mgdl }, ribbons };
}

/** What was eaten, given and done, as marks under a chart. */
export function marksOf(events: readonly LifeEvent[]): Mark[] {
  const kinds: Record<string, Mark["kind"]> = { meal: "meal", bolus: "insulin", pen: "insulin", activity: "activity" };
  return events.flatMap((event) => {
    const kind = kinds[event.stream];
    return kind ? [{ at: Date.parse(event.time), label: eventWords(event, "en"), kind }] : [];
  });
}

/** An entry in a few words: "45 g carbohydrate". */
export function eventWords(event: LifeEvent, locale: string): string {
  switch (event.stream) {
    case "meal":
      return t("event-meal", { carbs: decimal(event.carbs_g, 0, locale) });
    case "bolus":
      return t("event-bolus", { insulin: decimal((event.insulin_u ?? 0) + (event.extended_u ?? 0), 1, locale) });
    case "pen":
      return t("event-pen", { insulin: decimal(event.insulin_u, 1, locale) });
    case "activity":
      return t("event-activity", { minutes: decimal(event.duration_min, 0, locale) });
    case "note":
      return event.text || t("event-note");
    default:
      return t("event-other", { kind: event.kind ?? event.stream });
  }
}

/** The chart in one or two sentences. */
export function nowSummary(now: NowAnswer, unit: GlucoseUnit, locale: string, atMs = 0): string {
  const values = now.recent.slice(-48).map((one) => one.glucose_mgdl);
  if (values.length === 0) return t("now-empty");
  const shown = (mgdl: number): string => glucose(mgdl, unit, locale);
  const past = t("now-summary-past", { low: shown(Math.min(...values)), high: shown(Math.max(...values)), unit });
  return `${past} ${aheadSentence(now, shown, unit, atMs)}${riskSentence(now, unit, locale)}`;
}

function aheadSentence(now: NowAnswer, shown: (mgdl: number) => string, unit: GlucoseUnit, atMs: number): string {
  const forecast = now.forecast;
  const band = forecast?.bands.find((one) => one.level === 0.9);
  const sinceMin = forecast ? Math.max(0, (atMs - Date.parse(forecast.origin)) / MINUTE_MS) : 0;
  const index = forecast?.t_min.findIndex((minute) => minute >= sinceMin + 60) ?? -1;
  const [median, low, high] = [forecast?.median_mgdl[index], band?.low_mgdl[index], band?.high_mgdl[index]];
  if (typeof median !== "number" || typeof low !== "number" || typeof high !== "number") return "";
  return `${t("now-summary-ahead", { median: shown(median), low: shown(low), high: shown(high), unit })} `;
}
