// Sessions over an API in memory, with a clock of their own: no server, no waiting.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  createSession,
  type Session,
  type SessionEvent,
  type SessionOptions,
  type TokenStorage,
  UnexpectedAnswer,
  webStorage,
} from "../src/index.js";
import {
  answered,
  BASE_URL,
  Clock,
  FakeApi,
  FakeLocks,
  LIFETIME,
  lost,
  PASSWORD,
  problem,
  SharedStorage,
  USER,
} from "./fake-api.js";

const REFRESH = "/v1/auth/refresh";
const LOGOUT = "/v1/auth/logout";
const ME = "/v1/users/me";

function fakeApi() {
  const clock = new Clock();
  return { api: new FakeApi(clock), clock };
}

interface Tab {
  session: Session;
  events: SessionEvent[];
}

/** A session, and what happened to it. */
function tab(api: FakeApi, { environment, ...options }: Partial<SessionOptions> = {}): Tab {
  const session = createSession({
    baseUrl: BASE_URL,
    fetch: api.fetch,
    ...options,
    environment: { locks: undefined, ...api.clock.environment, ...environment },
  });
  const events: SessionEvent[] = [];
  session.subscribe((event) => events.push(event));
  return { session, events };
}

/** A session that is signed in. */
async function signedIn(api: FakeApi, options: Partial<SessionOptions> = {}): Promise<Tab> {
  const opened = tab(api, options);
  const { error } = await opened.session.signIn(USER.username, PASSWORD);
  assert.equal(error, undefined);
  return opened;
}

const me = (session: Session) => session.nameplate.GET("/v1/users/me");
/** Everything that has been begun and waits for nothing has ended. */
const settled = () => new Promise((done) => setImmediate(done));
const typesOf = (events: SessionEvent[]) =>
  events.map((event) => (event.type === "signedOut" ? `signedOut ${event.reason}` : event.type));

test("who signs in is known, and calls with a token", async () => {
  const { api } = fakeApi();
  const { session, events } = tab(api);
  assert.equal(session.user, null);
  const { data } = await session.signIn("ada", PASSWORD);
  assert.deepEqual(data, USER);
  assert.deepEqual(session.user, USER);
  assert.equal((await me(session)).data?.userId, USER.userId);
  assert.equal(api.to(ME)[0]?.token, await session.accessToken());
  assert.deepEqual(events, [{ type: "signedIn", user: USER }]);
});

test("a wrong password is an error with a code, and nobody is signed in", async () => {
  const { session, events } = tab(fakeApi().api);
  const { data, error } = await session.signIn("ada", "wrong");
  assert.equal(data, undefined);
  // One branch for each code that a sign-in can have, and the compiler knows that none is missing.
  switch (error?.code) {
    case "CREDENTIALS_INVALID":
      break;
    case undefined:
    case "ACCOUNT_NOT_ACTIVE":
    case "TOO_MANY_ATTEMPTS":
    case "TOO_MANY_REQUESTS":
    case "MALFORMED_JSON":
    case "VALIDATION_FAILED":
    case "BODY_TOO_LARGE":
    case "UNSUPPORTED_MEDIA_TYPE":
    case "INTERNAL":
    case "UNAVAILABLE":
      assert.fail(`unexpected: ${error?.code}`);
      break;
    default:
      error satisfies never;
  }
  assert.equal(session.user, null);
  assert.deepEqual(events, []);
});

test("who is not signed in calls without a token, and the API says so", async () => {
  const { api } = fakeApi();
  const { session } = tab(api);
  assert.equal((await me(session)).error?.code, "TOKEN_MISSING");
  assert.equal(await session.accessToken(), null);
  await assert.rejects(session.changePassword("old", "new"), /nobody is signed in/);
  assert.equal((await session.signOut()).response.status, 204);
  assert.equal(api.calls.length, 1);
});

test("an access token is refreshed 30 s before its end, by this client's clock", async () => {
  const { api, clock } = fakeApi();
  const { session, events } = await signedIn(api);
  clock.time += LIFETIME - 30_001;
  await me(session);
  assert.equal(api.to(REFRESH).length, 0);
  clock.time += 1;
  await me(session);
  assert.equal(api.to(REFRESH).length, 1);
  assert.deepEqual(typesOf(events), ["signedIn", "refreshed"]);
});

test("the lifetime counts from when the request was sent", async () => {
  const { api, clock } = fakeApi();
  api.next("/v1/auth/login", async (_, handle) => {
    clock.time += 5_000;
    return handle();
  });
  const begin = clock.time;
  const { session } = await signedIn(api);
  clock.time = begin + LIFETIME - 30_000;
  await me(session);
  assert.equal(api.to(REFRESH).length, 1);
});

test("of a short lifetime the margin is half", async () => {
  const { api, clock } = fakeApi();
  api.next("/v1/auth/login", async (_, handle) =>
    Response.json({ ...((await (await handle()).json()) as object), expiresIn: 20 }),
  );
  const { session } = await signedIn(api);
  clock.time += 9_999;
  await me(session);
  assert.equal(api.to(REFRESH).length, 0);
  clock.time += 1;
  await me(session);
  assert.equal(api.to(REFRESH).length, 1);
});

test("16 requests at once with an expired token cause one refresh", async () => {
  const { api, clock } = fakeApi();
  const { session } = await signedIn(api);
  clock.time += LIFETIME;
  const all = await Promise.all(Array.from({ length: 16 }, () => me(session)));
  assert.ok(all.every(({ response }) => response.status === 200));
  assert.equal(api.to(REFRESH).length, 1);
  assert.equal(api.to(ME).length, 16);
});

test("16 requests at once whose token the API refuses cause one refresh, and each is repeated once", async () => {
  const { api, clock } = fakeApi();
  // Its own clock stands still.
  const { session } = await signedIn(api, { environment: { now: () => 0 } });
  clock.time += LIFETIME;
  const all = await Promise.all(Array.from({ length: 16 }, () => me(session)));
  assert.ok(all.every(({ response }) => response.status === 200));
  assert.equal(api.to(REFRESH).length, 1);
  assert.equal(api.to(ME).length, 32);
});

test("a request is repeated with its body, and once", async () => {
  const { api } = fakeApi();
  const { session } = await signedIn(api);
  const path = "/api/v1/users/username";
  const revoked = answered(problem(401, "TOKEN_REVOKED"));
  const rename = () =>
    session.nameplate.PATCH("/api/v1/users/username", { body: { newUsername: "ada_2" } });
  api.next(path, revoked);
  assert.equal((await rename()).response.status, 200);
  assert.deepEqual(api.to(path).map(({ body }) => body), [{ newUsername: "ada_2" }, { newUsername: "ada_2" }]);
  api.next(path, answered(problem(401, "TOKEN_REVOKED")));
  api.next(path, answered(problem(401, "TOKEN_REVOKED")));
  assert.equal((await rename()).response.status, 401);
  assert.equal(api.to(path).length, 4);
  assert.deepEqual(session.user, USER);
});

test("a token whose key was withdrawn is refreshed, too", async () => {
  const { api } = fakeApi();
  const { session } = await signedIn(api);
  api.next(ME, answered(problem(401, "TOKEN_INVALID")));
  assert.equal((await me(session)).response.status, 200);
  assert.equal(api.to(REFRESH).length, 1);
});

test("other refusals are the caller's", async () => {
  const { api } = fakeApi();
  const { session } = await signedIn(api);
  api.next(ME, answered(problem(403, "ACCOUNT_NOT_ACTIVE")));
  assert.equal((await me(session)).error?.code, "ACCOUNT_NOT_ACTIVE");
  assert.equal(api.to(REFRESH).length, 0);
});

test("a session that has ended signs out, and the request is answered as it was", async () => {
  const { api, clock } = fakeApi();
  const { session, events } = await signedIn(api);
  api.endSessions();
  const { response } = await me(session);
  assert.equal(response.headers.get("X-Error-Code"), "TOKEN_REVOKED");
  assert.deepEqual(typesOf(events), ["signedIn", "signedOut ended"]);
  assert.equal(session.user, null);
  clock.time += LIFETIME;
  await me(session);
  assert.equal(api.to(REFRESH).length, 1);
});

test("a refresh whose answer is lost is repeated with the same token, with growing waits", async () => {
  const { api, clock } = fakeApi();
  const { session, events } = await signedIn(api);
  clock.time += LIFETIME;
  api.next(REFRESH, lost);
  api.next(REFRESH, answered(new Response("<h1>Bad gateway</h1>", { status: 502 })));
  api.next(REFRESH, answered(Response.json({ welcome: "to our Wi-Fi" })));
  api.next(REFRESH, answered(problem(409, "CONCURRENT_CHANGE")));
  api.next(REFRESH, answered(new Response('{"accessToken":"1.2.3","refr')));
  assert.equal((await me(session)).response.status, 200);
  const tokens = api.to(REFRESH).map(({ body }) => body.refreshToken);
  assert.deepEqual(tokens, Array.from({ length: 6 }, () => "npr_0_0"));
  assert.equal(clock.sleeps.length, 5);
  clock.sleeps.forEach((wait, index) => {
    assert.ok(wait >= 250 * 2 ** index && wait <= 500 * 2 ** index, `${index}: ${wait}`);
  });
  clock.time += LIFETIME;
  assert.equal((await me(session)).response.status, 200);
  assert.deepEqual(typesOf(events), ["signedIn", "refreshed", "refreshed"]);
});

test("without any answer the request fails as fetch does, and the session stays", async () => {
  const { api, clock } = fakeApi();
  let isOffline = false;
  const { session } = await signedIn(api, {
    fetch: async (request) => {
      if (isOffline) {
        throw new TypeError("fetch failed");
      }
      return api.fetch(request);
    },
  });
  clock.time += LIFETIME;
  const begin = clock.time;
  isOffline = true;
  await assert.rejects(me(session), TypeError);
  assert.ok(clock.time - begin <= 30_000);
  assert.deepEqual(session.user, USER);
  isOffline = false;
  assert.equal((await me(session)).response.status, 200);
});

test("Retry-After is obeyed", async () => {
  const { api, clock } = fakeApi();
  const { session } = await signedIn(api);
  clock.time += LIFETIME;
  api.next(REFRESH, answered(problem(503, "UNAVAILABLE", { "Retry-After": "7" })));
  api.next(REFRESH, answered(problem(429, "TOO_MANY_REQUESTS", { "Retry-After": "2" })));
  assert.equal((await me(session)).response.status, 200);
  assert.deepEqual(clock.sleeps, [7_000, 2_000]);
});

test("a long Retry-After is the caller's, and nothing is asked before it has passed", async () => {
  const { api, clock } = fakeApi();
  const { session, events } = await signedIn(api);
  clock.time += LIFETIME;
  api.next(REFRESH, answered(problem(503, "UNAVAILABLE", { "Retry-After": "60" })));
  const both = await Promise.all([me(session), me(session)]);
  clock.time += 59_999;
  for (const { error, response } of [...both, await me(session)]) {
    assert.equal(error?.code, "UNAVAILABLE");
    assert.equal(response.headers.get("Retry-After"), "60");
  }
  await assert.rejects(session.accessToken(), UnexpectedAnswer);
  assert.equal(api.to(REFRESH).length, 1);
  clock.time += 1;
  assert.equal((await me(session)).response.status, 200);
  assert.deepEqual(typesOf(events), ["signedIn", "refreshed"]);
});

test("only REFRESH_TOKEN_INVALID ends the session here", async () => {
  const { api, clock } = fakeApi();
  const { session } = await signedIn(api);
  clock.time += LIFETIME;
  const refusals = [
    new Response("", { status: 401 }),
    problem(403, "ACCOUNT_NOT_ACTIVE"),
    problem(404, "ROUTE_NOT_FOUND"),
  ];
  for (const refusal of refusals) {
    api.next(REFRESH, answered(refusal));
    await me(session).catch((error: unknown) => assert.ok(error instanceof UnexpectedAnswer));
    assert.deepEqual(session.user, USER);
  }
});

test("signing out forgets the tokens first, and ends the session", async () => {
  const { api } = fakeApi();
  const shared = new SharedStorage();
  const { session, events } = await signedIn(api, { storage: shared.tab() });
  const seen: unknown[] = [];
  api.next(LOGOUT, async (request, handle) => {
    // With keepalive, it goes on when the page is left.
    seen.push(request.keepalive, session.user, shared.values.has("nameplate.session"));
    return lost(request, handle);
  });
  assert.equal((await session.signOut()).response.status, 204);
  assert.equal(api.to(LOGOUT).length, 2);
  assert.deepEqual(seen, [true, null, false]);
  assert.deepEqual(typesOf(events), ["signedIn", "signedOut user"]);
  assert.equal((await me(session)).error?.code, "TOKEN_MISSING");
});

test("who cannot be signed out everywhere stays signed in, and may repeat it", async () => {
  const { api } = fakeApi();
  const { session, events } = await signedIn(api);
  api.next(LOGOUT, answered(problem(503, "UNAVAILABLE", { "Retry-After": "60" })));
  assert.equal((await session.signOut({ everywhere: true })).error?.code, "UNAVAILABLE");
  assert.deepEqual(session.user, USER);
  await session.signOut({ everywhere: true });
  assert.equal(session.user, null);
  assert.equal(api.to(LOGOUT)[1]?.body.everywhere, true);
  assert.deepEqual(typesOf(events), ["signedIn", "signedOut user"]);
});

test("signing out during a refresh stays so", async () => {
  const { api, clock } = fakeApi();
  const shared = new SharedStorage();
  const { session } = await signedIn(api, { storage: shared.tab() });
  clock.time += LIFETIME;
  api.next(REFRESH, async (_, handle) => {
    const response = await handle();
    await session.signOut();
    return response;
  });
  assert.equal((await me(session)).error?.code, "TOKEN_MISSING");
  assert.equal(session.user, null);
  assert.equal(shared.values.has("nameplate.session"), false);
  assert.equal(api.to(LOGOUT).length, 1);
});

test("signing out ends the repetitions of a refresh", async () => {
  const { api, clock } = fakeApi();
  const { session } = await signedIn(api);
  clock.time += LIFETIME;
  api.next(REFRESH, async (_, handle) => {
    await handle();
    await session.signOut();
    throw new TypeError("fetch failed");
  });
  await assert.rejects(me(session), TypeError);
  assert.equal(api.to(REFRESH).length, 1);
  assert.equal(session.user, null);
});

test("signing out in a tab that cannot tell stays so, too", async () => {
  const { api, clock } = fakeApi();
  const shared = new SharedStorage();
  const { get, set, remove } = shared.tab();
  const { session, events } = await signedIn(api, { storage: { get, set, remove } });
  clock.time += LIFETIME;
  api.next(REFRESH, async (_, handle) => {
    const response = await handle();
    shared.values.delete("nameplate.session");
    return response;
  });
  assert.equal((await me(session)).error?.code, "TOKEN_MISSING");
  assert.equal(shared.values.has("nameplate.session"), false);
  assert.deepEqual(typesOf(events), ["signedIn", "signedOut elsewhere"]);
});

test("what was read before a sign-in does not undo it", async () => {
  const { api } = fakeApi();
  const shared = new SharedStorage();
  const { get, set, remove } = shared.tab();
  const gate = { wait: async () => undefined as unknown, open: () => undefined as unknown };
  let changed = () => undefined as unknown;
  const storage: TokenStorage = {
    get: async (key) => {
      const text = await get(key);
      await gate.wait();
      return text;
    },
    set,
    remove,
    watch: (_, listener) => {
      changed = listener;
      return () => undefined;
    },
  };
  const { session, events } = tab(api, { storage, deviceId: "phone" });
  await session.restore();
  api.next("/v1/auth/login", async (_, handle) => {
    const opened = new Promise<void>((open) => (gate.open = open));
    gate.wait = () => opened;
    changed();
    await settled();
    return handle();
  });
  await session.signIn(USER.username, PASSWORD);
  gate.open();
  await settled();
  assert.deepEqual(session.user, USER);
  assert.deepEqual(typesOf(events), ["signedIn"]);
});

test("what is not written yet is not read as missing", async () => {
  const { api } = fakeApi();
  const shared = new SharedStorage();
  const { get, set, remove } = shared.tab();
  let changed = () => undefined as unknown;
  const storage: TokenStorage = {
    get,
    set: async (key, value) => {
      await settled();
      await set(key, value);
    },
    remove,
    watch: (_, listener) => {
      changed = listener;
      return () => undefined;
    },
  };
  const { session, events } = tab(api, { storage, deviceId: "phone" });
  session.subscribe(() => changed());
  await session.signIn(USER.username, PASSWORD);
  await settled();
  assert.deepEqual(typesOf(events), ["signedIn"]);
});

test("a refusal to refresh is of that session alone", async () => {
  const { api, clock } = fakeApi();
  const { session, events } = await signedIn(api);
  clock.time += LIFETIME;
  api.next(REFRESH, answered(problem(429, "TOO_MANY_REQUESTS", { "Retry-After": "3600" })));
  assert.equal((await me(session)).error?.code, "TOO_MANY_REQUESTS");
  await session.signIn(USER.username, PASSWORD);
  clock.time += LIFETIME;
  assert.equal((await me(session)).response.status, 200);
  assert.deepEqual(typesOf(events), ["signedIn", "signedIn", "refreshed"]);
});

test("what a gateway answers instead of the API is thrown", async () => {
  const { api } = fakeApi();
  const { session } = await signedIn(api);
  const gateway = () => answered(new Response("<h1>Forbidden</h1>", { status: 403 }));
  api.next("/v1/auth/login", gateway());
  await assert.rejects(session.signIn(USER.username, PASSWORD), UnexpectedAnswer);
  api.next("/v1/users/change-password", gateway());
  await assert.rejects(session.changePassword(PASSWORD, "Difference-Engine-1822"), UnexpectedAnswer);
  api.next(LOGOUT, gateway());
  await assert.rejects(session.signOut(), UnexpectedAnswer);
  assert.equal(session.user, null);
});

test("signing in again ends the session before", async () => {
  const { api } = fakeApi();
  const { session, events } = await signedIn(api);
  await session.signIn("grace", PASSWORD);
  await settled();
  assert.deepEqual(api.to(LOGOUT).map(({ body }) => body.refreshToken), ["npr_0_0"]);
  assert.equal(session.user?.username, "grace");
  assert.deepEqual(typesOf(events), ["signedIn", "signedOut user", "signedIn"]);
});

test("a change of password goes on with the session, also when its answer is lost", async () => {
  const { api } = fakeApi();
  const { session } = await signedIn(api);
  const other = await signedIn(api);
  api.next("/v1/users/change-password", lost);
  const { data, error } = await session.changePassword(PASSWORD, "Difference-Engine-1822");
  assert.equal(error, undefined);
  assert.deepEqual(data, USER);
  // The first attempt raised the epoch: the repetition needs a refresh.
  assert.equal(api.to("/v1/users/change-password").length, 3);
  assert.equal((await me(session)).response.status, 200);
  assert.equal((await me(other.session)).response.status, 401);
  assert.deepEqual(typesOf(other.events), ["signedIn", "signedOut ended"]);
  const wrong = await session.changePassword(PASSWORD, "Jacquard-Loom-1804");
  assert.equal(wrong.error?.code, "CREDENTIALS_INVALID");
  assert.deepEqual(session.user, USER);
});

test("after a change of password its access token is used", async () => {
  const { api } = fakeApi();
  const { session } = await signedIn(api);
  await session.changePassword(PASSWORD, "Difference-Engine-1822");
  assert.equal((await me(session)).response.status, 200);
  assert.equal(api.to(REFRESH).length, 0);
});

test("a session in a storage outlives the page", async () => {
  const { api } = fakeApi();
  const shared = new SharedStorage();
  await signedIn(api, { storage: shared.tab() });
  const { session, events } = tab(api, { storage: shared.tab() });
  assert.equal(session.user, null);
  assert.deepEqual(await session.restore(), USER);
  assert.equal((await me(session)).response.status, 200);
  assert.equal(api.to(REFRESH).length, 0);
  assert.deepEqual(typesOf(events), ["signedIn"]);
});

test("what is no session in the storage is nobody's", async () => {
  for (const text of ["", "{", "7", "null", '{"userId":"7"}']) {
    const shared = new SharedStorage();
    shared.values.set("nameplate.session", text);
    const { session } = tab(fakeApi().api, { storage: shared.tab() });
    assert.equal(await session.restore(), null, text);
  }
});

test("of many tabs one refreshes, and the others take what it got", async () => {
  const { api, clock } = fakeApi();
  const [shared, locks] = [new SharedStorage(), new FakeLocks()];
  const options = () => ({ storage: shared.tab(), environment: { locks } });
  const tabs = [await signedIn(api, options()), tab(api, options()), tab(api, options())];
  await Promise.all(tabs.map(({ session }) => session.restore()));
  clock.time += LIFETIME;
  const all = await Promise.all(tabs.map(({ session }) => me(session)));
  assert.ok(all.every(({ response }) => response.status === 200));
  assert.equal(api.to(REFRESH).length, 1);
  const tokens = await Promise.all(tabs.map(({ session }) => session.accessToken()));
  assert.equal(new Set(tokens).size, 1);
  for (const { events } of tabs) {
    assert.deepEqual(typesOf(events), ["signedIn", "refreshed"]);
  }
});

test("what another tab has got is found after the lock, also when nobody told of it", async () => {
  const { api, clock } = fakeApi();
  const [shared, locks] = [new SharedStorage(), new FakeLocks()];
  const silent = () => {
    const { get, set, remove } = shared.tab();
    return { storage: { get, set, remove }, environment: { locks } };
  };
  const one = await signedIn(api, silent());
  const two = tab(api, silent());
  await two.session.restore();
  for (let hour = 1; hour <= 3; hour += 1) {
    clock.time += LIFETIME;
    await me(one.session);
  }
  assert.equal((await me(two.session)).response.status, 200);
  assert.equal(api.to(REFRESH).length, 3);
});

test("without locks two tabs refresh with the same token, and both go on", async () => {
  const { api, clock } = fakeApi();
  const shared = new SharedStorage();
  const tabs = [await signedIn(api, { storage: shared.tab() }), tab(api, { storage: shared.tab() })];
  await Promise.all(tabs.map(({ session }) => session.restore()));
  for (let round = 0; round < 3; round += 1) {
    clock.time += LIFETIME;
    const all = await Promise.all(tabs.map(({ session }) => me(session)));
    assert.ok(all.every(({ response }) => response.status === 200));
  }
  assert.ok(tabs.every(({ session }) => session.user));
});

test("a tab that keeps the lock, or an origin without locks, stops nobody", async () => {
  const { api, clock } = fakeApi();
  const locks = { request: () => Promise.reject(new DOMException("timeout", "TimeoutError")) };
  const { session } = await signedIn(api, { storage: new SharedStorage().tab(), environment: { locks } });
  clock.time += LIFETIME;
  assert.equal((await me(session)).response.status, 200);
});

test("a failure under the lock is the caller's, and happens once", async () => {
  const { api, clock } = fakeApi();
  const locks = new FakeLocks();
  const { session } = await signedIn(api, { storage: new SharedStorage().tab(), environment: { locks } });
  clock.time += LIFETIME;
  api.next(REFRESH, async () => {
    clock.time += 60_000;
    throw new TypeError("fetch failed");
  });
  await assert.rejects(me(session), TypeError);
  assert.equal(api.to(REFRESH).length, 1);
  assert.equal((await me(session)).response.status, 200);
});

test("in memory no lock is taken", async () => {
  const { api, clock } = fakeApi();
  const locks = new FakeLocks();
  const { session } = await signedIn(api, { environment: { locks } });
  clock.time += LIFETIME;
  await me(session);
  assert.equal(locks.granted, 0);
});

test("tabs hear of each other", async () => {
  const { api } = fakeApi();
  const shared = new SharedStorage();
  const [one, two] = [tab(api, { storage: shared.tab() }), tab(api, { storage: shared.tab() })];
  await two.session.restore();
  await one.session.signIn("ada", PASSWORD);
  await settled();
  assert.deepEqual(two.session.user, USER);
  await one.session.signIn("grace", PASSWORD);
  await settled();
  assert.equal(two.session.user?.username, "grace");
  await one.session.signOut();
  await settled();
  assert.equal(two.session.user, null);
  const expected = ["signedIn", "signedOut elsewhere", "signedIn", "signedOut elsewhere"];
  assert.deepEqual(typesOf(two.events), expected);
  two.session.close();
  await one.session.signIn("ada", PASSWORD);
  await settled();
  assert.equal(two.session.user, null);
});

test("nobody's request goes out as somebody else", async () => {
  const { api, clock } = fakeApi();
  const { session } = await signedIn(api);
  api.next(ME, async () => {
    await session.signIn("grace", PASSWORD);
    return problem(401, "TOKEN_REVOKED");
  });
  const { response } = await me(session);
  assert.equal(response.headers.get("X-Error-Code"), "TOKEN_REVOKED");
  assert.equal(api.to(ME).length, 1);
  clock.time += LIFETIME;
  api.next(REFRESH, async (_, handle) => {
    await session.signIn("ada", PASSWORD);
    return handle();
  });
  assert.equal((await me(session)).error?.code, "TOKEN_MISSING");
});

test("tokens go to the API alone", async () => {
  const { api } = fakeApi();
  const { session } = await signedIn(api);
  for (const url of ["https://evil.example.com/", `${BASE_URL}.evil.example.com/`, "http://api.example.com/"]) {
    await assert.rejects(session.fetch(url), TypeError);
  }
  assert.equal((await session.fetch(`${BASE_URL}/v1/users/me`)).status, 200);
  const staged = tab(api, { baseUrl: `${BASE_URL}/stage/` }).session;
  await assert.rejects(staged.fetch(`${BASE_URL}/stage/../v1/users/me`), TypeError);
  await me(staged);
  assert.equal(api.to("/stage/v1/users/me").length, 1);
});

test("a device id is made once, and outlives the session", async () => {
  const { api } = fakeApi();
  const shared = new SharedStorage();
  const { session } = await signedIn(api, { storage: shared.tab() });
  await session.signOut();
  await signedIn(api, { storage: shared.tab() });
  const devices = new Set(api.calls.map(({ device }) => device));
  assert.equal(devices.size, 1);
  assert.match([...devices][0] ?? "", /^[0-9a-f]{32}$/);
});

test("a device id that is given is taken, and without a storage none is made", async () => {
  const { api } = fakeApi();
  await signedIn(api);
  await signedIn(api, { deviceId: "phone" });
  await signedIn(api, { deviceId: "phone", storage: new SharedStorage().tab() });
  assert.deepEqual(api.calls.map(({ device }) => device), [null, "phone", "phone"]);
});

test("no token and no password is in what is printed", async () => {
  const { api, clock } = fakeApi();
  const { session, events } = await signedIn(api, { storage: new SharedStorage().tab() });
  const secret = (await session.accessToken()) ?? assert.fail("no token");
  clock.time += LIFETIME;
  const cutOff = async (_: Request, handle: () => Promise<Response>) => {
    const text = await (await handle()).text();
    clock.time += 60_000;
    return new Response(`x${text}`);
  };
  api.next(REFRESH, cutOff);
  const failure = await me(session).catch((error: unknown) => error);
  api.next("/v1/auth/login", cutOff);
  const refused = await session.signIn("ada", PASSWORD).catch((error: unknown) => error);
  assert.ok(failure instanceof TypeError && refused instanceof TypeError);
  const printed = [session, events, failure, refused].map((value) => inspect(value, { depth: 9, showHidden: true }));
  for (const text of [...printed, JSON.stringify(session)]) {
    assert.ok(![secret, "npr_", PASSWORD].some((word) => text.includes(word)), text);
  }
});

test("localStorage keeps the session, and tells of other tabs", () => {
  const values = new Map<string, string>();
  const area = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  } as Storage;
  const page = new EventTarget();
  const globals = globalThis as Record<string, unknown>;
  globals["addEventListener"] = page.addEventListener.bind(page);
  globals["removeEventListener"] = page.removeEventListener.bind(page);
  const storage = webStorage(area);
  storage.set("key", "value");
  assert.equal(storage.get("key"), "value");
  storage.remove("key");
  assert.equal(storage.get("key"), null);
  let changes = 0;
  const unwatch = storage.watch?.("key", () => (changes += 1)) ?? assert.fail("no watch");
  const stored = (key: string | null, storageArea = area) =>
    page.dispatchEvent(Object.assign(new Event("storage"), { key, storageArea }));
  stored("key");
  stored(null);
  stored("other");
  stored("key", {} as Storage);
  assert.equal(changes, 2);
  unwatch();
  stored("key");
  assert.equal(changes, 2);
});
