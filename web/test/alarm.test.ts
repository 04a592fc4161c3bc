import { describe, expect, it } from "vitest";
import { repeatChoices, setOf, withCarer, withKind, withQuiet, withRepeat } from "../src/text/alarm.ts";

describe("alarm settings", () => {
  it("names the smallest set that holds what a carer is told", () => {
    expect(setOf(undefined)).toBe("none");
    expect(setOf(["urgent-low-soon"])).toBe("urgent");
    expect(setOf(["low"])).toBe("lows");
    expect(setOf(["high", "low"])).toBe("all");
  });

  it("changes one carer and leaves the others", () => {
    const both = withCarer(withCarer({}, "a", "lows", 10), "b", "urgent", 15);
    expect(both.caregivers?.map((one) => one.contact)).toEqual(["a", "b"]);
    expect(withCarer(both, "a", "none", 10).caregivers?.map((one) => one.contact)).toEqual(["b"]);
  });

  it("keeps what else is different about a kind", () => {
    const changed = withKind({ behaviour: { high: { repeat_min: 60 } } }, "high", false);
    expect(changed.behaviour?.high).toEqual({ repeat_min: 60, enabled: false });
  });

  it("offers no silence for what is urgent, and what holds in any case", () => {
    expect(repeatChoices(true, 12)).toEqual([5, 10, 12, 15, 20, 30]);
    expect(repeatChoices(false, null).at(-1)).toBeNull();
    const changed = withRepeat({ behaviour: { high: { enabled: true } } }, "high", null);
    expect(changed.behaviour?.high).toEqual({ enabled: true, repeat_min: null });
  });

  it("takes quiet hours away when they are empty", () => {
    expect(withQuiet({}, "22:00", "07:00").quiet_hours).toEqual([{ start: "22:00", end: "07:00" }]);
    expect(withQuiet({}, "", "").quiet_hours).toEqual([]);
  });
});
