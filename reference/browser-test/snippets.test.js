// The code that the page shows is code that works.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { api, goTo, open, signIn } from "./browser.js";

const client = fileURLToPath(new URL("../../clients/typescript/", import.meta.url));

async function operationsOf(page) {
  const all = await page.locator("#menu a").evaluateAll((links) => links.map(({ hash }) => hash.slice(1)));
  return all.filter((name) => name !== "conventions");
}

test("curl as it is shown sends what the button sends, also with quotes and other letters in it", async () => {
  const { page, close } = await open(`${api}/docs/#check-username`);
  const { users } = await (await page.request.get(`${api}/docs/playground.json`)).json();
  const run = async (environment = {}) => {
    const text = await page.locator("#snippet-panel pre").innerText();
    return execFileSync("sh", ["-c", text.replace("curl -i", "curl -is")], { env: { ...process.env, ...environment }, encoding: "utf8" });
  };
  const token = users.find(({ username }) => username === "sample_power").token;
  await page.locator("#parameter-username").fill("Çağrı O'Neil & 50%");
  assert.match(await run({ TOKEN: token }), /^HTTP\/1.1 200[^]*"username":"Çağrı O'Neil & 50%"/);
  assert.match(await run(), /401/);

  await goTo(page, "update-user");
  const { userId } = users.find(({ username }) => username === "sample_power");
  await page.locator("#body").fill(JSON.stringify({ userId, firstName: "Grace O'Malley \"G\"" }));
  await page.locator("#as").selectOption("sample:sample_power");
  assert.match(await run({ TOKEN: token }), /^HTTP\/1.1 200[^]*"firstName":"Grace O'Malley \\"G\\""/);
  await close();
});

test("what is copied has the token only when that is asked for", async () => {
  const { page, close } = await open(`${api}/docs/`, { permissions: ["clipboard-read", "clipboard-write"] });
  await signIn(page);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.match(await clipboard(), /Bearer \$TOKEN"/);
  await page.getByRole("button", { name: "Copy with the token" }).click();
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes("Bearer ey"));
  await close();
});

test("the TypeScript of every operation compiles with the client, strictly", async (t) => {
  const { page, close } = await open();
  // Beside the client's own modules, so that what it needs is found.
  const folder = mkdtempSync(join(client, "test", "snippets-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const operation of await operationsOf(page)) {
    await goTo(page, operation);
    await page.locator("#snippet-typescript").click();
    const text = await page.locator("#snippet-panel pre").innerText();
    assert.match(text, /from "nameplate-client"/);
    const declared = /\btoken\b/.test(text) && !/const token/.test(text) ? 'declare const token: string;\n' : "";
    writeFileSync(join(folder, `${operation}.ts`), `${text}\n${declared}`);
    await page.locator("#snippet-types").click();
    const types = await page.locator("#snippet-panel pre").innerText();
    writeFileSync(join(folder, `${operation}.types.ts`), types.replace(/ \| …\d+/g, " | string").replaceAll(/^type /gm, "export type "));
  }
  const options = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: true,
      module: "nodenext",
      target: "es2022",
      lib: ["es2022", "dom"],
      types: ["node"],
      paths: { "nameplate-client": ["../../src/index.ts"] },
    },
    include: ["*.ts"],
  };
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  try {
    execFileSync(join(client, "node_modules/.bin/tsc"), ["--project", folder], { encoding: "utf8" });
  } catch (error) {
    assert.fail(error.stdout || error.message);
  }
  await close();
});
