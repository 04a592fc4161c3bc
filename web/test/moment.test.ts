import { beforeAll, describe, expect, it } from "vitest";
import type { MomentChoice, MomentFollowUp } from "../src/api/types.ts";
import { aboutsFor, isAskable, type MomentDraft, momentDraft, momentRequest } from "../src/state/moment.ts";
import { showLocale } from "../src/text/message.svelte.ts";
import { comparedRows, curveWords, deedWords, otherWords, refusalGroups, shareWords } from "../src/text/moment.ts";
import { choice, followUp } from "./fixture/moment.ts";

beforeAll(async () => {
  globalThis.document ??= { documentElement: {} } as Document;
  await showLocale("en");
});

const draft = (values: Partial<MomentDraft>): MomentDraft => ({ ...momentDraft({ therapy: "pump" }), ...values });

describe("a question about a moment", () => {
  it("is not about a meal for who may not be told doses", () => {
    expect(aboutsFor(false)).not.toContain("meal");
    expect(aboutsFor(true)).toContain("meal");
  });

  it("needs what it is about", () => {
    expect(isAskable(draft({}))).toBe(true);
    expect(isAskable(draft({ about: "meal" }))).toBe(false);
    expect(isAskable(draft({ about: "meal", carbs: 40 }))).toBe(true);
    expect(isAskable(draft({ about: "exercise", minutes: 2 }))).toBe(false);
    expect(isAskable(draft({ about: "illness", ketones: 0 }))).toBe(true);
  });

  it("is sent in mg/dL, and only what belongs to it", () => {
    const typed = draft({ about: "meal", carbs: 40, minutes: 30, factor: 2.5, split: "no", step: 0.5 });
    const sent = momentRequest(typed, "mmol/L", true);
    expect(sent.meal).toEqual({ carbs_g: 40, fat_g: null, protein_g: null });
    expect(sent.exercise).toBeUndefined();
    expect(sent.correction_factor_mgdl_per_u).toBeCloseTo(45.04, 2);
    expect([sent.may_split, sent.step_u, sent.unit]).toEqual([false, 0.5, "mmol/L"]);
    expect(momentRequest(draft({}), "mg/dL", false)).toEqual({ unit: "mg/dL" });
  });

  it("begins with whole units for pens", () => {
    expect(momentDraft({ therapy: "injections" }).step).toBe(1);
    expect(momentDraft({ therapy: "pump" }).step).toBe(0.05);
  });
});

describe("an option in words", () => {
  const first = choice(1, "15 g of fast carbohydrate", 110, { carbs_g: 15 }) as MomentChoice;

  it("tells shares, the chance of a low, and where it leads with its band", () => {
    expect(shareWords(first, "mmol/L", "en")[1]).toBe("1.2 % below 3.9 mmol/L");
    expect(shareWords(first, "mg/dL", "en")).toHaveLength(4);
    const words = curveWords(first, [5, 300], "mg/dL", "en");
    expect(words).toContain("15 g of fast carbohydrate: about");
    expect(words).toContain("over 5 hours");
  });

  it("tells each reason once, with the options that it speaks against", () => {
    const why = [{ reason: "falling", text: "Glucose is falling." }];
    const options = [choice(1, "2 U", 100, {}, why), choice(2, "3 U", 90, {}, why), first] as MomentChoice[];
    expect(refusalGroups(options)).toEqual([{ why: "Glucose is falling.", options: ["2 U", "3 U"] }]);
  });
});

describe("what became of it", () => {
  const found = { ...followUp, start: "", end: "" } as unknown as MomentFollowUp;

  it("stands beside what was predicted, in the reader's unit", () => {
    const rows = comparedRows(found, "mmol/L", "en");
    expect(rows.map((one) => [one.predicted, one.achieved])).toEqual([
      ["6.5", "6.9"],
      ["92 %", "100 %"],
      ["1 %", "0 %"],
      ["2 %", "0 %"],
      ["4.9 (band from 3.7)", "4.4"],
    ]);
  });

  it("says whether it was done, or that nobody knows", () => {
    expect(deedWords({ kind: "carbs", advised: 15, recorded: 15, found: "as-advised" }, "en")).toBe(
      "On record as advised: 15 g of carbohydrate.",
    );
    expect(deedWords({ kind: "basal", advised: 0.5, recorded: 1, found: "otherwise" }, "en")).toBe(
      "Advised: the basal rate at 50 %; on record: the basal rate at 100 %.",
    );
    expect(deedWords({ kind: "dose", advised: 4, recorded: null, found: "not-on-record" }, "en")).toContain(
      "nobody knows",
    );
  });

  it("names what else happened, or nothing", () => {
    expect(otherWords(found, "en")).toContain("20 g of carbohydrate");
    expect(otherWords({ ...found, other_carbs_g: 0 }, "en")).toBeNull();
  });
});
