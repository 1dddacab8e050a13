// Every documented error: how to get it, and the page about it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, findings, goTo, open, picture } from "./browser.js";

/** No request of one caller causes these; the page shows the documented answer. */
const NOT_PROVOKED = ["CONCURRENT_CHANGE", "INTERNAL", "UNAVAILABLE"];

test("'try this error' sets up a request that gets the error, for each documented code of each operation", async (t) => {
  const { page, close } = await open();
  const operations = await page.locator("#menu a").evaluateAll((links) => links.map(({ hash }) => hash.slice(1)));
  let tried = 0;
  for (const operation of operations.filter((name) => name !== "conventions")) {
    await goTo(page, operation);
    const codes = await page.locator("[id^=answer-tab-].failure").evaluateAll((tabs) => tabs.map(({ id }) => id.replace("answer-tab-", "")));
    assert.ok(codes.length > 3, operation);
    for (const code of codes) {
      await tryOne(page, operation, code);
      tried += 1;
    }
  }
  t.diagnostic(`${tried} errors`);
  await close();
});

async function tryOne(page, operation, code) {
  await page.locator(`#answer-tab-${code}`).click();
  await page.evaluate(() => document.getElementById("answer-title")?.remove());
  const button = page.locator(`#try-${code}`);
  const isProvoked = (await button.innerText()) === "Try this error";
  assert.equal(isProvoked, !NOT_PROVOKED.includes(code), `${operation} ${code}`);
  await button.click();
  if (isProvoked) {
    await page.locator("#prepared", { hasText: `to get ${code}` }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), "send");
    await page.locator("#send").click();
  }
  await page.locator("#answer-title").waitFor();
  const shown = await page.locator("#answer").innerText();
  assert.ok(shown.split("\n")[0].includes(code), `${operation} ${code}: ${shown}`);
}

test("the type of every problem leads to a page about the code that says what to do", async () => {
  const { page, close } = await open();
  const problem = await page.request.get(`${api}/v1/users/me`, { headers: { Accept: "application/problem+json" } });
  const { type, code } = await problem.json();
  assert.equal(code, "TOKEN_MISSING");
  await page.goto(new URL(type, problem.url()).href);
  await page.locator("#languages [aria-pressed=true]").waitFor();
  await page.getByRole("heading", { name: "TOKEN_MISSING", level: 1 }).waitFor();
  await page.getByRole("heading", { name: "What to do" }).waitFor();
  assert.equal(await page.getByText("Ne yapmalı").isVisible(), false);
  assert.deepEqual(await findings(page), []);
  await page.getByRole("button", { name: "Türkçe" }).click();
  await page.getByRole("heading", { name: "Ne yapmalı" }).waitFor();
  await page.getByRole("link", { name: "Kendi kullanıcı adını değiştir" }).click();
  await page.locator("#answer-tab-TOKEN_MISSING[aria-selected=true]").waitFor();
  await page.getByRole("link", { name: "TOKEN_MISSING hakkında" }).click();
  await page.locator("#languages [aria-pressed=true]").waitFor();
  await page.getByRole("heading", { name: "TOKEN_MISSING", level: 1 }).waitFor();
  await close();
});

test("every code is listed among the conventions, with its page", async () => {
  const { page, close } = await open(`${api}/docs/#conventions`);
  const links = await page.locator("main dt a").evaluateAll((all) => all.map(({ href }) => href));
  assert.ok(links.length >= 24, `${links.length} codes`);
  for (const link of links) {
    assert.equal((await page.request.get(link)).status(), 200, link);
  }
  await close();
});

test("a page about a code can be read without JavaScript, in both languages", async () => {
  const { page, close } = await open(`${api}/docs/errors/USERNAME_COOLDOWN`, { javaScriptEnabled: false });
  for (const words of ["What to do", "Ne yapmalı"]) {
    assert.ok(await page.getByRole("heading", { name: words }).isVisible());
  }
  await close();
});

test("a picture of a page about a code", async () => {
  const { page, close } = await open(`${api}/docs/errors/USERNAME_COOLDOWN`, { colorScheme: "dark" });
  await page.getByRole("heading", { name: "What to do" }).waitFor();
  assert.deepEqual(await findings(page), []);
  await picture(page, "reference.error.en.dark.png");
  await close();
});
