import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

/** A file of the repository; this one runs in `clients/typescript/dist/check/test`. */
const read = (path: string) => readFileSync(new URL(`../../../../../${path}`, import.meta.url), "utf8");
const found = (path: string, pattern: RegExp) => pattern.exec(read(path))?.[1] ?? assert.fail(`no version in ${path}`);

test("the version is the API's", () => {
  const { version } = JSON.parse(read("clients/typescript/package.json")) as { version: string };
  assert.equal(version, found("Cargo.toml", /\[workspace\.package\]\s+version = "(.+)"/));
  assert.equal(version, found("openapi.yaml", /\ninfo:\n {2}title: .+\n {2}version: (.+)\n/));
  assert.equal(version, found("clients/typescript/package-lock.json", /"version": "(.+)"/));
});

test("the licence is the repository's", () => {
  assert.equal(read("clients/typescript/LICENSE"), read("LICENSE"));
});
