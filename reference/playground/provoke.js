// For each documented code a request that gets it. The sample users of `cargo run` make that possible; a
// code that no request of one caller causes has none, and the page shows the documented answer.

import { post, updateNames } from "./sign-in.js";

/** Who changed the name a day ago, whose account is blocked, and so on. */
const PLAIN = "old_username";
const OTHER = "sample_power";
const ADMIN = "sample_admin";
const RENAMED = "sample_renamed";
const BLOCKED = "sample_blocked";
const GONE = "sample_gone";

/** The bodies of operations on a user, with that user's id. */
const ABOUT_USER = {
  "update-user": (userId) => ({ userId, firstName: "Augusta" }),
  "update-account": (userId) => ({ userId, company: "Analytical Engines" }),
  "change-password": (userId) => ({ userId, oldPassword: "Not-The-Password-1843", newPassword: "Difference-Engine-1822" }),
};
/** Which of them are an administrator's. */
const FOR_ADMIN = ["create-user"];
/** More than any quota lets through at once. */
const FLOOD = 200;
const GUESSES = 11;

/**
 * What sets up a request that gets that code: who sends it, and what is other than in the example. `null` when
 * nothing does.
 */
export function recipeOf(operation, code, samples) {
  const of = (name) => samples.find((sample) => sample.username === name);
  const idOf = (name) => of(name)?.userId;
  const recipe = recipes(operation, idOf, samples)[code]?.();
  const isPossible = recipe && (!recipe.as || !recipe.as.startsWith("sample:") || of(recipe.as.slice("sample:".length)));
  return isPossible ? recipe : null;
}

const as = (name) => `sample:${name}`;

function recipes(operation, idOf, samples) {
  const { id, body, needsToken } = operation;
  const usual = FOR_ADMIN.includes(id) ? as(ADMIN) : as(PLAIN);
  const who = needsToken ? { as: usual } : {};
  const withName = (newUsername) => named(id, newUsername, idOf);
  const about = (sender, user) => ({ as: as(sender), ...aboutUser(id, user) });
  const example = body && JSON.stringify(body.example, null, 2);
  return {
    MALFORMED_JSON: () => ({ ...who, body: example.slice(0, -1) }),
    VALIDATION_FAILED: () => ({ ...who, ...faulty(operation) }),
    TOKEN_MISSING: () => ({ as: "nobody" }),
    TOKEN_INVALID: () => ({ as: "invalid" }),
    TOKEN_EXPIRED: () => (samples.length > 0 ? { as: "expired" } : null),
    TOKEN_REVOKED: () => (samples.some(isUsable) ? { as: "revoked" } : null),
    CREDENTIALS_INVALID: () => wrongPassword(id, idOf),
    REFRESH_TOKEN_INVALID: () => ({ body: { refreshToken: "npr_not-one-of-ours" } }),
    ACCOUNT_NOT_ACTIVE: () => (id === "log-in" ? blockedLogIn(samples) : about(BLOCKED, idOf(BLOCKED))),
    FIELD_FORBIDDEN: () => ({ as: as(PLAIN), body: { userId: idOf(PLAIN), roles: ["ADMIN"] } }),
    NOT_YOURS: () => about(PLAIN, idOf(ADMIN)),
    USER_NOT_FOUND: () => notFound(id, idOf, about),
    USERNAME_TAKEN: () => withName(id === "change-username" ? ADMIN : OTHER),
    USERNAME_TOO_SIMILAR: () => withName("samp1e_admin"),
    USERNAME_COOLDOWN: () => ({ ...withName("sample_again"), as: as(RENAMED), ...(id === "update-user" && { body: { userId: idOf(RENAMED), username: "sample_again" } }) }),
    USER_EXISTS: () => ({ as: as(ADMIN), body: { userId: idOf(PLAIN), username: "sample_second", firstName: "Second" } }),
    VERSION_MISMATCH: () => ({ ...about(PLAIN, idOf(PLAIN)), parameters: { "If-Match": '"0"' } }),
    BODY_TOO_LARGE: () => ({ ...who, body: { ...body.example, padding: "a".repeat(17_000) } }),
    UNSUPPORTED_MEDIA_TYPE: () => ({ ...who, contentType: "text/plain" }),
    TOO_MANY_REQUESTS: () => ({ ...(needsToken && { as: as(RENAMED) }), ...faulty(operation), repeat: FLOOD }),
    TOO_MANY_ATTEMPTS: () => ({ ...wrongPassword(id, idOf), repeat: GUESSES, isInTurn: true }),
  };
}

/** One part of the request breaks a rule. */
function faulty({ id, body }) {
  if (!body) {
    return { parameters: { "X-Platform": "fridge" } };
  }
  return { body: id === "change-username" ? { newUsername: "ab" } : { ...body.example, nickname: "Ada" } };
}

function named(id, username, idOf) {
  const bodies = {
    "change-username": () => ({ as: as(OTHER), body: { newUsername: username } }),
    "update-user": () => ({ as: as(ADMIN), body: { userId: idOf(PLAIN), username } }),
    "create-user": () => ({ as: as(ADMIN), body: { username, firstName: "Second" } }),
  };
  return bodies[id]();
}

function aboutUser(id, userId) {
  if (id in ABOUT_USER) {
    return { body: ABOUT_USER[id](userId) };
  }
  return id === "get-user" ? { parameters: { userId } } : {};
}

function notFound(id, idOf, about) {
  if (id === "find-user") {
    return { as: as(PLAIN), parameters: { username: "nobody_has_this" } };
  }
  const isOfOthers = ["get-user", "update-user", "update-account"].includes(id);
  return isOfOthers ? about(ADMIN, "nobody-has-this-id") : about(GONE, idOf(GONE));
}

/** A name that nobody has, so nobody's attempts are used up; a change of password needs a user. */
function wrongPassword(id, idOf) {
  if (id === "change-password") {
    return { as: as(RENAMED), ...aboutUser(id, idOf(RENAMED)) };
  }
  return { body: { username: `nobody_${Date.now() % 1_000_000}`, password: "Not-The-Password-1843" } };
}

function blockedLogIn(samples) {
  const password = samples.find(({ username }) => username === BLOCKED)?.password;
  return password ? { body: { username: BLOCKED, password } } : null;
}

/** The token of a session that has ended: signs a sample user in who is not `signedIn`, and out everywhere. */
export async function revokedToken(base, samples, signedIn) {
  await updateNames(base, samples);
  const { presentName, password } = samples.find((sample) => isUsable(sample) && sample.presentName !== signedIn);
  const { accessToken, refreshToken } = await (await post(base, "/v1/auth/login", { username: presentName, password })).json();
  await post(base, "/v1/auth/logout", { refreshToken, everywhere: true });
  return accessToken;
}

const isUsable = ({ password, isOffered }) => password && isOffered;
