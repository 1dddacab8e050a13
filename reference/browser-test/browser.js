// What every test of the reference needs: a headless Chromium (Debian's package) that reaches nothing but this
// machine. `scripts/with-local-server npm test` gives it an API.
//
// CHROMIUM     the browser; /usr/bin/chromium by default
// SCREENSHOTS  a folder to keep pictures in, as in "$PWD/docs/images"

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

export const api = process.env.NAMEPLATE_URL;
assert.ok(api, "NAMEPLATE_URL is not set; run this with scripts/with-local-server");

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

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
export async function open(url = `${api}/docs/`, options = {}) {
  const context = await browser.newContext({ locale: "en-US", timezoneId: "UTC", viewport: { width: 1280, height: 800 }, ...options });
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
    if (!["127.0.0.1", "localhost"].includes(new URL(request.url()).hostname)) {
      faults.push(`a request to ${request.url()}`);
    }
  });
  await page.goto(url);
  if (options.javaScriptEnabled !== false && !url.includes("/errors/")) {
    await page.locator("body[data-ready]").waitFor();
  }
  return { page, close: async () => (await context.close(), assert.deepEqual(faults, [])) };
}

/** Signs in by the form, as the sample user that it offers. */
export async function signIn(page) {
  await page.locator("#sign-in").click();
  await page.locator("#sign-in-dialog button[type=submit]").first().click();
  await page.locator("#user").waitFor();
}

/** Goes to an operation. */
export async function goTo(page, operation) {
  await page.evaluate((hash) => location.assign(hash), `#${operation}`);
  await page.locator(`#menu a[aria-current][href="#${operation}"]`).waitFor({ state: "attached" });
}

/** Sends what is set up, and gives what the heading of the answer says and the body below it. */
export async function send(page) {
  const old = await page.locator("#answer-title").elementHandle({ timeout: 1 }).catch(() => null);
  await old?.evaluate((heading) => heading.setAttribute("data-old", ""));
  await page.locator("#send").click();
  await page.locator("#answer-title:not([data-old])").waitFor();
  return answer(page);
}

export async function answer(page) {
  const title = await page.locator("#answer-title").innerText();
  const body = await page.locator("#answer > pre").innerText();
  return { title, body: JSON.parse(body) };
}

/** What axe-core finds on the page as it is now, of any severity. */
export async function findings(page) {
  // The page lets no script of others in, so it goes in by the debugger.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run();
    return violations.map(({ impact, id, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" ")}`);
  });
}

/** Keeps a picture, where pictures are wanted. */
export async function picture(page, name) {
  if (process.env.SCREENSHOTS) {
    await page.evaluate(() => document.activeElement?.blur());
    await page.screenshot({ path: join(process.env.SCREENSHOTS, name), animations: "disabled" });
  }
}
