import type { AdvisedHabit } from "../api/types.ts";

/** What a habit does to one share of time, in percentage points. */
export interface HabitMark {
  name: (typeof SHOWN)[number];
  expected: number;
  low: number;
  high: number;
  /** Whether no change lies outside the interval. */
  isClear: boolean;
}

const SHOWN = ["time_in_range_pct", "time_below_70_pct"] as const;
const MARGIN = 0.04;
const LEAST_SPAN = 1;

export function habitMarks(habit: Pick<AdvisedHabit, "outcomes">): HabitMark[] {
  return SHOWN.flatMap((name) => {
    const difference = habit.outcomes.find((one) => one.name === name)?.difference;
    if (!difference) return [];
    const { low, high } = difference;
    return [{ name, expected: difference.expected ?? difference.median, low, high, isClear: low > 0 || high < 0 }];
  });
}

/** Points to places on one scale for all habits; no change is always on it. */
export function habitScale(
  habits: readonly Pick<AdvisedHabit, "outcomes">[],
  width: number,
): (points: number) => number {
  const values = habits.flatMap(habitMarks).flatMap((mark) => [mark.low, mark.high, mark.expected]);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const span = Math.max(high - low, LEAST_SPAN);
  return (points) => (MARGIN + ((points - low) / span) * (1 - 2 * MARGIN)) * width;
}
