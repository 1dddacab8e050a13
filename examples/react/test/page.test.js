// The page as a person uses it, built by Vite, in a headless Chromium that reaches nothing but this machine:
//
//   USERNAME_COOLDOWN=12s ../../scripts/with-local-server npm test
//
// CHROMIUM  the browser; /usr/bin/chromium by default

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";

assert.ok(process.env.NAMEPLATE_URL, "NAMEPLATE_URL is not set; run this with scripts/with-local-server");
assert.match(process.env.USERNAME_COOLDOWN ?? "", /^\d+s$/, "the end of the cooldown is waited for: USERNAME_COOLDOWN=12s");
process.env.VITE_NAMEPLATE_URL = process.env.NAMEPLATE_URL;

const outDir = mkdtempSync(join(tmpdir(), "nameplate-example-"));
let host;
let browser;

before(async () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
  host = await preview({ root, logLevel: "error", build: { outDir }, preview: { host: "127.0.0.1", port: 0 } });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
    // Chromium's own sandbox does not start for root.
    chromiumSandbox: process.getuid() !== 0,
  });
});

after(async () => {
  await browser?.close();
  await host?.close();
  rmSync(outDir, { recursive: true });
});

/** The page in a new browser; whatever goes wrong in it, or would leave this machine, fails the test. */
async function open() {
  const context = await browser.newContext({ locale: "en-US", timezoneId: "Europe/Istanbul" });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => {
    if (!["127.0.0.1", "localhost"].includes(new URL(request.url()).hostname) && !request.url().startsWith("data:")) {
      faults.push(`a request to ${request.url()}`);
    }
  });
  await page.goto(`http://127.0.0.1:${host.httpServer.address().port}`);
  return { page, close: async () => (await context.close(), assert.deepEqual(faults, [])) };
}

async function signIn(page, username) {
  await page.getByLabel("Username").fill(username);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: username }).waitFor();
}

const isAvailability = (request) => request.url().includes("/availability?") && request.method() === "GET";
const wanted = (page) => page.getByLabel("New username");
const change = (page) => page.getByRole("button", { name: "Change username" });

test("a person signs in by a sample password, comes back signed in, and signs out", async () => {
  const { page, close } = await open();
  assert.equal(await page.getByLabel("Username").inputValue(), "old_username");
  const password = page.getByLabel("Password");
  const sample = await password.inputValue();
  await password.fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText(/password/).waitFor();
  await password.fill(sample);
  await signIn(page, "old_username");
  await page.reload();
  await page.getByRole("heading", { name: "old_username" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await close();
});

test("what is typed is judged when the typing pauses, and a suggestion is one click", async () => {
  const { page, close } = await open();
  await signIn(page, "old_username");
  const asked = [];
  page.on("request", (request) => isAvailability(request) && asked.push(new URL(request.url()).searchParams.get("username")));
  await page.getByText("This is your username.").waitFor();
  await wanted(page).selectText();
  await wanted(page).pressSequentially("sample_admin", { delay: 20 });
  await page.getByText("This username is taken").waitFor();
  assert.ok(asked.length <= 4, `asked for ${asked}`);
  assert.equal(asked.at(-1), "sample_admin");
  assert.ok(await change(page).isDisabled());

  await wanted(page).fill("Çağrı Öz");
  await page.getByRole("button", { name: "cagri_oz", exact: true }).click();
  assert.equal(await wanted(page).inputValue(), "cagri_oz");
  await page.getByText("It is free.").waitFor();
  assert.ok(await change(page).isEnabled());
  await close();
});

test("a question that is outdated is aborted, and its answer never shown", async () => {
  const { page, close } = await open();
  await signIn(page, "old_username");
  // It is never answered.
  await page.route(/availability\?username=slow_name/, () => undefined);
  const begun = page.waitForRequest(/slow_name/);
  const aborted = page.waitForEvent("requestfailed", (request) => request.url().includes("slow_name"));
  await wanted(page).fill("slow_name");
  await begun;
  await wanted(page).fill("quick_name");
  assert.match((await aborted).failure().errorText, /ABORTED/);
  await page.getByText("It is free.").waitFor();
  await close();
});

test("after a change the cooldown counts down, and at its end the next name is free by itself", async () => {
  const { page, close } = await open();
  await signIn(page, "old_username");
  await wanted(page).fill("react_name");
  await page.getByText("It is free.").waitFor();
  await change(page).click();
  await page.getByRole("heading", { name: "react_name" }).waitFor();
  const timer = page.getByRole("timer");
  const seconds = async () => Number((await timer.innerText()).split(":").at(-1));
  const first = await seconds();
  await page.waitForFunction((first) => Number(document.querySelector("[role=timer]").textContent.split(":").at(-1)) < first, first);

  await wanted(page).fill("react_again");
  await page.getByText(/^You can change your username again on .* \(UTC\+03:00\)\.$/).waitFor();
  assert.ok(await change(page).isDisabled());
  await page.getByText("It is free.").waitFor({ timeout: 60_000 });
  assert.equal(await timer.count(), 0);
  await change(page).click();
  await page.getByRole("heading", { name: "react_again" }).waitFor();
  await close();
});

test("a name that somebody else takes in between is refused with a sentence", async () => {
  const { page, close } = await open();
  await signIn(page, "sample_admin");
  await page.route(/availability\?username=react_again/, async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    answer.data.available = true;
    await route.fulfill({ response, json: answer });
  });
  await wanted(page).fill("react_again");
  await page.getByText("It is free.").waitFor();
  await change(page).click();
  await page.getByRole("alert").getByText("This username is taken").waitFor();
  await close();
});

test("a profile is saved, a fault stands at its field, and nobody's change is overwritten", async () => {
  const [one, two] = [await open(), await open()];
  await signIn(one.page, "sample_admin");
  await signIn(two.page, "sample_admin");
  const first = (page) => page.getByLabel("First name");
  const save = (page) => page.getByRole("button", { name: "Save profile" });
  await first(two.page).waitFor();

  await first(one.page).fill("x".repeat(101));
  await save(one.page).click();
  await one.page.locator("label", { hasText: "First name" }).locator(".fault").getByText("100").waitFor();
  assert.equal(await first(one.page).getAttribute("aria-invalid"), "true");
  await first(one.page).fill("Grace Brewster");
  await one.page.getByLabel("Middle name").fill("Murray");
  await one.page.getByLabel("Time zone").selectOption("Europe/Istanbul");
  await save(one.page).click();
  await one.page.getByText("Saved.").waitFor();

  await first(two.page).fill("Somebody Else");
  await save(two.page).click();
  await two.page.getByRole("button", { name: "Read it again" }).click();
  await two.page.waitForFunction(() => document.querySelector("form:nth-of-type(2) input").value === "Grace Brewster");
  assert.equal(await two.page.getByLabel("Middle name").inputValue(), "Murray");
  assert.equal(await two.page.getByLabel("Time zone").inputValue(), "Europe/Istanbul");
  await two.page.getByLabel("Middle name").fill("");
  await save(two.page).click();
  await two.page.getByText("Saved.").waitFor();
  await Promise.all([one.close(), two.close()]);
});

test("without an answer the page says so, and works again afterwards", async () => {
  const { page, close } = await open();
  await signIn(page, "sample_admin");
  await page.route(/availability\?/, (route) => route.abort("connectionrefused"));
  await wanted(page).fill("any_name_at_all");
  await page.getByText("The server cannot be reached. Try again.").waitFor();
  await page.unroute(/availability\?/);
  await wanted(page).fill("any_name_at_last");
  await page.getByText("It is free.").waitFor();
  await close();
});
