import { beforeAll, describe, expect, it } from "vitest";
import type { Correction } from "../src/api/types.ts";
import { changeWords, reasonWords, type Shown } from "../src/text/correction.ts";
import { showLocale } from "../src/text/message.svelte.ts";

const SHOWN: Shown = { unit: "mmol/L", zone: "Europe/Berlin", locale: "en" };
const step = (fields: Partial<Correction>): Correction => ({
  id: "1",
  time: "2024-03-17T18:22:46+00:00",
  source: "pump",
  stream: "bolus",
  quantity: "extended_min",
  original: null,
  corrected: 120,
  reason: "extended-part-inferred",
  sd: null,
  record: null,
  reversed: false,
  ...fields,
});

describe("a correction in words", () => {
  beforeAll(async () => {
    globalThis.document ??= { documentElement: {} } as Document;
    await showLocale("en");
  });

  it.each([
    [{}, "120 min assumed"],
    [{ quantity: "insulin_u", original: 3.3333333, corrected: 3 }, "3.33 U → 3 U"],
    [{ quantity: "rate_u_per_h", original: 900, corrected: 0.9, reason: "basal-milliunits" }, "900 → 0.9 U/h"],
    [{ quantity: "glucose_mgdl", original: 3600, corrected: null }, "199.8 mmol/L, left out"],
    [{ quantity: "", original: null, corrected: null }, "left out"],
    [{ quantity: "time", original: null, corrected: "2024-03-17T11:30:00+00:00" }, "12:30 assumed"],
  ])("%o", (fields, words) => {
    expect(changeWords(step(fields), SHOWN)).toBe(words);
  });

  it("tells a reason it has no words for as it is", () => {
    expect(reasonWords("wrong-clock")).toBe("The device's clock was wrong.");
    expect(reasonWords("something-new")).toBe("something-new");
  });
});
