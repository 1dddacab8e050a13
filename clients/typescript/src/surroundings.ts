/** What of a browser or a runtime the API understands: language, offset, time zone. */

import type { Language, Offset } from "./client.js";
import type { TimeZone } from "./types.js";
import { languages, offsets, timeZones } from "./values.js";

/** The first of these languages that the API speaks, as in `languageOf(navigator.languages)`; else English. */
export function languageOf(preferred: readonly string[]): Language {
  const spoken = languages();
  const found = preferred.map((tag) => tag.toLowerCase().split(/[-_]/, 1)[0] ?? "").find((tag) => spoken.includes(tag));
  return (found ?? "en") as Language;
}

/** The offset that clocks have here at that date, as in `offsetOf(new Date())`; UTC when the API has no such offset. */
export function offsetOf(date: Date): Offset {
  const minutes = -date.getTimezoneOffset();
  const digits = (count: number) => String(Math.trunc(count)).padStart(2, "0");
  const size = Math.abs(minutes);
  const text = `UTC${minutes < 0 ? "-" : "+"}${digits(size / 60)}:${digits(size % 60)}`;
  return (offsets().includes(text) ? text : "UTC") as Offset;
}

let zones: Set<string> | undefined;

/** Whether the API knows a time zone, as that of `Intl.DateTimeFormat().resolvedOptions().timeZone`. */
export function isTimeZone(text: string): text is TimeZone {
  zones ??= new Set(timeZones());
  return zones.has(text);
}
