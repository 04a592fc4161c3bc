import { describe, expect, it } from "vitest";
import type { Envelope } from "../src/api/types.ts";
import { draftOf, limitsOf, limitWords, slipsOf, todayWords } from "../src/text/envelope.ts";
import { showLocale } from "../src/text/message.svelte.ts";
import { limitDefaults } from "./fixture/envelope.ts";

describe("limits to be signed", () => {
  it("begin a step around today's settings", () => {
    const draft = draftOf(null, limitDefaults, "mg/dL");
    expect(draft.ranges.basal_u_per_h).toEqual([0.54, 0.99]);
    expect(draft.ranges.target_mgdl).toEqual([90, 130]);
    expect(draft.maxBolus).toBe(7.5);
    expect(slipsOf(draft).size).toBe(0);
  });

  it("begin empty where nothing is on record, and may not be signed so", () => {
    const draft = draftOf(null, null, "mg/dL");
    expect([...slipsOf(draft)]).toEqual([
      "basal_u_per_h",
      "carb_ratio_g_per_u",
      "correction_factor_mgdl_per_u",
      "target_mgdl",
      "maxBolus",
    ]);
  });

  it("name a range whose highest is below its lowest", () => {
    const draft = draftOf(null, limitDefaults, "mg/dL");
    draft.ranges.target_mgdl = [130, 90];
    expect([...slipsOf(draft)]).toEqual(["target_mgdl"]);
  });

  it("are typed in the reader's unit and sent in mg/dL", () => {
    const draft = draftOf(null, limitDefaults, "mmol/L");
    expect(draft.ranges.target_mgdl).toEqual([5, 7.2]);
    const [low, high] = limitsOf(draft, "mmol/L").target_mgdl;
    expect([Math.round(low ?? 0), Math.round(high ?? 0)]).toEqual([90, 130]);
  });

  it("are told in words, and today's beside them", async () => {
    globalThis.document ??= { documentElement: {} } as Document;
    await showLocale("en");
    const held = { limits: { ...limitDefaults, max_bolus_u: 8 } } as unknown as Envelope;
    expect(limitWords(held, "mg/dL", "en")).toContain("Basal rate 0.6 to 0.9 U per hour");
    expect(limitWords(held, "mg/dL", "en").at(-1)).toBe("Single doses up to 8 U");
    expect(todayWords(limitDefaults, "correction_factor_mgdl_per_u", "mg/dL", "en")).toBe("Today 40");
    expect(todayWords(null, "target_mgdl", "mg/dL", "en")).toBeNull();
    expect(draftOf(held, null, "mg/dL").ranges.carb_ratio_g_per_u).toEqual([9, 11]);
  });
});
