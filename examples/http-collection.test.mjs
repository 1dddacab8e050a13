// Sends every request of nameplate.http to a fresh API, as an editor would, twice:
//
//   CALLER_QUOTAS=off scripts/with-local-server node --test examples/http-collection.test.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { STATUS_CODES } from "node:http";
import { test } from "node:test";

const base = process.env.NAMEPLATE_URL;
assert.ok(base, "NAMEPLATE_URL is not set; run this with scripts/with-local-server");

const text = readFileSync(new URL("nameplate.http", import.meta.url), "utf8");
const variables = new Map([...text.matchAll(/^@(\w+) = (.+)$/gm)].map(([, name, value]) => [name, value]));
variables.set("base", base);

function fillIn(line) {
  return line.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => variables.get(name) ?? assert.fail(`no variable ${name}`));
}

const requests = text.split(/^### /m).slice(1).map((part) => {
  const [title, first, ...rest] = part.trim().split("\n");
  const [name, answer] = title.split(": ");
  const [method, url] = fillIn(first).split(" ");
  const blank = rest.indexOf("");
  const headers = (blank < 0 ? rest : rest.slice(0, blank)).map((line) => fillIn(line).split(": "));
  const body = blank < 0 ? undefined : rest.slice(blank + 1).join("\n");
  return { name, answer, url, init: { method, headers, body } };
});

/** Sends all, and gives those whose answer differs, with the answer. */
async function sendAll() {
  const different = {};
  for (const { name, answer, url, init } of requests) {
    const response = await fetch(url, init);
    await response.arrayBuffer();
    const found = `${response.status} ${response.headers.get("X-Error-Code") ?? STATUS_CODES[response.status]}`;
    if (found !== answer) {
      different[name] = found;
    }
  }
  return different;
}

const readme = readFileSync(new URL("../events/README.md", import.meta.url), "utf8");

test("events/README.md says whose each token is", () => {
  const tokens = [...variables].filter(([name]) => name.endsWith("_token"));
  assert.ok(tokens.length >= 8);
  for (const [name, token] of tokens) {
    const { sub, roles } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    const row = `| \`${sub}\` | ${roles.map((role) => `\`${role}\``).join(" ")} |`;
    assert.ok(readme.includes(row), `${name}: ${row}`);
  }
});

test("every request has the answer in its title; the second time those differ that events/README.md names", async () => {
  assert.ok(requests.length > 100, `${requests.length} requests`);
  assert.deepEqual(await sendAll(), {});
  const [, section] = readme.split("## A second time\n");
  const named = [...section.matchAll(/^\| `(.+?)` \| (\d+) `(.+?)` \|/gm)].map(([, name, status, code]) => [name, `${status} ${code}`]);
  assert.deepEqual(await sendAll(), Object.fromEntries(named));
});
