// axe-core, with all of its rules, wherever a reader can come to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, findings, goTo, open, send } from "./browser.js";

const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of SIZES) {
    test(`axe-core finds nothing, ${colorScheme}, at ${viewport.width} pixels`, async (t) => {
      const { page, close } = await open(`${api}/docs/`, { colorScheme, viewport });
      const check = async (place) => assert.deepEqual(await findings(page), [], place);
      await check("at the start");
      t.diagnostic(`${await page.evaluate(() => document.body.scrollHeight)} pixels high`);
      await page.keyboard.press("Control+k");
      await page.locator("#search-input").fill("user");
      await check("while searching");
      await page.keyboard.press("Escape");
      await page.locator("#sign-in").click();
      await page.locator("dialog summary").click();
      await check("while signing in");
      await page.keyboard.press("Escape");
      await page.locator("#headers summary").click();
      await send(page);
      await check("with an answer");
      await page.locator("#server").selectOption({ index: 2 });
      await check("with production chosen");
      await page.locator("#server").selectOption({ index: 0 });
      for (const link of await page.locator("#menu a").evaluateAll((links) => links.map(({ hash }) => hash.slice(1)))) {
        await goTo(page, link);
        if (link !== "conventions") {
          await page.locator("[id^=answer-tab-].failure").first().click();
        }
        await check(link);
      }
      const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
      assert.ok(width <= viewport.width, `${width} pixels wide`);
      await close();
    });
  }
}
