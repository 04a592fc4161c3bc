import { beforeEach, expect, it, vi } from "vitest";
import { keepClock, nowFor } from "../src/state/clock.ts";

const DEVICE = Date.parse("2026-11-26T08:00:00Z");

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
  });
});

it("is this device's for a person who lives now", () => {
  keepClock("a", "2026-11-26T08:00:41Z", DEVICE);
  expect(nowFor("a", DEVICE + 5_000)).toBe(DEVICE + 5_000);
});

it("goes on from the service's for a person whose days are replayed", () => {
  keepClock("a", "2024-03-23T23:00:00Z", DEVICE);
  expect(new Date(nowFor("a", DEVICE + 60_000)).toISOString()).toBe("2024-03-23T23:01:00.000Z");
  expect(nowFor("b", DEVICE)).toBe(DEVICE);
});

it("forgets a difference that is no more", () => {
  keepClock("a", "2024-03-23T23:00:00Z", DEVICE);
  keepClock("a", "2026-11-26T08:00:00Z", DEVICE);
  expect(nowFor("a", DEVICE)).toBe(DEVICE);
});
