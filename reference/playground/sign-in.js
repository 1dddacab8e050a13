// Signing in: with name and password where the API has that, with a sample user's at a click, or with a
// token that is pasted. Each server has its own user, so no token goes to another server.

import { button, field, fill, inline, make } from "./dom.js";

const KEPT = "nameplate-user";
/** A token is refreshed when it has less than this left. */
const SPARE = 30_000;

/** Who is signed in, by server. */
export function createUsers() {
  const users = new Map();
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (kept && kept.until > Date.now()) {
    users.set(kept.base, kept.user);
  }
  return {
    of: (base) => users.get(base) ?? null,
    /** A reload keeps the access token of a server to try things with, never a refresh token. */
    set(base, user, isKept) {
      users.set(base, user);
      sessionStorage.removeItem(KEPT);
      if (user && isKept) {
        const { name, token, until } = user;
        sessionStorage.setItem(KEPT, JSON.stringify({ base, until, user: { name, token, until } }));
      }
    },
  };
}

/** The token of a user for the next request. */
export async function freshToken(base, user, changed) {
  if (user.refreshToken && user.until - Date.now() < SPARE) {
    const answer = await post(base, "/v1/auth/refresh", { refreshToken: user.refreshToken });
    if (answer.ok) {
      changed(userOf(await answer.json()));
    }
  }
}

export function post(base, path, body, headers = {}) {
  return fetch(base + path, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) });
}

const userOf = ({ username, accessToken, refreshToken, expiresIn }) => ({
  name: username,
  token: accessToken,
  refreshToken,
  until: Date.now() + expiresIn * 1000,
});

/** Who a pasted token is of, as far as it says so. */
export function userOfToken(token) {
  let claims = {};
  try {
    claims = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    // The API will say what is wrong with it.
  }
  const until = typeof claims.exp === "number" ? claims.exp * 1000 : Date.now() + 600_000;
  return { name: claims.username ?? claims.sub ?? "token", token, until };
}

/** The names that the sample users have by now: they may have been renamed. */
export async function updateNames(base, samples) {
  const ask = async (sample) => {
    const answer = await fetch(`${base}/v1/users/me`, { headers: { Authorization: `Bearer ${sample.token}` } });
    sample.presentName = answer.ok ? (await answer.json()).username : sample.username;
  };
  // Without an answer the first names stand.
  await Promise.allSettled(samples.filter(({ isOffered }) => isOffered).map(ask));
}

/** Opens the dialog; `done` gets the user. */
export function openSignIn(app, done) {
  const { words, samples, language } = app;
  const first = samples.find(({ password }) => password);
  const before = first?.presentName ?? first?.username ?? "";
  const name = make("input", { id: "username", autocomplete: "username", required: true, value: before });
  const named = updateNames(app.base(), samples).then(() => {
    if (name.isConnected && first && name.value === before) {
      name.value = first.presentName;
      name.select();
    }
  });
  const password = make("input", { id: "password", type: "password", autocomplete: "current-password", required: true, value: first?.password ?? "" });
  const fault = make("p", { class: "fault", role: "alert" });
  const token = make("textarea", { id: "token", rows: 4, spellcheck: "false", autocomplete: "off" });
  const dialog = make("dialog", { id: "sign-in-dialog", "aria-labelledby": "sign-in-title", close: () => dialog.remove() });
  const finish = (user) => {
    dialog.close();
    done(user);
  };
  const logIn = async (credentials) => {
    fault.textContent = "";
    try {
      const answer = await post(app.base(), "/v1/auth/login", credentials, { "X-Language": language.tag });
      const body = await answer.json();
      if (answer.ok) {
        return finish(userOf(body));
      }
      fault.textContent = body.errors?.slice(-1)[0] ?? String(answer.status);
    } catch (error) {
      fault.textContent = `${words.unreachable} (${error.message})`;
    }
    return undefined;
  };
  const choose = async (sample) => {
    await named;
    const { password: secret, presentName: username } = sample;
    return secret ? logIn({ username, password: secret }) : finish(userOfToken(sample.token));
  };
  const submit = async () => {
    await named;
    await logIn({ username: name.value, password: password.value });
  };
  const form = make(
    "form",
    { submit: (event) => (event.preventDefault(), submit()) },
    field(words.username, name),
    field(words.password, password),
    fault,
    make("p", { class: "send" }, button(words.signIn, { type: "submit", class: "primary" }), button(words.cancel, { click: () => dialog.close() })),
  );
  const paste = make(
    "form",
    { submit: (event) => (event.preventDefault(), token.value.trim() && finish(userOfToken(token.value.trim()))) },
    field(words.token, token, app.spec.components.securitySchemes.bearerAuth.description),
    make("p", { class: "send" }, button(words.useToken, { type: "submit" })),
  );
  dialog.append(
    make("h2", { id: "sign-in-title" }, words.signIn),
    make("p", {}, inline(fill(words.signInAt, { server: app.base() }))),
    form,
    offered(samples, words, choose),
    make("details", {}, make("summary", {}, words.pasteToken), paste),
  );
  document.body.append(dialog);
  dialog.showModal();
  name.focus();
  name.select();
}

/** The sample users who are there to be signed in as. */
function offered(samples, words, choose) {
  const buttons = samples
    .filter(({ isOffered }) => isOffered)
    .map((sample) => button(`${sample.username} (${sample.role})`, { click: () => choose(sample) }));
  return buttons.length > 0 ? make("div", { class: "samples", role: "group", "aria-labelledby": "samples" }, make("p", { id: "samples" }, words.samples), buttons) : "";
}
