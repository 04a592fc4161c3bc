import type { ModalDay } from "../api/types.ts";
import { t } from "../text/message.svelte.ts";
import { glucose } from "../text/number.ts";
import type { GlucoseUnit } from "../text/unit.ts";

export type Percentile = "p05_mgdl" | "p25_mgdl" | "p50_mgdl" | "p75_mgdl" | "p95_mgdl";

/** Minutes since midnight as a clock. */
export function minuteClock(minute: number): string {
  const whole = Math.round(minute);
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}

/** A path through the values that are there; a gap starts a new stroke. */
export function pathOf(
  modal: ModalDay,
  name: Percentile,
  x: (minute: number) => number,
  y: (mgdl: number) => number,
): string {
  let isDown = false;
  return modal.minute_of_day
    .map((minute, index) => {
      const value = modal[name][index];
      const point =
        typeof value === "number" ? `${isDown ? "L" : "M"}${x(minute).toFixed(1)} ${y(value).toFixed(1)}` : "";
      isDown = point !== "";
      return point;
    })
    .join("");
}

/** The area between two percentiles, one closed path for each stretch without a gap. */
export function areaOf(
  modal: ModalDay,
  [low, high]: [Percentile, Percentile],
  x: (minute: number) => number,
  y: (mgdl: number) => number,
): string {
  const stretches: number[][] = [[]];
  modal.minute_of_day.forEach((_minute, index) => {
    const isThere = typeof modal[low][index] === "number" && typeof modal[high][index] === "number";
    if (isThere) stretches.at(-1)?.push(index);
    else stretches.push([]);
  });
  const at = (name: Percentile, index: number): string =>
    `${x(modal.minute_of_day[index] ?? 0).toFixed(1)} ${y(modal[name][index] ?? 0).toFixed(1)}`;
  return stretches
    .filter((one) => one.length > 1)
    .map(
      (one) =>
        `M${one.map((i) => at(high, i)).join("L")}L${one
          .toReversed()
          .map((i) => at(low, i))
          .join("L")}Z`,
    )
    .join("");
}

/** When glucose is usually highest and lowest, and where lows are nearest. */
export function modalSummary(modal: ModalDay, unit: GlucoseUnit, locale: string): string {
  const highest = extreme(modal, "p50_mgdl", (a, b) => a > b);
  const lowest = extreme(modal, "p50_mgdl", (a, b) => a < b);
  const nearest = extreme(modal, "p05_mgdl", (a, b) => a < b);
  if (!highest || !lowest || !nearest) return t("days-none");
  return t("modal-summary", {
    unit,
    high: glucose(highest.value, unit, locale),
    highTime: minuteClock(highest.minute),
    low: glucose(lowest.value, unit, locale),
    lowTime: minuteClock(lowest.minute),
    near: glucose(nearest.value, unit, locale),
    nearTime: minuteClock(nearest.minute),
  });
}

function extreme(
  modal: ModalDay,
  name: Percentile,
  isMore: (a: number, b: number) => boolean,
): { minute: number; value: number } | null {
  let best: { minute: number; value: number } | null = null;
  modal.minute_of_day.forEach((minute, index) => {
    const value = modal[name][index];
    if (typeof value === "number" && (best === null || isMore(value, best.value))) best = { minute, value };
  });
  return best;
}
