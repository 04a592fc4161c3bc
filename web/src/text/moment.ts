import type { MomentChoice, MomentDeed, MomentFollowUp } from "../api/types.ts";
import { t } from "./message.svelte.ts";
import { decimal, glucose, significant, threshold } from "./number.ts";
import { chanceWords } from "./sentence.ts";
import type { GlucoseUnit } from "./unit.ts";

const LOW_MGDL = 70;
const HIGH_MGDL = 180;

/** What an option comes to: shares of the hours ahead, and how likely a low is if nobody does anything. */
export function shareWords(choice: MomentChoice, unit: GlucoseUnit, locale: string): string[] {
  const percent = (value: number): string => decimal(value, 0, locale);
  return [
    t("moment-in-range", { percent: percent(choice.in_range_pct) }),
    t("moment-below", {
      percent: decimal(choice.below_70_pct, 1, locale),
      bound: threshold(LOW_MGDL, unit, locale),
      unit,
    }),
    t("moment-above", { percent: percent(choice.above_180_pct), bound: threshold(HIGH_MGDL, unit, locale), unit }),
    t("moment-low-chance", { chance: chanceWords(choice.low_probability) }),
  ];
}

/** The curve of an option in a sentence: where it leads, and how sure that is. */
export function curveWords(choice: MomentChoice, tMin: readonly number[], unit: GlucoseUnit, locale: string): string {
  const shown = (mgdl: number | undefined): string => glucose(mgdl, unit, locale);
  const lowest = Math.min(...choice.median_mgdl);
  const highest = Math.max(...choice.median_mgdl);
  const last = tMin.length - 1;
  return t("moment-curve", {
    what: choice.text,
    low: shown(lowest),
    high: shown(highest),
    hours: decimal((tMin[last] ?? 0) / 60, 0, locale),
    from: shown(choice.low_mgdl[last]),
    to: shown(choice.high_mgdl[last]),
    unit,
  });
}

/** Why options are not advised: each reason once, with the options that it speaks against. */
export function refusalGroups(choices: readonly MomentChoice[]): { why: string; options: string[] }[] {
  const groups = new Map<string, string[]>();
  for (const choice of choices) {
    for (const { text } of choice.refusals) groups.set(text, [...(groups.get(text) ?? []), choice.text]);
  }
  return [...groups].map(([why, options]) => ({ why, options }));
}

/** What was to be done, and what of it is on record. */
export function deedWords(deed: MomentDeed, locale: string): string {
  const amount = (value: number | null): string => {
    if (value === null) return "";
    if (deed.kind === "basal") return t("moment-amount-basal", { amount: decimal(100 * value, 0, locale) });
    return t(`moment-amount-${deed.kind}`, { amount: significant(value, locale) });
  };
  return t(`moment-found-${deed.found}`, { advised: amount(deed.advised), recorded: amount(deed.recorded) });
}

/** What else was eaten and given in these hours; null where nothing was. */
export function otherWords(found: MomentFollowUp, locale: string): string | null {
  const parts = [
    found.other_carbs_g > 0 ? t("moment-amount-carbs", { amount: significant(found.other_carbs_g, locale) }) : null,
    found.other_insulin_u > 0 ? t("moment-amount-dose", { amount: significant(found.other_insulin_u, locale) }) : null,
  ].filter((one) => one !== null);
  return parts.length > 0 ? t("moment-others", { what: parts.join(", ") }) : null;
}

export interface Compared {
  name: string;
  predicted: string;
  achieved: string;
}

/** Predicted beside achieved, row by row. */
export function comparedRows(found: MomentFollowUp, unit: GlucoseUnit, locale: string): Compared[] {
  const shown = (mgdl: number): string => glucose(mgdl, unit, locale);
  const percent = (value: number): string => `${decimal(value, 0, locale)} %`;
  return [
    {
      name: t("moment-row-mean", { unit }),
      predicted: shown(found.predicted_mean_mgdl),
      achieved: shown(found.achieved_mean_mgdl),
    },
    {
      name: t("moment-row-range"),
      predicted: percent(found.predicted_in_range_pct),
      achieved: percent(found.achieved_in_range_pct),
    },
    {
      name: t("moment-row-below", { bound: threshold(LOW_MGDL, unit, locale), unit }),
      predicted: percent(found.predicted_below_70_pct),
      achieved: percent(found.achieved_below_70_pct),
    },
    {
      name: t("moment-row-above", { bound: threshold(HIGH_MGDL, unit, locale), unit }),
      predicted: percent(found.predicted_above_180_pct),
      achieved: percent(found.achieved_above_180_pct),
    },
    {
      name: t("moment-row-lowest", { unit }),
      predicted: t("moment-lowest-band", {
        median: shown(found.predicted_lowest_mgdl),
        edge: shown(found.predicted_lowest_band_mgdl),
      }),
      achieved: shown(found.achieved_lowest_mgdl),
    },
  ];
}
