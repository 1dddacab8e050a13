// Against a running API: `scripts/with-local-server npm test` gives it one and the tokens.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createNameplate, type Nameplate, type Options, retryAfter, sentence, UnexpectedAnswer } from "../src/index.js";

const OWN_ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a";

function fromEnvironment(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; run this with scripts/with-local-server`);
  return value;
}

function signedInWith(token: string, options: Partial<Options> = {}): Nameplate {
  const baseUrl = fromEnvironment("NAMEPLATE_URL");
  return createNameplate({ baseUrl, token: () => fromEnvironment(token), ...options });
}

const own = signedInWith("NAMEPLATE_TOKEN");
const admin = signedInWith("NAMEPLATE_ADMIN_TOKEN");

function rename(client: Nameplate, newUsername: string) {
  return client.PATCH("/api/v1/users/username", { body: { newUsername } });
}

test("a rename says the names and when the next one is allowed", async () => {
  const { data, error, response } = await rename(own, "Typed_Name");
  assert.equal(error, undefined);
  assert.equal(response.status, 200);
  assert.equal(data?.data.oldUsername, "old_username");
  assert.equal(data?.data.newUsername, "Typed_Name");
  assert.ok(Date.parse(data.data.nextChangeAllowedAt) > Date.now());
});

test("a second rename is too early, and says so in the caller's language with the seconds to wait", async () => {
  const turkish = signedInWith("NAMEPLATE_TOKEN", { language: "tr", timezone: "UTC+03:00" });
  const { data, error, response } = await rename(turkish, "another_name");
  assert.equal(data, undefined);
  // One branch for each code that this operation can have, and the compiler knows that none is missing.
  switch (error?.code) {
    case "USERNAME_COOLDOWN":
      assert.match(sentence(error), /değiştirebilirsiniz: .* \(UTC\+03:00\)/);
      assert.ok((retryAfter(response) ?? 0) > 0);
      break;
    case undefined:
    case "USERNAME_TAKEN":
    case "USERNAME_TOO_SIMILAR":
    case "CONCURRENT_CHANGE":
    case "MALFORMED_JSON":
    case "VALIDATION_FAILED":
    case "TOKEN_MISSING":
    case "TOKEN_INVALID":
    case "TOKEN_EXPIRED":
    case "TOKEN_REVOKED":
    case "ACCOUNT_NOT_ACTIVE":
    case "USER_NOT_FOUND":
    case "BODY_TOO_LARGE":
    case "UNSUPPORTED_MEDIA_TYPE":
    case "TOO_MANY_REQUESTS":
    case "INTERNAL":
    case "UNAVAILABLE":
      assert.fail(`unexpected: ${error?.code}`);
      break;
    default:
      error satisfies never;
  }
});

test("names that are taken or look the same are refused with codes of their own", async () => {
  const renamed = async (username: string) => {
    const { error } = await admin.PATCH("/v1/users/update", { body: { userId: OWN_ID, username } });
    return error?.code;
  };
  assert.equal(await renamed("SAMPLE_ADMIN"), "USERNAME_TAKEN");
  assert.equal(await renamed("sarnple_admin"), "USERNAME_TOO_SIMILAR");
});

test("an expired token is told from a wrong one", async () => {
  const { error, response } = await rename(signedInWith("NAMEPLATE_EXPIRED_TOKEN"), "any_name");
  assert.equal(error?.code, "TOKEN_EXPIRED");
  assert.equal(response.status, 401);
  const wrong = createNameplate({ baseUrl: fromEnvironment("NAMEPLATE_URL"), token: () => "wrong" });
  assert.equal((await rename(wrong, "any_name")).error?.code, "TOKEN_INVALID");
});

test("faults say where they are", async () => {
  const { error } = await rename(own, "çağrı");
  assert.equal(error?.code, "VALIDATION_FAILED");
  assert.equal(error?.errors?.[0]?.pointer, "#/newUsername");
});

test("a user is created, read, and changed only in the version that was read", async () => {
  const created = await admin.POST("/v1/users", {
    body: { username: "typed.user", firstName: "Grace", lastName: "Hopper", roles: ["API_USER"] },
  });
  assert.equal(created.response.status, 201);
  const userId = created.data?.userId ?? assert.fail("no user");
  const read = await admin.GET("/v1/users/{userId}", { params: { path: { userId } } });
  assert.deepEqual(read.data, created.data);

  const etag = read.response.headers.get("ETag") ?? assert.fail("no ETag");
  const update = (midName: string | null) =>
    admin.PATCH("/v1/users/update", { params: { header: { "If-Match": etag } }, body: { userId, midName } });
  assert.equal((await update("Brewster")).data?.midName, "Brewster");
  assert.equal((await update(null)).error?.code, "VERSION_MISMATCH");
});

test("a name is looked up and found by its old spelling, too", async () => {
  const query = { username: "sample_admin" };
  const availability = await own.GET("/api/v1/users/username/availability", { params: { query } });
  assert.equal(availability.data?.data.available, false);
  const path = { username: "old_username" };
  const found = await own.GET("/api/v1/users/by-username/{username}", { params: { path } });
  assert.equal(found.data?.data.username, "Typed_Name");
  assert.equal(found.data?.data.renamedFrom, "old_username");
});

test("what a gateway answers instead of the API is thrown", async () => {
  const gateway = async () => Response.json({ message: "Too Many Requests" }, { status: 429 });
  await assert.rejects(rename(signedInWith("NAMEPLATE_TOKEN", { fetch: gateway }), "any_name"), UnexpectedAnswer);
});

test("the compiler refuses what the API would", () => {
  // Never called: it is here for the compiler, to which an expectation that does not come true is an error.
  const refused = async () => {
    // @ts-expect-error A field that does not exist.
    await own.PATCH("/api/v1/users/username", { body: { username: "ada" } });
    // @ts-expect-error A role that does not exist.
    await admin.POST("/v1/users", { body: { username: "ada", firstName: "A", lastName: "B", roles: ["GOD"] } });
    // @ts-expect-error Roles as text, which the API takes from older callers.
    await admin.PATCH("/v1/users/update", { body: { userId: OWN_ID, roles: "API_USER" } });
    // @ts-expect-error A field that cannot be null.
    await admin.PATCH("/v1/users/update", { body: { userId: OWN_ID, firstName: null } });
    // @ts-expect-error A language that the API does not speak.
    signedInWith("NAMEPLATE_TOKEN", { language: "de" });
    const { error } = await rename(own, "ada");
    // @ts-expect-error A code that this operation never has.
    return error?.code === "USER_EXISTS";
  };
  assert.equal(typeof refused, "function");
});
