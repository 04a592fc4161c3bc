import { describe, expect, it } from "vitest";
import { localHours } from "../src/chart/draw.ts";
import { clock, isoDay, localInput, minuteOfDay, momentOf, offsetMin } from "../src/text/time.ts";

const at = (text: string): number => Date.parse(text);

describe("local time", () => {
  it.each([
    ["Europe/Berlin", "2026-07-01T12:00Z", 120],
    ["Europe/Berlin", "2026-01-01T12:00Z", 60],
    ["Asia/Kathmandu", "2026-01-01T12:00Z", 345],
    ["America/St_Johns", "2026-01-01T12:00Z", -210],
    ["Pacific/Chatham", "2026-01-01T12:00Z", 825],
  ])("in %s at %s is %d minutes from UTC", (zone, moment, minutes) => {
    expect(offsetMin(at(moment), zone)).toBe(minutes);
  });

  it("makes a day of 23 and one of 25 hours where the clock changes", () => {
    const hours = (day: string, next: string): number =>
      (momentOf(next, "Europe/Berlin").getTime() - momentOf(day, "Europe/Berlin").getTime()) / 3_600_000;
    expect(hours("2026-03-29", "2026-03-30")).toBe(23);
    expect(hours("2026-10-25", "2026-10-26")).toBe(25);
    expect(hours("2026-06-01", "2026-06-02")).toBe(24);
  });

  it("goes from a field to a moment and back", () => {
    for (const zone of ["Europe/Berlin", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"]) {
      const moment = momentOf("2026-11-18T19:50", zone);
      expect(localInput(moment, zone)).toBe("2026-11-18T19:50");
      expect(isoDay(moment, zone)).toBe("2026-11-18");
      expect(minuteOfDay(moment, zone)).toBe(19 * 60 + 50);
    }
  });

  it("is written in 24 hours in every language", () => {
    expect(clock(at("2026-11-18T22:05Z"), "UTC", "en")).toBe("22:05");
    expect(clock(at("2026-11-18T00:05Z"), "UTC", "de")).toBe("00:05");
  });
});

describe("an axis of time", () => {
  it("has its marks at full hours of the place, in zones off the hour too", () => {
    const from = at("2026-01-01T03:10Z") / 1000;
    const ticks = localHours(from, from + 8 * 3600, 600, "Asia/Kathmandu");
    expect(ticks.length).toBeGreaterThan(3);
    for (const tick of ticks) expect(minuteOfDay(tick * 1000, "Asia/Kathmandu") % 60).toBe(0);
  });

  it("has fewer marks where there is less room", () => {
    const from = at("2026-01-01T00:00Z") / 1000;
    const narrow = localHours(from, from + 86_400, 320, "UTC");
    const wide = localHours(from, from + 86_400, 1200, "UTC");
    expect(narrow.length).toBeLessThan(wide.length);
    expect(narrow.length).toBeLessThanOrEqual(320 / 60);
  });
});
