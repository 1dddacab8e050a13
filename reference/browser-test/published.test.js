// The reference as plain files on a host of its own.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { open } from "./browser.js";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

test("the static copy works on any web host, and offers nobody's token", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "nameplate-docs-"));
  const host = createServer((request, response) => {
    const name = request.url === "/reference/" ? "index.html" : request.url.replace("/reference/", "");
    response.setHeader("Content-Type", TYPES[extname(name)] ?? "application/json");
    response.end(readFileSync(join(folder, name)));
  });
  t.after(() => {
    host.close();
    rmSync(folder, { recursive: true });
  });
  const workspace = fileURLToPath(new URL("../../Cargo.toml", import.meta.url));
  const run = ["run", "--quiet", "--locked", "--manifest-path", workspace, "--"];
  execFileSync("cargo", [...run, "docs", folder, "--development", "https://dev.example.org"]);
  await new Promise((listening) => host.listen(0, "127.0.0.1", listening));
  const { page, close } = await open(`http://127.0.0.1:${host.address().port}/reference/`);
  assert.match(await page.locator("#server option:checked").innerText(), /^Development.*dev\.example\.org/);
  assert.equal(await page.locator("#as option").count(), 2);
  await page.locator("#sign-in").click();
  assert.equal(await page.locator("#sign-in-dialog .samples").count(), 0);
  assert.equal(await page.locator("#username").inputValue(), "");
  await page.keyboard.press("Escape");
  await page.locator("#answer-tab-USERNAME_TAKEN").click();
  await page.getByRole("button", { name: "Show the documented answer" }).click();
  await page.getByText("This is the documented answer; nothing was sent.").waitFor();
  await page.getByRole("link", { name: "More about USERNAME_TAKEN" }).click();
  await page.locator("#languages [aria-pressed=true]").waitFor();
  await page.getByRole("heading", { name: "USERNAME_TAKEN", level: 1 }).waitFor();
  await close();
});
