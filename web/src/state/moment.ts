import type { MomentRequest, Person } from "../api/types.ts";
import { type GlucoseUnit, mgdlFrom } from "../text/unit.ts";

/** What may be asked about a moment. */
export type MomentAbout = "moment" | "meal" | "exercise" | "illness";

/** Kinds of exercise, as far as they matter for glucose. */
export const EXERCISES = ["aerobic", "high-intensity", "resistance"] as const;

/** Smallest steps of pumps and pens, in units. */
export const STEPS = [0.025, 0.05, 0.1, 0.5, 1] as const;
export const BEGINS_MIN = [0, 30, 60, 120] as const;
export const SPLITS = ["record", "yes", "no"] as const;

/** A question as it is typed: glucose in the reader's unit, and nothing where nothing was typed. */
export interface MomentDraft {
  about: MomentAbout;
  carbs: number | null;
  fat: number | null;
  protein: number | null;
  inMin: number;
  minutes: number | null;
  exercise: (typeof EXERCISES)[number];
  ketones: number | null;
  step: number;
  split: (typeof SPLITS)[number];
  ratio: number | null;
  factor: number | null;
  target: number | null;
}

const KEY = "glucotwin-dose-step";

/** What may be asked: who may not be told doses can't ask about a meal, whose answer is one. */
export function aboutsFor(mayDose: boolean): MomentAbout[] {
  return mayDose ? ["moment", "meal", "exercise", "illness"] : ["moment", "exercise", "illness"];
}

/** An empty question; the step of doses is the one that was told on this device last, or what is usual. */
export function momentDraft(person: Pick<Person, "therapy">): MomentDraft {
  const told = Number(globalThis.localStorage?.getItem(KEY));
  const usual = person.therapy === "injections" ? 1 : 0.05;
  return {
    about: "moment",
    carbs: null,
    fat: null,
    protein: null,
    inMin: 0,
    minutes: null,
    exercise: "aerobic",
    ketones: null,
    step: STEPS.some((one) => one === told) ? told : usual,
    split: "record",
    ratio: null,
    factor: null,
    target: null,
  };
}

/** Keeps the step of doses on this device. */
export function keepStep(step: number): void {
  globalThis.localStorage?.setItem(KEY, String(step));
}

/** Whether everything that is needed was typed. */
export function isAskable(draft: MomentDraft): boolean {
  if (draft.about === "meal") return draft.carbs !== null && draft.carbs >= 1;
  if (draft.about === "exercise") return draft.minutes !== null && draft.minutes >= 5;
  return draft.about !== "illness" || (draft.ketones !== null && draft.ketones >= 0);
}

/** A question as the service takes it. */
export function momentRequest(draft: MomentDraft, unit: GlucoseUnit, mayDose: boolean): MomentRequest {
  const { about } = draft;
  const dosing = mayDose ? dosingOf(draft, unit) : {};
  const meal = about === "meal" ? { carbs_g: draft.carbs ?? 0, fat_g: draft.fat, protein_g: draft.protein } : undefined;
  const exercise =
    about === "exercise"
      ? { in_min: draft.inMin, duration_min: draft.minutes ?? 0, activity_type: draft.exercise }
      : undefined;
  return {
    unit,
    ...dosing,
    ...(meal ? { meal } : {}),
    ...(exercise ? { exercise } : {}),
    ...(about === "illness" ? { ketone_mmoll: draft.ketones } : {}),
  };
}

function dosingOf(draft: MomentDraft, unit: GlucoseUnit): Partial<MomentRequest> {
  const inMgdl = (typed: number | null): number | null => (typed === null ? null : mgdlFrom(typed, unit));
  return {
    step_u: draft.step,
    may_split: draft.split === "record" ? null : draft.split === "yes",
    carb_ratio_g_per_u: draft.ratio,
    correction_factor_mgdl_per_u: inMgdl(draft.factor),
    target_mgdl: inMgdl(draft.target),
  };
}
