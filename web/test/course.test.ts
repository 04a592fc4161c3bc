import { describe, expect, it } from "vitest";
import type { Questionnaire, QuestionnaireResponse } from "../src/api/types.ts";
import { courseOf, shareOf } from "../src/text/course.ts";
import { questionnaire, response } from "./fixture/question.ts";

describe("the course of a questionnaire", () => {
  const form = questionnaire() as Questionnaire;
  const at = Date.parse("2026-01-01T08:00:00Z");
  const given = [
    { q0: "half", q1: "always", nights: "3" },
    { q0: "always", q1: "always" },
  ];
  const responses = given.map(
    (answers, index) => response(at + index, index, answers) as unknown as QuestionnaireResponse,
  );

  it("has a line for each scale and each number, with gaps where nothing was answered", () => {
    const lines = courseOf(form, responses);
    expect(lines.map(({ id, values }) => [id, values])).toEqual([
      ["sleep", [3, 4]],
      ["nights", [3, null]],
    ]);
  });

  it("puts values between the least and the most", () => {
    const [sleep] = courseOf(form, responses);
    expect(sleep && shareOf(sleep, 3)).toBe(0.75);
  });
});
