// The package as a stranger gets it: packed, judged, installed into a fresh app with a strict compiler, bundled, and
// used in a real browser against a running API. `scripts/with-local-server npm run test:package` gives it one. It
// needs npm's registry.
//
// CHROMIUM  the browser; /usr/bin/chromium by default

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const api = process.env.NAMEPLATE_URL;
assert.ok(api, "NAMEPLATE_URL is not set; run this with scripts/with-local-server");

const client = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "nameplate-client-"));
const app = join(work, "app");
const installed = join(app, "node_modules/nameplate-client");
let tarball;

after(() => rmSync(work, { recursive: true }));

/** Runs a program, and gives what it prints; what it prints is the failure as well. */
function run(program, args, cwd = app) {
  try {
    return execFileSync(program, args, { cwd, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    return assert.fail(`${program} ${args.join(" ")}\n${error.stdout}${error.stderr}`);
  }
}

const tool = (name) => join(client, "node_modules/.bin", name);
const readme = readFileSync(join(client, "README.md"), "utf8");

before(() => {
  const [packed] = JSON.parse(run("npm", ["pack", "--json", "--silent", "--pack-destination", work], client));
  tarball = join(work, packed.filename);
  cpSync(fileURLToPath(new URL("app", import.meta.url)), app, {
    recursive: true,
    filter: (path) => !/node_modules|dist$/.test(path),
  });
  run("npm", ["ci", "--silent"]);
  run("npm", ["install", "--silent", "--no-save", tarball]);
  // Every code of the README is a module of the app. The first one calls the API that runs here.
  mkdirSync(join(app, "src/readme"));
  const codes = [...readme.matchAll(/```ts\n(.+?)```/gs)].map(([, code]) => code);
  assert.ok(codes.length >= 5);
  assert.match(codes[0], /"http:\/\/localhost:8080"/);
  codes.forEach((code, at) => {
    const module = `${code.replace("http://localhost:8080", api)}export {};\n`;
    writeFileSync(join(app, `src/readme/${at + 1}.ts`), module);
  });
});

test("it has its licence, its README, its source, and nothing of the tests", () => {
  for (const file of ["LICENSE", "README.md", "package.json", "src/index.ts", "dist/esm/index.js", "dist/cjs/index.js"]) {
    assert.ok(existsSync(join(installed, file)), file);
  }
  assert.deepEqual(readdirSync(installed).filter((name) => name !== "node_modules").sort(), ["LICENSE", "README.md", "dist", "package.json", "src"]);
  assert.deepEqual(readdirSync(join(installed, "dist")).sort(), ["cjs", "esm"]);
  const { repository, homepage, bugs, license, keywords, sideEffects } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  assert.ok(repository.url && homepage && bugs && license && keywords.length > 0 && sideEffects === false);
});

test("every source map leads to a source that is there", () => {
  const maps = ["esm", "cjs"].flatMap((kind) => {
    const folder = join(installed, "dist", kind);
    return readdirSync(folder).filter((name) => name.endsWith(".map")).map((name) => join(folder, name));
  });
  assert.ok(maps.length >= 20);
  for (const map of maps) {
    for (const source of JSON.parse(readFileSync(map, "utf8")).sources) {
      assert.ok(existsSync(resolve(dirname(map), source)), `${map}: ${source}`);
    }
  }
});

test("publint and Are the types wrong? find nothing", () => {
  assert.match(run(tool("publint"), ["run", tarball, "--strict"]), /All good!/);
  assert.match(run(tool("attw"), [tarball, "--no-color"]), /No problems found/);
});

test("Node.js takes it as an ES module and as CommonJS", () => {
  const names = "createNameplate createSession isTimeZone languageOf offsetOf retryAfter sentence webStorage UnexpectedAnswer";
  const check = `for (const name of "${names}".split(" ")) if (typeof client[name] !== "function") throw new Error(name);
    if (package_.name !== "nameplate-client") throw new Error("package.json");`;
  const imported = 'import * as client from "nameplate-client"; import package_ from "nameplate-client/package.json" with { type: "json" };';
  const required = 'const client = require("nameplate-client"), package_ = require("nameplate-client/package.json");';
  run(process.execPath, ["--input-type=module", "--no-warnings", "--eval", imported + check]);
  run(process.execPath, ["--input-type=commonjs", "--eval", required + check]);
});

test("the strict compiler accepts every code of the README, the newest one and that of the client", () => {
  run(join(app, "node_modules/.bin/tsc"), []);
  run(tool("tsc"), ["--project", app]);
  // It would not, if the code were wrong.
  const wrong = join(app, "src/readme/wrong.ts");
  writeFileSync(wrong, readFileSync(join(app, "src/readme/1.ts"), "utf8").replace("USERNAME_TAKEN", "USERNAME_TOKEN"));
  assert.throws(() => run(join(app, "node_modules/.bin/tsc"), []), /"USERNAME_TOKEN"/);
  rmSync(wrong);
});

test("bundled by Vite it leaves out what is not used, and renames a user in a browser", async () => {
  run(join(app, "node_modules/.bin/vite"), ["build", "--logLevel", "error"]);
  const bundle = readdirSync(join(app, "dist/assets")).map((name) => readFileSync(join(app, "dist/assets", name), "utf8")).join("");
  assert.ok(bundle.length < 30_000, `${bundle.length} characters`);
  assert.ok(!bundle.includes("Africa/Abidjan"), "the time zones are in the bundle");

  await serve(async (address, browser) => {
    const page = await browser.newPage();
    const faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(address);
    const ask = async (name, answer) => {
      await page.getByLabel("New username").fill(name);
      await page.getByRole("button", { name: "Change" }).click();
      await page.getByText(answer).waitFor();
    };
    await ask("fresh_name", "You are fresh_name now.");
    await ask("another_name", /^You can change your username again .* That is \d+ seconds from now\.$/);
    assert.deepEqual(faults, []);
  });
});

test("on one of two devices a person renames, refreshes twice at once and changes the password: the other's session ends", async () => {
  const [username, password, nextPassword] = ["sample_admin", "Analytical-Engine-1843", "Difference-Engine-1822"];
  await serve(async (address, browser) => {
    const signIn = async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${address}/?api=${encodeURIComponent(api)}#kept`);
      await page.waitForFunction(() => "session" in globalThis);
      const signedIn = await page.evaluate(async ([name, secret]) => (await session.signIn(name, secret)).data, [username, password]);
      assert.equal(signedIn?.username, username);
      return page;
    };
    const [own, other] = [await signIn(), await signIn()];

    const renamed = await own.evaluate(async () => {
      const body = { newUsername: "renamed_admin" };
      return (await session.nameplate.PATCH("/api/v1/users/username", { body })).data?.data.newUsername;
    });
    assert.equal(renamed, "renamed_admin");

    const successors = await own.evaluate(async (url) => {
      const { refreshToken } = JSON.parse(localStorage.getItem("nameplate.session"));
      const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ refreshToken }) };
      const answers = await Promise.all([fetch(url, request), fetch(url, request)]);
      return Promise.all(answers.map(async (answer) => (await answer.json()).refreshToken));
    }, `${api}/v1/auth/refresh`);
    assert.match(successors[0], /^npr_/);
    assert.equal(successors[0], successors[1]);

    const changed = await own.evaluate(
      async ([old, fresh]) => (await session.changePassword(old, fresh)).response.status,
      [password, nextPassword],
    );
    assert.equal(changed, 200);
    const me = async () => {
      const { data, error } = await session.nameplate.GET("/v1/users/me");
      return [data?.username ?? error.code, session.user?.username];
    };
    // The name that the session knows is that of its last sign-in or refresh.
    assert.deepEqual(await own.evaluate(me), ["renamed_admin", username]);
    assert.deepEqual(await other.evaluate(me), ["TOKEN_REVOKED", undefined]);
  });
});

/** Serves the built app, and opens a browser for as long as `use` takes. */
async function serve(use) {
  const { preview } = await import(pathToFileURL(join(app, "node_modules/vite/dist/node/index.js")));
  const host = await preview({ root: app, logLevel: "error", preview: { host: "127.0.0.1", port: 0 } });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // Chromium's own sandbox does not start for root.
    chromiumSandbox: process.getuid() !== 0,
  });
  try {
    await use(`http://127.0.0.1:${host.httpServer.address().port}`, browser);
  } finally {
    await browser.close();
    await host.close();
  }
}
