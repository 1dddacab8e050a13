// Against a running API: `scripts/with-local-server npm test` gives it one and an administrator's token.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import {
  createNameplate,
  createSession,
  type Session,
  type SessionEvent,
  type SessionOptions,
} from "../src/index.js";
import { SharedStorage } from "./fake-api.js";

const PASSWORD = "Analytical-Engine-1843";
const REFRESH = "/v1/auth/refresh";

function fromEnvironment(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; run this with scripts/with-local-server`);
  return value;
}

/** A new user with the password: no other test changes it. Gives the username. */
async function newUser(): Promise<string> {
  const baseUrl = fromEnvironment("NAMEPLATE_URL");
  const admin = createNameplate({ baseUrl, token: () => fromEnvironment("NAMEPLATE_ADMIN_TOKEN") });
  const username = `user_${randomBytes(5).toString("hex")}`;
  const { error } = await admin.POST("/v1/users", {
    body: { username, firstName: "Grace", lastName: "Hopper", roles: ["API_USER"], password: PASSWORD },
  });
  assert.equal(error, undefined);
  return username;
}

/** A session, what happened to it, and the paths that it asked for. */
function open(options: Partial<SessionOptions> = {}) {
  const paths: string[] = [];
  const events: SessionEvent[] = [];
  const session = createSession({
    baseUrl: fromEnvironment("NAMEPLATE_URL"),
    ...options,
    fetch: (request) => {
      paths.push(new URL(request.url).pathname);
      return (options.fetch ?? fetch)(request);
    },
  });
  session.subscribe((event) => events.push(event));
  return { session, events, asked: (path: string) => paths.filter((other) => other === path).length };
}

async function openAs(username: string, options: Partial<SessionOptions> = {}) {
  const opened = open(options);
  const { data, error } = await opened.session.signIn(username, PASSWORD);
  assert.equal(error, undefined);
  assert.equal(data?.username, username);
  return opened;
}

const me = (session: Session) => session.nameplate.GET("/v1/users/me");
const isTo = (request: Request, path: string) => new URL(request.url).pathname === path;

/** A storage whose session has other values from now on, and the session's present refresh token. */
function tamper(storage: SharedStorage, changes: Record<string, unknown>): string {
  const text = storage.values.get("nameplate.session") ?? assert.fail("nothing is stored");
  const stored = JSON.parse(text) as { refreshToken: string };
  storage.values.set("nameplate.session", JSON.stringify({ ...stored, ...changes }));
  return stored.refreshToken;
}

async function post(path: string, body: object): Promise<Response> {
  return fetch(fromEnvironment("NAMEPLATE_URL") + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

test("the sample administrator signs in with the sample password", async () => {
  const { session } = await openAs("sample_admin");
  const { data } = await me(session);
  assert.equal(data?.username, "sample_admin");
  assert.equal(data?.userId, session.user?.userId);
  assert.equal((await session.signOut()).response.status, 204);
});

test("a wrong password and an unknown name are refused alike", async () => {
  const { session, events } = open();
  const username = await newUser();
  const refused = [await session.signIn(username, "wrong"), await session.signIn("nobody_has_this", "wrong")];
  for (const { error, response } of refused) {
    assert.equal(error?.code, "CREDENTIALS_INVALID");
    assert.equal(response.status, 401);
  }
  assert.equal(refused[0]?.error?.detail, refused[1]?.error?.detail);
  assert.deepEqual(events, []);
});

test("16 requests at once with an expired token cause one refresh", async () => {
  const shared = new SharedStorage();
  const username = await newUser();
  await openAs(username, { storage: shared.tab() });
  // The server refuses this token as expired; the client takes it for a good one.
  tamper(shared, { accessToken: fromEnvironment("NAMEPLATE_EXPIRED_TOKEN") });
  const { session, events, asked } = open({ storage: shared.tab() });
  const all = await Promise.all(Array.from({ length: 16 }, () => me(session)));
  assert.ok(all.every(({ data }) => data?.username === username));
  assert.equal(asked(REFRESH), 1);
  assert.deepEqual(events.map(({ type }) => type), ["signedIn", "refreshed"]);
});

test("two refreshes at once with one token have the same successor", async () => {
  const shared = new SharedStorage();
  await openAs(await newUser(), { storage: shared.tab() });
  const refreshToken = tamper(shared, {});
  const answers = await Promise.all([post(REFRESH, { refreshToken }), post(REFRESH, { refreshToken })]);
  const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as { refreshToken: string }[];
  assert.deepEqual(answers.map(({ status }) => status), [200, 200]);
  assert.match(bodies[0]?.refreshToken ?? "", /^npr_/);
  assert.notEqual(bodies[0]?.refreshToken, refreshToken);
  assert.equal(bodies[0]?.refreshToken, bodies[1]?.refreshToken);
});

test("two tabs without locks refresh at once, and both go on", async () => {
  const shared = new SharedStorage();
  await openAs(await newUser(), { storage: shared.tab() });
  for (let round = 0; round < 2; round += 1) {
    tamper(shared, { renewAt: 0 });
    const tab = () => open({ storage: shared.tab(), environment: { locks: undefined } });
    const tabs = [tab(), tab()];
    const all = await Promise.all(tabs.map(({ session }) => me(session)));
    assert.ok(all.every(({ response }) => response.status === 200));
    assert.deepEqual(tabs.map(({ asked }) => asked(REFRESH)), [1, 1]);
  }
});

test("with the locks of the platform, one of many tabs refreshes", {
  skip: globalThis.navigator?.locks === undefined && "this version of Node.js has no Web Locks",
}, async () => {
  const shared = new SharedStorage();
  await openAs(await newUser(), { storage: shared.tab() });
  tamper(shared, { renewAt: 0 });
  const tabs = Array.from({ length: 8 }, () => open({ storage: shared.tab() }));
  const all = await Promise.all(tabs.map(({ session }) => me(session)));
  assert.ok(all.every(({ response }) => response.status === 200));
  assert.equal(tabs.filter(({ asked }) => asked(REFRESH) > 0).length, 1);
});

test("a refresh whose answer is lost is repeated, and the session lives", async () => {
  const shared = new SharedStorage();
  await openAs(await newUser(), { storage: shared.tab() });
  tamper(shared, { renewAt: 0 });
  let losses = 2;
  const { session, asked } = open({
    storage: shared.tab(),
    environment: { sleep: async () => undefined },
    fetch: async (request) => {
      const isRefresh = isTo(request, REFRESH);
      const response = await fetch(request);
      if (isRefresh && losses > 0) {
        losses -= 1;
        throw new TypeError("fetch failed");
      }
      return response;
    },
  });
  assert.equal((await me(session)).response.status, 200);
  assert.equal(asked(REFRESH), 3);
  // The token that it got is a good one.
  tamper(shared, { renewAt: 0 });
  const later = open({ storage: shared.tab() });
  assert.equal((await me(later.session)).response.status, 200);
});

test("a token of two refreshes ago ends the session", async () => {
  const shared = new SharedStorage();
  await openAs(await newUser(), { storage: shared.tab() });
  const stolen = tamper(shared, { renewAt: 0 });
  await me(open({ storage: shared.tab() }).session);
  tamper(shared, { renewAt: 0 });
  await me(open({ storage: shared.tab() }).session);
  const reused = await post(REFRESH, { refreshToken: stolen });
  assert.equal(reused.headers.get("X-Error-Code"), "REFRESH_TOKEN_INVALID");
  tamper(shared, { renewAt: 0 });
  const { session, events } = open({ storage: shared.tab() });
  assert.equal((await me(session)).error?.code, "TOKEN_MISSING");
  assert.deepEqual(events.at(-1), { type: "signedOut", reason: "ended" });
});

test("a change of password ends the other sessions, and this one goes on", async () => {
  const username = await newUser();
  const [own, other] = [await openAs(username), await openAs(username)];
  const next = "Difference-Engine-1822";
  const changed = await own.session.changePassword(PASSWORD, next);
  assert.equal(changed.error, undefined);
  assert.equal((await me(own.session)).response.status, 200);
  assert.equal(own.asked(REFRESH), 0);

  const { error } = await me(other.session);
  assert.equal(error?.code as string | undefined, "TOKEN_REVOKED");
  assert.equal(other.asked(REFRESH), 1);
  assert.deepEqual(other.events.at(-1), { type: "signedOut", reason: "ended" });

  assert.equal((await own.session.changePassword(PASSWORD, "Jacquard-Loom-1804")).error?.code, "CREDENTIALS_INVALID");
  assert.equal((await own.session.changePassword(next, PASSWORD)).error, undefined);
  assert.equal((await me(own.session)).response.status, 200);
});

test("a change of password whose answer is lost is repeated", async () => {
  const path = "/v1/users/change-password";
  let losses = 1;
  const { session, asked } = await openAs(await newUser(), {
    environment: { sleep: async () => undefined },
    fetch: async (request) => {
      const isChange = isTo(request, path);
      const response = await fetch(request);
      if (isChange && losses > 0) {
        losses -= 1;
        throw new TypeError("fetch failed");
      }
      return response;
    },
  });
  assert.equal((await session.changePassword(PASSWORD, "Difference-Engine-1822")).error, undefined);
  assert.ok(asked(path) > 1);
  assert.equal((await me(session)).response.status, 200);
});

test("a weak new password is refused, and says where", async () => {
  const { session } = await openAs(await newUser());
  const { error } = await session.changePassword(PASSWORD, "short");
  assert.equal(error?.code, "VALIDATION_FAILED");
  assert.equal(error?.errors?.[0]?.pointer, "#/newPassword");
});

test("signing out ends the session, and everywhere all of them", async () => {
  const username = await newUser();
  const shared = new SharedStorage();
  const [one, two, three] = [
    await openAs(username, { storage: shared.tab() }),
    await openAs(username),
    await openAs(username),
  ];
  const refreshToken = tamper(shared, {});
  assert.equal((await one.session.signOut()).response.status, 204);
  assert.equal((await post(REFRESH, { refreshToken })).status, 401);
  assert.equal((await me(two.session)).response.status, 200);

  assert.equal((await two.session.signOut({ everywhere: true })).response.status, 204);
  const { error } = await me(three.session);
  assert.equal(error?.code as string | undefined, "TOKEN_REVOKED");
  assert.deepEqual(three.events.at(-1), { type: "signedOut", reason: "ended" });
});
