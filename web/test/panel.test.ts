import { expect, it } from "vitest";
import type { NowAnswer, Person } from "../src/api/types.ts";
import { byUrgency, type PanelRow } from "../src/state/panel.ts";

const row = (name: string, now: Partial<NowAnswer> | null): PanelRow => ({
  person: { person_id: name, display_name: name } as Person,
  now:
    now === null ? null : ({ alarms: [], next_risk: null, reading: { stale: false }, ...now } as unknown as NowAnswer),
});

it("puts alarms first, then lows ahead, then highs, then old data", () => {
  const alarm = { on: true, urgent: false } as NowAnswer["alarms"][number];
  const rows = [
    row("calm", {}),
    row("old", { reading: { stale: true } as NowAnswer["reading"] }),
    row("unknown", null),
    row("high", { next_risk: { kind: "high", probability: 0.9, in_min: 60, sentence: "" } }),
    row("low", { next_risk: { kind: "low", probability: 0.2, in_min: 60, sentence: "" } }),
    row("alarm", { alarms: [alarm] }),
    row("urgent", { alarms: [{ ...alarm, urgent: true }] }),
  ];
  expect(byUrgency(rows).map((one) => one.person.display_name)).toEqual([
    "urgent",
    "alarm",
    "low",
    "high",
    "old",
    "calm",
    "unknown",
  ]);
});
