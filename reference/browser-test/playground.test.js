// The reference as a person uses it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, api, goTo, open, picture, send, signIn } from "./browser.js";

test("a person signs in and renames a user, repeats it too early, and reads why in both languages without sending again", async () => {
  const { page, close } = await open();
  assert.match(await page.locator("h1").innerText(), /^Change your own username$/);
  await signIn(page);
  const done = await send(page);
  assert.match(done.title, /^200 OK · \d+\sms$/);
  assert.equal(done.body.data.newUsername, "new_username123");
  await page.locator(".countdown", { hasText: /^The name can be changed again in 29\sd 23\sh 59\smin \d+\ss$/ }).waitFor();

  assert.equal(await page.locator("#user").innerText(), "new_username123");
  assert.match(await page.locator("#as").innerText(), /^new_username123/);

  const typed = JSON.stringify({ newUsername: "another_name" });
  await page.locator("#body").fill(typed);
  const refused = await send(page);
  assert.match(refused.title, /^409 USERNAME_COOLDOWN · \d+\sms$/);
  assert.match(refused.body.errors[1], /^You can change your username again .* \(UTC\)/);
  assert.equal(await page.locator("#answer").getAttribute("aria-live"), "polite");
  assert.equal(await page.evaluate(() => document.activeElement.id), "answer-title");
  const [button, heading] = await Promise.all(["#send", "#answer-title"].map((id) => page.locator(id).boundingBox()));
  assert.ok(heading.y > button.y && heading.y - button.y < 100, `${heading.y - button.y} pixels below the button`);
  assert.ok(heading.y + heading.height < 800, "the answer is on the screen");
  const before = await page.locator("[role=timer]").innerText();
  await page.waitForFunction((text) => document.querySelector("[role=timer]").textContent !== text, before);

  await page.getByRole("button", { name: "Türkçe" }).click();
  await page.getByRole("button", { name: "Gönder", exact: true }).waitFor();
  assert.equal(await page.locator("#body").inputValue(), typed);
  assert.deepEqual((await answer(page)).body, refused.body);
  assert.equal(await page.evaluate(() => document.activeElement.id), "language-tr");
  const turkish = await send(page);
  assert.match(turkish.body.errors[1], /değiştirebilirsiniz: .* \(UTC\)/);
  await close();
});

test("all is there before anything is sent: operations, curl, TypeScript, types, answers by code", async () => {
  const { page, close } = await open();
  const menu = page.locator("#menu a");
  assert.equal(await menu.first().getAttribute("href"), "#change-username");
  for (const link of await menu.all()) {
    assert.ok(await link.isVisible());
  }
  const [left, middle, right] = await Promise.all(["#menu", ".about", "#attempt"].map((place) => page.locator(place).boundingBox()));
  assert.ok(left.x < middle.x && middle.x + middle.width <= right.x, "three columns");
  assert.match(await page.locator("#snippet-panel").innerText(), /^curl -i -X PATCH[^]*Bearer \$TOKEN/);
  await page.getByRole("tab", { name: "TypeScript" }).click();
  assert.match(await page.locator("#snippet-panel").innerText(), /from "nameplate-client"[^]*newUsername: "new_username123"/);
  await page.getByRole("tab", { name: "Types", exact: true }).click();
  assert.match(await page.locator("#snippet-panel").innerText(), /type ChangeUsername = \{\n  newUsername: string;/);
  assert.match(await page.locator("#snippet-panel").innerText(), /type Code =[^]*"USERNAME_COOLDOWN"/);
  await page.getByRole("tab", { name: "409 USERNAME_COOLDOWN" }).click();
  await page.getByText("The last change was less than 30 days ago.").waitFor();
  assert.equal(await page.evaluate(() => location.hash), "#change-username/USERNAME_COOLDOWN");
  await close();
});

test("the task takes at most fifteen presses of keys: signing in, renaming, seeing the answer", async (t) => {
  const { page, close } = await open();
  let presses = 0;
  const press = async (key, then) => {
    presses += 1;
    await page.keyboard.press(key);
    await then?.waitFor();
  };
  await press("Tab", page.locator("#skip:focus"));
  await press("Enter", page.locator("#attempt:focus"));
  while (!(await page.locator("#sign-in-here").evaluate((element) => element === document.activeElement))) {
    assert.ok(presses < 15, "the button to sign in is not reached");
    await press("Tab");
  }
  await press("Enter", page.locator("#username:focus"));
  await press("Enter", page.locator("#send:focus"));
  await press("Enter", page.locator("#answer-title:focus"));
  assert.match(await page.locator("#answer-title").innerText(), /^200 OK/);
  t.diagnostic(`${presses} presses`);
  assert.ok(presses <= 15, `${presses} presses`);
  await close();
});

test("Escape closes what was opened, and the arrow keys go from tab to tab", async () => {
  const { page, close } = await open();
  for (const id of ["sign-in", "search"]) {
    await page.locator(`#${id}`).press("Enter");
    await page.locator("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement.id), id);
  }
  await page.locator("#answer-tab-200").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator("[id^=answer-tab-][aria-selected=true]").getAttribute("id"), "answer-tab-MALFORMED_JSON");
  assert.equal(await page.evaluate(() => document.activeElement.id), "answer-tab-MALFORMED_JSON");
  await page.keyboard.press("End");
  assert.equal(await page.evaluate(() => document.activeElement.id), "answer-tab-UNAVAILABLE");
  await close();
});

test("Ctrl-K finds an operation by its name in either language, by its path, and a code", async () => {
  const { page, close } = await open(`${api}/docs/`, { locale: "tr-TR" });
  for (const [words, title] of [["kullanıcı ADINI değiştir", "Kendi kullanıcı adını değiştir"], ["kullanici guncelle", "Kullanıcıyı güncelle"], ["/v1/users/me", "Kendi kullanıcını getir"]]) {
    await page.keyboard.press("Control+k");
    await page.locator("#search-input").fill(words);
    assert.equal(await page.locator("#found [aria-selected=true] strong").innerText(), title);
    await page.keyboard.press("Enter");
    await page.locator("h1", { hasText: title }).waitFor();
  }
  await page.keyboard.press("Control+k");
  await page.locator("#search-input").fill("nothing like it");
  await page.getByText("Hiçbir şey bulunamadı.").waitFor();
  await page.locator("#search-input").fill("cooldown");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/errors/USERNAME_COOLDOWN.html");
  await close();
});

test("the language switches down to the last label", async () => {
  const { page, close } = await open();
  await signIn(page);
  const settings = await (await page.request.get(`${api}/docs/playground.json`)).json();
  const [english, turkish] = settings.languages.map(({ words }) => words);
  // Each language is called by its own name.
  const foreign = Object.keys(english).filter((key) => key !== "name" && english[key] !== turkish[key]);
  const shown = () => page.evaluate(() => {
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      texts.push(walker.currentNode.nodeValue.trim());
    }
    for (const element of document.querySelectorAll("[aria-label], [placeholder], [title]")) {
      texts.push(element.ariaLabel, element.getAttribute("placeholder"), element.title);
    }
    return texts;
  });
  const parts = (word) => word.split(/\{\w+\}/).map((part) => part.trim()).filter((part) => part.length > 3);
  await page.locator("#headers summary").click();
  await page.locator("#answer-tab-INTERNAL").click();
  await page.locator("#try-INTERNAL").click();
  assert.ok((await shown()).some((text) => text === english.documentedOnly), "the search for words finds them");
  for (const operation of ["change-username", "update-user", "log-in", "conventions"]) {
    await page.getByRole("button", { name: "Türkçe" }).click();
    await goTo(page, operation);
    const texts = await shown();
    for (const key of foreign) {
      for (const part of parts(english[key])) {
        const left = texts.filter((text) => text === part || (part.includes(" ") && text?.includes(part)));
        assert.deepEqual(left, [], `${operation}: ${key}`);
      }
    }
  }
  await close();
});

test("of two languages chosen in a hurry, the last one is shown", async () => {
  const { page, close } = await open();
  await page.evaluate(() => {
    for (const tag of ["tr", "en", "tr"]) {
      document.getElementById(`language-${tag}`).click();
    }
  });
  await page.locator("h1", { hasText: "Kendi kullanıcı adını değiştir" }).waitFor();
  await page.waitForTimeout(200);
  assert.equal(await page.locator("html").getAttribute("lang"), "tr");
  await close();
});

test("a token is pasted, a reload keeps it, and no other server gets it", async () => {
  const { page, close } = await open();
  const { users } = await (await page.request.get(`${api}/docs/playground.json`)).json();
  const { token } = users.find(({ username }) => username === "sample_power");
  await page.locator("#sign-in").click();
  await page.locator("dialog summary").click();
  await page.locator("#token").fill(`${token}\n`);
  await page.getByRole("button", { name: "Use this token" }).click();
  await page.locator("#user", { hasText: "sample_power" }).waitFor();
  await page.reload();
  await page.locator("#user", { hasText: "sample_power" }).waitFor();
  await goTo(page, "get-me");
  assert.equal((await send(page)).body.username, "sample_power");
  await page.locator("#server").selectOption({ index: 1 });
  await page.locator("#sign-in").waitFor();
  assert.equal(await page.locator("#as option").count(), 2);
  await page.locator("#server").selectOption({ index: 0 });
  await page.locator("#sign-out").click();
  await page.reload();
  await page.locator("#sign-in").waitFor();
  await close();
});

test("a wrong password says so in the dialog, in the language of the page", async () => {
  const { page, close } = await open(`${api}/docs/`, { locale: "tr-TR" });
  await page.locator("#sign-in").click();
  await page.locator("#username").fill("nobody_at_all");
  await page.locator("#password").fill("Not-The-Password-1843");
  await page.keyboard.press("Enter");
  await page.locator("dialog [role=alert]", { hasText: /parola/i }).waitFor();
  await close();
});

test("only where production is chosen, it warns, and asks before it changes anything", async () => {
  const { page, close } = await open();
  const warnings = page.locator(".warning");
  assert.equal(await warnings.count(), 0);
  assert.ok(!(await page.locator("main").innerText()).includes("Production"));
  await page.locator("#server").selectOption({ index: 2 });
  await warnings.filter({ hasText: "data of real users; choose" }).waitFor();
  await page.locator("#host-production").fill("localhost:1");
  await page.locator("#host-production").blur();
  await page.getByRole("button", { name: "Türkçe" }).click();
  await warnings.filter({ hasText: "gerçek kullanıcıların verisini değiştirir; denemek için development sunucusunu seçin" }).waitFor();
  assert.equal(await page.locator("#host-production").inputValue(), "localhost:1");

  const sent = [];
  await page.route("https://localhost:1/**", (route) => {
    sent.push(route.request().method());
    const headers = { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*", "Access-Control-Allow-Methods": "*" };
    return route.fulfill({ status: 200, headers, json: {} });
  });
  const answers = ["dismiss", "accept"];
  const questions = [];
  page.on("dialog", (dialog) => (questions.push(dialog.message()), dialog[answers.shift()]()));
  await page.locator("#send").click();
  assert.equal(await page.locator("#answer-title").count(), 0);
  await send(page);
  assert.deepEqual(questions, Array(2).fill("Bu istek production verisini değiştirir. Gönderilsin mi?"));
  assert.deepEqual(sent.filter((method) => method !== "OPTIONS"), ["PATCH"]);
  await close();
});

test("neither long patterns nor internal schemas stand in the way", async () => {
  const { page, close } = await open();
  for (const operation of ["change-username", "update-user", "create-user", "update-account"]) {
    await goTo(page, operation);
    const text = await page.locator("#page").innerText();
    assert.ok(!text.includes("ReservedHandle"), operation);
    const codes = await page.locator("#page dl code:visible").allInnerTexts();
    assert.deepEqual(codes.filter((code) => code.length > 60), [], operation);
  }
  await close();
});

test("pictures of both languages, light, dark and on a phone", async () => {
  const views = [
    { name: "reference.en.light.png", locale: "en-US", colorScheme: "light" },
    { name: "reference.tr.dark.png", locale: "tr-TR", colorScheme: "dark" },
    { name: "reference.phone.en.dark.png", locale: "en-US", colorScheme: "dark", viewport: { width: 390, height: 844 }, hasTouch: true },
    { name: "reference.phone.tr.light.png", locale: "tr-TR", colorScheme: "light", viewport: { width: 390, height: 844 }, hasTouch: true },
  ];
  for (const { name, ...options } of views) {
    const { page, close } = await open(`${api}/docs/#change-username/USERNAME_COOLDOWN`, { timezoneId: "Europe/Istanbul", ...options });
    await page.locator("#try-USERNAME_COOLDOWN").click();
    await page.locator("#prepared").waitFor();
    const { title, body } = await send(page);
    assert.match(title, /^409 USERNAME_COOLDOWN/);
    assert.match(body.errors[1], /\(UTC\+03:00\)/);
    const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
    assert.ok(width <= (options.viewport?.width ?? 1280), `${width} pixels wide`);
    if (!options.viewport) {
      await page.evaluate(() => window.scrollTo(0, 0));
    }
    await picture(page, name);
    await close();
  }
});
