import type { Change, LifeEvent } from "../api/types.ts";

export const MINUTE = 60_000;
export const STEP_MIN = 5;
export const WALK_INTENSITY = 0.4;
/** As many changes as the service takes in one question. */
export const MOST_CHANGES = 12;

/** Food of a mixed meal, fast carbohydrate such as glucose or juice, insulin, or a walk. */
export type ItemKind = "meal" | "fast" | "bolus" | "exercise";

/** Something that can be moved over the day; what was recorded remembers how it was. */
export interface Item {
  id: string;
  kind: ItemKind;
  at: number;
  amount: number;
  recorded: { at: number; amount: number } | null;
}

export const LEAVE_OUT_UNEXPLAINED: Change = { kind: "leave-out-unexplained" };

export interface Scenario {
  items: Item[];
  basalFactor: number;
  /** Whether a past day goes without what nothing on record explains. */
  isUnexplainedOut?: boolean;
}

interface Amounts {
  first: number;
  step: number;
  least: number;
  most: number;
  digits: number;
}

/** Grams, units and minutes: where each starts, and how far it goes. */
export const AMOUNTS: Record<ItemKind, Amounts> = {
  meal: { first: 30, step: 5, least: 0, most: 200, digits: 0 },
  fast: { first: 15, step: 5, least: 0, most: 100, digits: 0 },
  bolus: { first: 2, step: 0.5, least: 0, most: 30, digits: 1 },
  exercise: { first: 30, step: 5, least: 0, most: 240, digits: 0 },
};

/** A moment on the grid of the what-if, inside its window. */
export function snapped(at: number, from: number, to: number): number {
  const step = STEP_MIN * MINUTE;
  return Math.min(to, Math.max(from, Math.round(at / step) * step));
}

/** An amount on its grid and within its bounds. */
export function snappedAmount(kind: ItemKind, amount: number): number {
  const { step, least, most } = AMOUNTS[kind];
  return Math.min(most, Math.max(least, Math.round(amount / step) * step));
}

/** What the record holds of a window, as items that can be moved. */
export function recordedItems(events: readonly LifeEvent[], from: number, to: number): Item[] {
  return events.flatMap((event) => {
    const at = Date.parse(event.time);
    const found = kindAndAmount(event);
    if (!found || at < from || at > to) return [];
    const [kind, amount] = found;
    return [{ id: event.event_id, kind, at, amount, recorded: { at, amount } }];
  });
}

function kindAndAmount(event: LifeEvent): [ItemKind, number] | null {
  if (event.stream === "meal" && event.carbs_g) return ["meal", event.carbs_g];
  if (event.stream === "bolus" && event.insulin_u) return ["bolus", event.insulin_u];
  if (event.stream === "activity" && event.duration_min) return ["exercise", event.duration_min];
  return null;
}

/** The question for the service. Amounts are changed before times: a change finds its record by the recorded time. */
export function changesOf(scenario: Scenario): Change[] {
  const changes = scenario.items.flatMap((item) => (item.recorded ? changeOfRecorded(item) : addition(item)));
  if (scenario.basalFactor !== 1) changes.push({ kind: "scale-basal", factor: scenario.basalFactor });
  if (scenario.isUnexplainedOut) changes.push(LEAVE_OUT_UNEXPLAINED);
  return changes;
}

function addition(item: Item): Change[] {
  if (item.amount <= 0) return [];
  const at = new Date(item.at).toISOString();
  if (item.kind === "meal") return [{ kind: "add-meal", at, carbs_g: item.amount }];
  if (item.kind === "fast") return [{ kind: "add-meal", at, carbs_g: item.amount, absorption: "fast" }];
  if (item.kind === "bolus") return [{ kind: "add-bolus", at, insulin_u: item.amount }];
  return [{ kind: "add-exercise", at, duration_min: item.amount, intensity_fraction: WALK_INTENSITY }];
}

function changeOfRecorded(item: Item): Change[] {
  if (!item.recorded) return [];
  const at = new Date(item.recorded.at).toISOString();
  const minutes = Math.round((item.at - item.recorded.at) / MINUTE);
  const isSame = item.amount === item.recorded.amount;
  if (item.kind === "exercise") {
    return isSame && minutes === 0 ? [] : [{ kind: "remove-exercise", at }, ...addition(item)];
  }
  const kind = item.kind;
  const factor = item.amount / item.recorded.amount;
  return [
    ...(isSame ? [] : [{ kind: `scale-${kind}`, at, factor } as Change]),
    ...(minutes === 0 || factor === 0 ? [] : [{ kind: `shift-${kind}`, at, minutes } as Change]),
  ];
}

/** Whether a scenario asks anything at all. */
export function isChanged(scenario: Scenario): boolean {
  return changesOf(scenario).length > 0;
}

/** Runs one question at a time; while one is under way, only the latest of the others is kept. */
export function latestOnly<T>(run: (value: T) => Promise<void>): (value: T) => void {
  let isRunning = false;
  let waiting: { value: T } | null = null;
  async function go(value: T): Promise<void> {
    isRunning = true;
    try {
      await run(value);
    } finally {
      isRunning = false;
    }
    if (waiting) {
      const next = waiting.value;
      waiting = null;
      void go(next);
    }
  }
  return (value) => {
    if (isRunning) waiting = { value };
    else void go(value);
  };
}
