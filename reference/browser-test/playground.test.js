// The playground as a person uses it, in a headless Chromium (Debian's package) that reaches nothing but
// this machine. `scripts/with-local-server npm test` gives it an API.
//
// CHROMIUM    the browser; /usr/bin/chromium by default
// SCREENSHOT  a file to keep a picture of the page in, as in "$PWD/docs/playground.png"

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const api = process.env.NAMEPLATE_URL;
assert.ok(api, "NAMEPLATE_URL is not set; run this with scripts/with-local-server");

let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
    // Chromium's own sandbox does not start for root.
    chromiumSandbox: process.getuid() !== 0,
  });
});

after(() => browser?.close());

/** A page of a new browser; whatever goes wrong in it, or would leave this machine, fails the test. */
async function open(url, options = {}) {
  const context = await browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 1000 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    // A refusal by the API is an answer like any other.
    if (message.type() === "error" && !message.text().includes("the server responded with a status of 4")) {
      faults.push(message.text());
    }
  });
  page.on("request", (request) => {
    if (!["127.0.0.1", "localhost"].includes(new URL(request.url()).hostname) && !request.url().startsWith("data:")) {
      faults.push(`a request to ${request.url()}`);
    }
  });
  await page.goto(url);
  await page.locator(".opblock").first().waitFor();
  return { page, close: async () => (await context.close(), assert.deepEqual(faults, [])) };
}

const rename = (page) => page.locator("#operations-Usernames-change-username");

async function openRename(page) {
  await rename(page).locator(".opblock-summary-control").click();
  await rename(page).locator("button.execute").waitFor();
}

/** Sends the operation that is open, and gives the status and the body that are shown. */
async function send(page, name) {
  const operation = rename(page);
  if (name) {
    await operation.locator("textarea.body-param__text").fill(JSON.stringify({ newUsername: name }));
  }
  const clear = operation.locator("button.btn-clear");
  if (await clear.isVisible()) {
    await clear.click();
  }
  await operation.locator("button.execute").click();
  const shown = operation.locator(".live-responses-table tbody");
  const status = await shown.locator(".response-col_status").first().innerText();
  const body = JSON.parse(await shown.locator(".highlight-code code").first().innerText());
  return { status: status.trim(), body };
}

test("a person signs in and renames a user by clicking, repeats it too early, and reads why in both languages", async () => {
  const { page, close } = await open(`${api}/docs`);
  await page.getByRole("button", { name: "old_username (API_USER)" }).click();
  await openRename(page);
  for (const header of ["X-Language", "X-Timezone", "X-Platform"]) {
    const choice = rename(page).locator(`tr[data-param-name="${header}"] select`);
    await choice.locator("option").nth(1).waitFor({ state: "attached" });
  }
  const done = await send(page);
  assert.equal(done.status, "200");
  assert.equal(done.body.data.newUsername, "new_username123");

  const refused = await send(page, "another_name");
  assert.equal(refused.status, "409");
  assert.match(refused.body.errors[1], /^You can change your username again .* \(UTC\)/);
  if (process.env.SCREENSHOT) {
    await rename(page).locator("textarea.body-param__text").evaluate((part) => part.scrollIntoView());
    await page.screenshot({ path: process.env.SCREENSHOT });
  }

  await page.getByRole("button", { name: "Türkçe" }).click();
  await rename(page).locator("button.execute", { hasText: "Gönder" }).waitFor();
  await rename(page).getByText("Production uyarısı: Bu işlem veri değiştirir").waitFor();
  const turkish = await send(page, "another_name");
  assert.equal(turkish.status, "409");
  assert.match(turkish.body.errors[1], /değiştirebilirsiniz: .* \(UTC\)/);
  assert.equal(await page.getByRole("button", { name: "old_username (API_USER)" }).getAttribute("aria-pressed"), "true");
  await close();
});

test("the request that was sent is shown as curl and as TypeScript", async () => {
  const { page, close } = await open(`${api}/docs`);
  await page.getByRole("button", { name: "sample_admin (ADMIN)" }).click();
  await openRename(page);
  await send(page, "it's");
  const snippets = rename(page).locator(".request-snippets");
  const curl = await snippets.locator("pre, code").first().innerText();
  assert.match(curl, /^curl -X 'PATCH'/);
  await snippets.getByText("TypeScript", { exact: true }).click();
  const typescript = await snippets.locator("pre, code").first().innerText();
  const { url, options } = new Function("fetch", `${typescript.replace(": unknown", "").replace(/await /g, "")}
    return response;`)((url, options) => ({ url, options, json: () => null }));
  assert.equal(url, `${api}/api/v1/users/username`);
  assert.equal(options.method, "PATCH");
  assert.equal(options.body, JSON.stringify({ newUsername: "it's" }));
  assert.match(options.headers.Authorization, /^Bearer ey/);
  await close();
});

test("where production is chosen, it warns, asks before it changes anything, and stays on a change of language", async () => {
  const { page, close } = await open(`${api}/docs`);
  const chosen = page.locator(".servers select");
  const warning = page.getByRole("alert");
  assert.equal(await warning.count(), 0);
  await chosen.selectOption({ index: 2 });
  assert.match(await chosen.locator("option:checked").innerText(), /Production/);
  await warning.getByText("data of real users").waitFor();
  const host = page.locator("[data-variable=production]");
  await host.fill("localhost:1");
  await page.getByRole("button", { name: "Türkçe" }).click();
  await warning.getByText("gerçek kullanıcıların verisini").waitFor();
  assert.equal(await host.inputValue(), "localhost:1");

  await openRename(page);
  const sent = [];
  await page.route("https://localhost:1/**", (route) => {
    sent.push(route.request().method());
    const headers = { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*", "Access-Control-Allow-Methods": "*" };
    return route.fulfill({ status: 200, headers, json: {} });
  });
  const answers = ["dismiss", "accept"];
  const questions = [];
  page.on("dialog", (dialog) => (questions.push(dialog.message()), dialog[answers.shift()]()));
  const execute = rename(page).locator("button.execute");
  await execute.click();
  assert.equal(await rename(page).locator(".live-responses-table").count(), 0);
  await execute.click();
  await rename(page).locator(".live-responses-table").waitFor();
  assert.deepEqual(questions, Array(2).fill("Bu istek production verisini değiştirir. Gönderilsin mi?"));
  assert.deepEqual(sent.filter((method) => method === "PATCH"), ["PATCH"]);
  await close();
});

test("of two languages chosen in a hurry, the last one is shown", async () => {
  const { page, close } = await open(`${api}/docs`);
  await page.getByRole("button", { name: "sample_admin (ADMIN)" }).click();
  await page.evaluate(() => {
    for (const name of ["Türkçe", "English", "Türkçe"]) {
      [...document.querySelectorAll("#language button")].find((button) => button.textContent === name).click();
    }
  });
  await page.getByText("Kendi kullanıcı adını değiştir").waitFor();
  assert.equal(await page.locator(".swagger-ui .information-container").count(), 1);
  const signedIn = page.getByRole("button", { name: "sample_admin (ADMIN)", pressed: true });
  await signedIn.waitFor();
  await page.getByRole("button", { name: "Oturumu kapat" }).click();
  await page.getByRole("button", { name: "sample_admin (ADMIN)", pressed: false }).waitFor();
  await close();
});

test("it can be used without a mouse", async () => {
  const { page, close } = await open(`${api}/docs`);
  const press = async (locator) => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press("Tab");
      if (await locator.evaluate((element) => element === document.activeElement)) {
        await page.keyboard.press("Enter");
        return;
      }
    }
    assert.fail(`not reached with Tab: ${locator}`);
  };
  await press(page.getByRole("button", { name: "sample_power (POWER_USER)" }));
  await press(rename(page).locator("button.opblock-summary-control"));
  await rename(page).locator("button.execute").waitFor();
  await press(rename(page).locator("button.execute"));
  await rename(page).locator(".live-responses-table").waitFor();
  await close();
});

test("a phone in dark mode and in Turkish shows all of it without scrolling sideways", async () => {
  const phone = { viewport: { width: 375, height: 800 }, locale: "tr-TR", colorScheme: "dark", hasTouch: true };
  const { page, close } = await open(`${api}/docs`, phone);
  assert.equal(await page.locator("html").getAttribute("lang"), "tr");
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(background, "rgb(28, 32, 34)");
  await openRename(page);
  await send(page);
  const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
  assert.ok(width <= 375, `${width} pixels wide`);
  await close();
});

test("the static copy works on any web host, and offers no tokens", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "nameplate-docs-"));
  const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
  const host = createServer((request, response) => {
    const name = request.url === "/reference/" ? "index.html" : request.url.replace("/reference/", "");
    response.setHeader("Content-Type", types[extname(name)] ?? "application/json");
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
  assert.match(await page.locator(".servers option:checked").innerText(), /^https:\/\/dev\.example\.org - Development/);
  assert.ok(await page.locator("#sign-in").isHidden());
  await close();
});
