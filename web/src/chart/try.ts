import type { Curve, NowAnswer, Reading, WhatIfAnswer } from "../api/types.ts";
import { t } from "../text/message.svelte.ts";
import { decimal, glucose } from "../text/number.ts";
import type { GlucoseUnit } from "../text/unit.ts";
import type { ChartModel, Colour, Line, Ribbon } from "./model.ts";
import { fanOf, pointsOf } from "./now.ts";

export const SCENARIO_COLOURS: readonly Colour[] = ["curve", "other", "third"];
const OUTER: readonly Colour[] = ["fan-outer", "other-outer", "grid"];
const INNER: readonly Colour[] = ["fan-inner", "other-inner", "line"];
const MINUTE_MS = 60_000;

export interface TryView {
  from: number;
  to: number;
  now: number | null;
  readings: readonly Reading[];
  baseline: NowAnswer["forecast"];
  answers: readonly (WhatIfAnswer | null)[];
  /** A past day without what nothing on record explains; null where it is not known or not wanted. */
  explained: WhatIfAnswer | null;
  active: number;
  target: { low: number; high: number };
}

/** What was, what is expected, and every scenario; only the chosen one with its bands. */
export function tryModel(view: TryView): ChartModel {
  const shown = view.answers[view.active] ?? null;
  const lines: Line[] = [pointsOf(view.readings)];
  const ribbons: Ribbon[] = [];
  const first = shown ?? view.answers.find((one) => one !== null) ?? view.explained;
  if (first) lines.push(baselineLine(first));
  else if (view.baseline) {
    const fan = fanOf(view.baseline);
    lines.push({ ...fan.line, label: t("try-unchanged"), kind: "dashed", colour: "muted" });
    ribbons.push(...fan.ribbons);
  }
  view.answers.forEach((answer, index) => {
    if (!answer) return;
    const colour = SCENARIO_COLOURS[index] ?? "curve";
    if (index === view.active) ribbons.push(...ribbonsOf(answer, answer.changed, index));
    lines.push({
      label: scenarioName(index),
      kind: "curve",
      colour,
      x: timesOf(answer),
      y: answer.changed.median_mgdl,
    });
  });
  if (view.explained) {
    const { median_mgdl: y } = view.explained.changed;
    lines.push({ label: t("try-explained"), kind: "dotted", colour: "muted", x: timesOf(view.explained), y });
  }
  return { from: view.from, to: view.to, now: view.now, lines, ribbons, target: view.target };
}

/** Scenarios are called A, B and C in every language. */
export function scenarioLetter(index: number): string {
  return "ABC".charAt(index);
}

/** A scenario as a sentence names it. */
export function scenarioName(index: number): string {
  return t("try-scenario", { name: scenarioLetter(index) });
}

function baselineLine(answer: WhatIfAnswer): Line {
  const values = answer.baseline.median_mgdl;
  return { label: t("try-unchanged"), kind: "dashed", colour: "muted", x: timesOf(answer), y: values };
}

function timesOf(answer: WhatIfAnswer): number[] {
  const start = Date.parse(answer.start);
  return answer.t_min.map((minute) => start + minute * MINUTE_MS);
}

function ribbonsOf(answer: WhatIfAnswer, curve: Curve, index: number): Ribbon[] {
  const wide = [...curve.bands].sort((a, b) => b.level - a.level).filter((band) => [0.5, 0.9].includes(band.level));
  return wide.map((band) => ({
    label: t("chart-band", { level: decimal(band.level * 100, 0, "en") }),
    colour: (band.level > 0.7 ? OUTER : INNER)[index] ?? "fan-outer",
    x: timesOf(answer),
    low: band.low_mgdl,
    high: band.high_mgdl,
  }));
}

/** How much of a past day nothing on record explains, in a sentence: where it moved glucose most. */
export function unexplainedSummary(
  answer: WhatIfAnswer,
  unit: GlucoseUnit,
  locale: string,
  clock: (at: number) => string,
): string {
  const index = largestOf(answer.difference.median_mgdl);
  const difference = answer.difference.median_mgdl[index];
  const at = timesOf(answer)[index];
  if (typeof difference !== "number" || at === undefined) return "";
  const size = glucose(Math.abs(difference), unit, locale);
  return t(difference < 0 ? "try-unexplained-up" : "try-unexplained-down", { size, unit, time: clock(at) });
}

function largestOf(values: Curve["median_mgdl"]): number {
  let largest = -1;
  values.forEach((one, index) => {
    if (one !== null && Math.abs(one) > Math.abs(values[largest] ?? 0)) largest = index;
  });
  return largest;
}

/** What a scenario does, in a sentence: where the difference is largest, and how sure that is. */
export function trySummary(answer: WhatIfAnswer | null, unit: GlucoseUnit, locale: string): string {
  const values = answer?.difference.median_mgdl ?? [];
  const largest = largestOf(values);
  const difference = values[largest];
  if (!answer || typeof difference !== "number") return t("try-none-yet");
  const band = answer.difference.bands.find((one) => one.level === 0.9);
  const hours = decimal((answer.t_min[largest] ?? 0) / 60, 1, locale);
  const words = {
    size: glucose(Math.abs(difference), unit, locale),
    unit,
    hours,
    low: signedGlucose(band?.low_mgdl[largest], unit, locale),
    high: signedGlucose(band?.high_mgdl[largest], unit, locale),
  };
  return t(difference < 0 ? "try-lower" : "try-higher", words);
}

/** A difference of glucose with its sign. */
export function signedGlucose(mgdl: number | null | undefined, unit: GlucoseUnit, locale: string): string {
  if (mgdl === null || mgdl === undefined) return "–";
  const text = glucose(Math.abs(mgdl), unit, locale);
  if (Number(text.replace(",", ".")) === 0) return text;
  return `${mgdl < 0 ? "−" : "+"}${text}`;
}
