/** Minutes and hours as people say them need the catalogue; here are only clock and calendar. */

export const MINUTE_MS = 60_000;
export const DAY_MIN = 1440;

/** Time of day in the person's own zone. */
export function clock(at: Date | number, zone: string, locale: string): string {
  return formatter(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(at);
}

/** Weekday and date in the person's own zone. */
export function day(at: Date | number, zone: string, locale: string): string {
  return formatter(locale, { weekday: "short", day: "numeric", month: "short", timeZone: zone }).format(at);
}

/** Date with year in the person's own zone. */
export function date(at: Date | number, zone: string, locale: string): string {
  return formatter(locale, { day: "numeric", month: "long", year: "numeric", timeZone: zone }).format(at);
}

/** The local calendar day as YYYY-MM-DD. */
export function isoDay(at: Date | number, zone: string): string {
  return formatter("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone }).format(at);
}

/** A local day such as 2026-03-09 as a date. */
export const localDate = (iso: string, locale: string): string => date(Date.parse(`${iso}T12:00:00Z`), "UTC", locale);

/** Minutes since local midnight. */
export function minuteOfDay(at: Date | number, zone: string): number {
  const [hours = "0", minutes = "0"] = clock(at, zone, "en-GB").split(":");
  return Number(hours) * 60 + Number(minutes);
}

/** Offset of a zone from UTC at a moment, in minutes. */
export function offsetMin(at: Date | number, zone: string): number {
  const moment = Math.floor(Number(at) / MINUTE_MS) * MINUTE_MS;
  const options = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
  const parts = formatter("en-GB", { ...options, hourCycle: "h23", timeZone: zone }).formatToParts(moment);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
  return (local - moment) / MINUTE_MS;
}

/** The moment of a local date and time; a time that a clock change skips becomes the one an hour later. */
export function momentOf(isoLocal: string, zone: string): Date {
  const asUtc = Date.parse(`${isoLocal.length === 10 ? `${isoLocal}T00:00` : isoLocal}Z`);
  const first = asUtc - offsetMin(asUtc, zone) * MINUTE_MS;
  return new Date(asUtc - offsetMin(first, zone) * MINUTE_MS);
}

/** A moment as the value of a `datetime-local` field in the person's zone. */
export function localInput(at: Date | number, zone: string): string {
  return `${isoDay(at, zone)}T${clock(at, zone, "en-GB")}`;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, options);
    formatters.set(key, found);
  }
  return found;
}
