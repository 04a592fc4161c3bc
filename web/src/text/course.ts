import type { Questionnaire, QuestionnaireResponse } from "../api/types.ts";

/** One line of a course: a scale, or a question that is answered with a number; null where it was not answered. */
export interface CourseLine {
  id: string;
  title: string;
  unit: string;
  least: number;
  most: number;
  values: (number | null)[];
}

type Scored = Questionnaire["scales"][number];
type Question = Questionnaire["questions"][number];

/** Everything of a form that is a number, over its responses in the order in which they are given. */
export function courseOf(form: Questionnaire, responses: readonly QuestionnaireResponse[]): CourseLine[] {
  const numbers = form.questions.filter(isNumber);
  return [
    ...form.scales.map((scale) => scaleLine(scale, responses)),
    ...numbers.map((question) => questionLine(question, responses)),
  ];
}

function scaleLine(scale: Scored, responses: readonly QuestionnaireResponse[]): CourseLine {
  const values = responses.map((one) => one.scores.find((score) => score.scale === scale.scale)?.score ?? null);
  return { id: scale.scale, title: scale.title, unit: "", least: scale.least, most: scale.most, values };
}

function questionLine(question: Question, responses: readonly QuestionnaireResponse[]): CourseLine {
  const values = responses.map((one) => {
    const answer = one.answers[question.link_id];
    return answer === undefined ? null : Number(answer);
  });
  const known = values.filter((one) => one !== null);
  return {
    id: question.link_id,
    title: question.text,
    unit: question.unit,
    least: question.least ?? Math.min(0, ...known),
    most: question.most ?? Math.max(1, ...known),
    values,
  };
}

/** Whether a question is answered with a number. */
export const isNumber = (question: Question): boolean => question.kind === "integer" || question.kind === "decimal";

/** Whether a question is answered in words, which stand in the table alone. */
export const isInWords = (question: Question): boolean => question.kind === "text";

/** Where a value lies between the least and the most, 0 to 1. */
export function shareOf(line: CourseLine, value: number): number {
  return (value - line.least) / (line.most - line.least || 1);
}
