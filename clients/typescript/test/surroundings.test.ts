import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { isTimeZone, languageOf, offsetOf } from "../src/index.js";

test("the first language that the API speaks is chosen, in any of its regions", () => {
  assert.equal(languageOf(["de-DE", "tr-TR", "en"]), "tr");
  assert.equal(languageOf(["TR"]), "tr");
  assert.equal(languageOf(["en-GB", "tr"]), "en");
  assert.equal(languageOf(["de", "trv"]), "en");
  assert.equal(languageOf([]), "en");
});

test("the offset is that of the clocks at the date", () => {
  const at = (minutes: number) => {
    const date = new Date(0);
    date.getTimezoneOffset = () => -minutes;
    return offsetOf(date);
  };
  assert.equal(at(180), "UTC+03:00");
  assert.equal(at(345), "UTC+05:45");
  assert.equal(at(-210), "UTC-03:30");
  assert.equal(at(0), "UTC+00:00");
  // The API has no such offset.
  assert.equal(at(117), "UTC");
});

test("the offset follows summer time", () => {
  const module = new URL("../src/index.js", import.meta.url).href;
  const code = `import { offsetOf } from ${JSON.stringify(module)};
    console.log(offsetOf(new Date("2026-01-15")), offsetOf(new Date("2026-07-15")))`;
  const env = { ...process.env, TZ: "Europe/Berlin" };
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", code], { env, encoding: "utf8" });
  assert.equal(printed.trim(), "UTC+01:00 UTC+02:00");
});

test("a time zone of the browser is known or not", () => {
  for (const zone of ["Europe/Istanbul", "America/Argentina/Buenos_Aires", "UTC", "Asia/Calcutta"]) {
    assert.ok(isTimeZone(zone), zone);
  }
  for (const zone of ["Mars/Olympus", "UTC+03:00", "europe/istanbul", "", "Europe/Istanbul UTC"]) {
    assert.ok(!isTimeZone(zone), zone);
  }
});
