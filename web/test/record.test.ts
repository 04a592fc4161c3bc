import { beforeAll, expect, it } from "vitest";
import type { DaysAnswer, Person } from "../src/api/types.ts";
import { showLocale } from "../src/text/message.svelte.ts";
import { recordText } from "../src/text/record.ts";
import { days, person } from "./fixture/answer.ts";

const PERSON = person("person", true, []) as Person;
const ANSWER = days(Date.parse("2026-11-18T18:50:00Z"), 14) as DaysAnswer;

beforeAll(async () => {
  globalThis.document ??= { documentElement: {} } as Document;
  await showLocale("en");
});

it("tells the days in lines that can be pasted into a record", () => {
  const lines = recordText(PERSON, ANSWER, "mg/dL", "en").split("\n");
  expect(lines[0]).toBe("Alex, November 5, 2026 to November 18, 2026");
  expect(lines.slice(2, 7).map((line) => line.split(":")[0])).toEqual([
    "Very high",
    "High",
    "In range",
    "Low",
    "Very low",
  ]);
  const shares = lines.slice(2, 7).map((line) => Number(line.replace(/[^\d.]/g, "")));
  expect(shares.reduce((sum, one) => sum + one, 0)).toBeCloseTo(100);
  expect(lines.at(-1)).toContain("not a medical device");
});

it("tells nothing without readings", () => {
  expect(recordText(PERSON, { ...ANSWER, metrics: null }, "mg/dL", "en")).toBe("");
});
