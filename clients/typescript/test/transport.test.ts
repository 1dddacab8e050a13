// How a request is sent: repeated while the API is not available, and once more when its token is refused. No server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createNameplate, createSession, type Options, retryAfter, sentence } from "../src/index.js";
import { realWaiting, untilAvailable } from "../src/transport.js";
import { answered, BASE_URL, Clock, FakeApi, PASSWORD, problem, USER } from "./fake-api.js";

const unavailable = (seconds: number) => problem(503, "UNAVAILABLE", { "Retry-After": String(seconds) });
const ok = () => Response.json({ userId: USER.userId });

/** Gives these answers, one after the other, and the last one from then on. */
function answers(...all: (() => Response)[]) {
  const sent: Request[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    sent.push(request);
    const answer = all[Math.min(sent.length, all.length) - 1];
    return answer?.() ?? assert.fail("no answer");
  };
  return { sent, fetch };
}

function patiently(fetch: (request: Request) => Promise<Response>, patience = 10_000) {
  const clock = new Clock();
  const request = new Request(BASE_URL, { method: "PATCH", body: "body" });
  return { clock, response: untilAvailable(request, fetch, { ...clock.environment, patience }) };
}

test("503 is repeated with its body after Retry-After, until there is another answer", async () => {
  const { sent, fetch } = answers(() => unavailable(2), () => unavailable(3), ok);
  const { clock, response } = patiently(fetch);
  assert.equal((await response).status, 200);
  assert.deepEqual(clock.sleeps, [2_000, 3_000]);
  assert.deepEqual(await Promise.all(sent.map((request) => request.text())), ["body", "body", "body"]);
});

test("without Retry-After the waits grow", async () => {
  const { fetch } = answers(() => new Response(null, { status: 503 }));
  const { clock, response } = patiently(fetch);
  assert.equal((await response).status, 503);
  clock.sleeps.forEach((wait, at) => assert.ok(wait >= 250 * 2 ** at && wait <= 500 * 2 ** at, `${clock.sleeps}`));
  assert.ok(clock.sleeps.length >= 3);
});

test("no wait ends after the patience, and 0 is no patience at all", async () => {
  const long = answers(() => unavailable(60));
  assert.equal((await patiently(long.fetch).response).headers.get("Retry-After"), "60");
  assert.equal(long.sent.length, 1);
  const short = answers(() => unavailable(4));
  await patiently(short.fetch).response;
  assert.equal(short.sent.length, 3);
  const none = answers(() => unavailable(0));
  await patiently(none.fetch, 0).response;
  assert.equal(none.sent.length, 1);
});

test("what is not 503 is not repeated, nor is a request without an answer", async () => {
  for (const status of [200, 401, 409, 429, 500, 502, 504]) {
    const { sent, fetch } = answers(() => new Response(null, { status }));
    await patiently(fetch).response;
    assert.equal(sent.length, 1, String(status));
  }
  const lost = answers(() => {
    throw new TypeError("fetch failed");
  });
  await assert.rejects(patiently(lost.fetch).response, TypeError);
  assert.equal(lost.sent.length, 1);
});

test("an abort ends the wait at once", async () => {
  const { sent, fetch } = answers(() => unavailable(5));
  const abortion = new AbortController();
  const client = createNameplate({ baseUrl: BASE_URL, token: "token", fetch });
  const call = client.GET("/v1/users/me", { signal: abortion.signal });
  const begun = Date.now();
  setTimeout(() => abortion.abort(), 50);
  await assert.rejects(call, { name: "AbortError" });
  assert.ok(Date.now() - begun < 2_000);
  assert.equal(sent.length, 1);
  // Also one that came before the wait.
  await assert.rejects(realWaiting.sleep(60_000, AbortSignal.abort()), { name: "AbortError" });
});

/** A client whose API accepts the token `fresh` alone. */
function withTokens(options: Partial<Options> & Pick<Options, "token">) {
  const sent: string[] = [];
  const fetch = async (request: Request) => {
    const token = request.headers.get("Authorization") ?? "";
    sent.push(token.replace("Bearer ", ""));
    return token === "Bearer fresh" ? ok() : problem(401, "TOKEN_EXPIRED");
  };
  const client = createNameplate({ baseUrl: BASE_URL, fetch, ...options });
  return { sent, me: () => client.GET("/v1/users/me") };
}

test("a refused token is refreshed, and the request repeated once", async () => {
  const refused: string[] = [];
  const refresh = async (token: string) => (refused.push(token), "fresh");
  const { sent, me } = withTokens({ token: "stale", refresh });
  assert.equal((await me()).data?.userId, USER.userId);
  assert.equal((await me()).data?.userId, USER.userId);
  assert.deepEqual(refused, ["stale"]);
  assert.deepEqual(sent, ["stale", "fresh", "fresh"]);
});

test("one refresh serves all requests that had the same token, also those that come late", async () => {
  let refreshes = 0;
  let token = "stale";
  const refresh = async () => {
    refreshes += 1;
    await new Promise((done) => setTimeout(done, 20));
    return "fresh";
  };
  const { me } = withTokens({ token: () => token, refresh });
  const all = await Promise.all(Array.from({ length: 16 }, me));
  assert.ok(all.every(({ data }) => data?.userId === USER.userId));
  await me();
  assert.equal(refreshes, 1);
  token = "stale too";
  await me();
  assert.equal(refreshes, 2);
});

test("a refresh that does not help is not repeated, and the refusal is the answer", async () => {
  const useless = withTokens({ token: "stale", refresh: () => "stale too" });
  assert.equal((await useless.me()).error?.code, "TOKEN_EXPIRED");
  assert.deepEqual(useless.sent, ["stale", "stale too"]);

  const signedOut = withTokens({ token: "stale", refresh: () => null });
  assert.equal((await signedOut.me()).error?.code, "TOKEN_EXPIRED");
  assert.deepEqual(signedOut.sent, ["stale"]);

  const without = withTokens({ token: async () => "stale" });
  assert.equal((await without.me()).error?.code, "TOKEN_EXPIRED");
  assert.deepEqual(without.sent, ["stale"]);

  let attempts = 0;
  const refresh = () => {
    attempts += 1;
    throw new Error("the provider is away");
  };
  const failing = withTokens({ token: "stale", refresh });
  await assert.rejects(failing.me(), /provider is away/);
  await assert.rejects(failing.me(), /provider is away/);
  assert.equal(attempts, 2);
});

test("a session repeats 503 as well, but as nobody else who signs in meanwhile", async () => {
  const clock = new Clock();
  const api = new FakeApi(clock);
  const session = createSession({
    baseUrl: BASE_URL,
    fetch: api.fetch,
    environment: {
      ...clock.environment,
      sleep: async () => void (await session.signIn("somebody_else", PASSWORD)),
    },
  });
  await session.signIn(USER.username, PASSWORD);
  api.next("/v1/users/me", answered(unavailable(1)));
  const { error } = await session.nameplate.GET("/v1/users/me");
  assert.equal(error?.code, "TOKEN_MISSING");
  assert.deepEqual(api.to("/v1/users/me").map(({ token }) => token === null), [false, true]);
});

test("language and time zone are asked for at every request, and one call may say something else", async () => {
  const { sent, fetch } = answers(ok);
  const present = { language: "en" as "en" | "tr", timezone: "UTC+02:00" as "UTC+02:00" | "UTC+03:00" };
  const client = createNameplate({
    baseUrl: BASE_URL,
    token: () => "token",
    language: () => present.language,
    timezone: () => present.timezone,
    fetch,
  });
  await client.GET("/v1/users/me");
  Object.assign(present, { language: "tr", timezone: "UTC+03:00" });
  await client.GET("/v1/users/me");
  await client.GET("/v1/users/me", { params: { header: { "X-Language": "en" } } });
  const said = (name: string) => sent.map((request) => request.headers.get(name));
  assert.deepEqual(said("X-Language"), ["en", "tr", "en"]);
  assert.deepEqual(said("X-Timezone"), ["UTC+02:00", "UTC+03:00", "UTC+03:00"]);
});

test("an error has a sentence, and an answer perhaps a time to wait", () => {
  assert.equal(sentence({ title: "Validation failed", detail: "It is too long." }), "It is too long.");
  assert.equal(sentence({ title: "Authentication required" }), "Authentication required");
  assert.equal(retryAfter(unavailable(7)), 7);
  assert.equal(retryAfter(ok()), undefined);
  assert.equal(retryAfter(new Response(null, { headers: { "Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT" } })), undefined);
});
