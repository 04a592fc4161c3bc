import { describe, expect, it } from "vitest";
import {
  changesOf,
  type Item,
  isChanged,
  latestOnly,
  recordedItems,
  snapped,
  snappedAmount,
} from "../src/state/scenario.ts";

const NOON = Date.parse("2026-11-18T12:00:00Z");
const MINUTE = 60_000;
const meal = (values: Partial<Item> = {}): Item => ({
  id: "1",
  kind: "meal",
  at: NOON,
  amount: 40,
  recorded: null,
  ...values,
});
const asked = (...items: Item[]): unknown => changesOf({ items, basalFactor: 1 });

describe("a scenario", () => {
  it("asks for what was added", () => {
    expect(asked(meal())).toEqual([{ kind: "add-meal", at: "2026-11-18T12:00:00.000Z", carbs_g: 40 }]);
    expect(asked(meal({ kind: "fast", amount: 15 }))).toEqual([
      { kind: "add-meal", at: "2026-11-18T12:00:00.000Z", carbs_g: 15, absorption: "fast" },
    ]);
    expect(asked(meal({ kind: "bolus", amount: 2.5 }))).toEqual([
      { kind: "add-bolus", at: "2026-11-18T12:00:00.000Z", insulin_u: 2.5 },
    ]);
  });

  it("asks nothing for what stayed as it was recorded", () => {
    const recorded = { at: NOON, amount: 40 };
    expect(isChanged({ items: [meal({ recorded })], basalFactor: 1 })).toBe(false);
  });

  it("changes a recorded meal's size before its time, both by the recorded time", () => {
    const recorded = { at: NOON, amount: 40 };
    expect(asked(meal({ recorded, amount: 20, at: NOON - 15 * MINUTE }))).toEqual([
      { kind: "scale-meal", at: "2026-11-18T12:00:00.000Z", factor: 0.5 },
      { kind: "shift-meal", at: "2026-11-18T12:00:00.000Z", minutes: -15 },
    ]);
  });

  it("does not move what was switched off", () => {
    const recorded = { at: NOON, amount: 40 };
    expect(asked(meal({ recorded, amount: 0, at: NOON + 15 * MINUTE }))).toEqual([
      { kind: "scale-meal", at: "2026-11-18T12:00:00.000Z", factor: 0 },
    ]);
  });

  it("takes recorded exercise away and adds it anew", () => {
    const walk = meal({ kind: "exercise", amount: 30, at: NOON + 60 * MINUTE, recorded: { at: NOON, amount: 30 } });
    expect(asked(walk)).toEqual([
      { kind: "remove-exercise", at: "2026-11-18T12:00:00.000Z" },
      { kind: "add-exercise", at: "2026-11-18T13:00:00.000Z", duration_min: 30, intensity_fraction: 0.4 },
    ]);
  });

  it("asks for another basal rate", () => {
    expect(changesOf({ items: [], basalFactor: 0.8 })).toEqual([{ kind: "scale-basal", factor: 0.8 }]);
  });
});

describe("the record", () => {
  it("gives the meals, boluses and exercise inside the window", () => {
    const event = (stream: string, minutes: number, fields: object): never =>
      ({
        event_id: `${stream}${minutes}`,
        stream,
        time: new Date(NOON + minutes * MINUTE).toISOString(),
        ...fields,
      }) as never;
    const events = [
      event("meal", 10, { carbs_g: 30 }),
      event("meal", -10, { carbs_g: 30 }),
      event("bolus", 20, { insulin_u: 3 }),
      event("note", 30, { text: "x" }),
      event("activity", 40, { duration_min: 20 }),
    ];
    expect(recordedItems(events, NOON, NOON + 60 * MINUTE).map((one) => one.kind)).toEqual([
      "meal",
      "bolus",
      "exercise",
    ]);
  });
});

describe("dragging", () => {
  it("stays on the grid and in the window", () => {
    expect(snapped(NOON + 2 * MINUTE, NOON, NOON + 60 * MINUTE)).toBe(NOON);
    expect(snapped(NOON + 3 * MINUTE, NOON, NOON + 60 * MINUTE)).toBe(NOON + 5 * MINUTE);
    expect(snapped(NOON - 90 * MINUTE, NOON, NOON + 60 * MINUTE)).toBe(NOON);
  });

  it("keeps amounts possible", () => {
    expect(snappedAmount("meal", -7)).toBe(0);
    expect(snappedAmount("bolus", 2.3)).toBe(2.5);
    expect(snappedAmount("meal", 900)).toBe(200);
  });

  it("asks one question at a time and skips all but the latest", async () => {
    const seen: number[] = [];
    const gates: (() => void)[] = [];
    const ask = latestOnly(async (value: number) => {
      seen.push(value);
      await new Promise<void>((resolve) => gates.push(resolve));
    });
    ask(1);
    ask(2);
    ask(3);
    expect(seen).toEqual([1]);
    gates[0]?.();
    await new Promise((resolve) => setTimeout(resolve));
    expect(seen).toEqual([1, 3]);
  });

  it("goes on after a question that failed", async () => {
    const seen: number[] = [];
    const ask = latestOnly(async (value: number) => {
      seen.push(value);
      await Promise.resolve();
      if (value === 1) throw new Error("refused");
    });
    const unhandled = new Promise((resolve) => process.once("unhandledRejection", resolve));
    ask(1);
    await unhandled;
    ask(2);
    expect(seen).toEqual([1, 2]);
  });
});

it("leaves out what is unexplained only when that is switched off", () => {
  expect(changesOf({ items: [], basalFactor: 1 })).toEqual([]);
  expect(changesOf({ items: [], basalFactor: 1, isUnexplainedOut: true })).toEqual([{ kind: "leave-out-unexplained" }]);
});
