// The column in which a request is written and sent: body, parameters, who sends it, the answer beside the
// button, and the same request as curl, as TypeScript and as types.

import { answerView, documentedAnswer, send } from "./answer.js";
import { button, code, copyButton, field, fill, make, select, tabs } from "./dom.js";
import { recipeOf, revokedToken } from "./provoke.js";
import { clientOf, curlOf, requestOf, typesOf } from "./snippets.js";

const JSON_TYPES = ["application/json", "application/merge-patch+json", "text/plain"];
const ANSWER_TYPES = ["application/json", "application/problem+json"];
const INVALID_TOKEN = "not.a.token";

/** What a reader begins with: the example. */
export function draftOf(operation, language, timezone) {
  const parameters = {};
  for (const { name, in: place, example, schema } of operation.parameters) {
    parameters[name] = place === "header" ? (schema.default ?? "") : (example ?? "");
  }
  parameters["X-Language"] = language;
  parameters["X-Timezone"] = timezone;
  const body = operation.body && JSON.stringify(operation.body.example, null, 2);
  return { parameters, body, accept: ANSWER_TYPES[0], contentType: JSON_TYPES[0], as: "", snippet: "curl" };
}

/** The column for the operation that is shown. */
export function attemptView(app) {
  const { operation, words, draft } = app;
  const snippets = make("div", { class: "snippets" });
  const refresh = () => showSnippets(app, snippets);
  const inputs = operation.parameters.map((parameter) => parameterField(app, parameter, refresh));
  const required = inputs.filter((_, index) => operation.parameters[index].in !== "header");
  const optional = inputs.filter((_, index) => operation.parameters[index].in === "header");
  const form = make("form", { submit: (event) => (event.preventDefault(), sendDraft(app)) });
  form.append(
    ...senderOf(app, refresh),
    ...required,
    ...(operation.body ? [bodyField(app, refresh)] : []),
    make("details", { id: "headers" }, make("summary", {}, fill(words.headers, { count: optional.length + 1 })), optional, mediaTypes(app, refresh)),
    ...noteOf(app),
    make("p", { class: "send" }, button(words.send, { id: "send", type: "submit", class: "primary" }), resetButton(app)),
  );
  const answer = make("section", { id: "answer", "aria-live": "polite", "aria-label": words.answer });
  showAnswer(app, answer);
  refresh();
  return make("section", { class: "attempt", id: "attempt", "aria-label": words.try, tabindex: -1 }, make("h2", {}, words.try), form, answer, snippets);
}

/** Who sends it: whoever is signed in, unless something else is chosen. */
function senderOf(app, refresh) {
  const { words, operation, draft, user, samples } = app;
  if (!operation.needsToken) {
    return [make("p", { class: "sender" }, words.noToken)];
  }
  const prepared = { invalid: words.asInvalid, expired: words.asExpired, revoked: words.asRevoked };
  const options = [
    ["", user ? fill(words.asUser, { name: user.name }) : words.notSignedIn],
    ["nobody", words.asNobody],
    ...samples.map(({ username, role }) => [`sample:${username}`, fill(words.asSample, { name: username, role })]),
    ...Object.entries(prepared).filter(([key]) => key === draft.as),
  ];
  const choose = (value) => {
    draft.as = value;
    refresh();
  };
  const signIn = user || draft.as ? [] : [button(words.signIn, { id: "sign-in-here", class: "primary", click: () => app.signIn("send") })];
  return [make("div", { class: "sender" }, make("label", { for: "as" }, words.sendAs), select("as", options, draft.as, choose), signIn)];
}

function parameterField(app, { name, in: place, description, required, schema }, refresh) {
  const { draft, words } = app;
  const change = (value) => {
    draft.parameters[name] = value;
    refresh();
  };
  const id = `parameter-${name}`;
  const value = draft.parameters[name];
  // A value that is wrong on purpose is one of the choices.
  const values = schema.enum?.includes(value) || !schema.enum ? schema.enum : [...schema.enum, value];
  const input = values
    ? select(id, values, value, change)
    : make("input", { id, value, required: required && place === "path", autocomplete: "off", input: (event) => change(event.target.value) });
  return field(place === "header" ? name : `${name} (${words[place]})`, input, description);
}

function bodyField(app, refresh) {
  const { draft, words } = app;
  const input = make("textarea", { id: "body", spellcheck: "false", rows: Math.min(14, draft.body.split("\n").length + 1) }, draft.body);
  input.addEventListener("input", () => {
    draft.body = input.value;
    refresh();
  });
  return field(words.body, input);
}

function mediaTypes(app, refresh) {
  const { draft, operation } = app;
  const choose = (name) => (value) => {
    draft[name] = value;
    refresh();
  };
  const sent = operation.body && field("Content-Type", select("content-type", JSON_TYPES, draft.contentType, choose("contentType")));
  return [field("Accept", select("accept", ANSWER_TYPES, draft.accept, choose("accept"))), sent].filter(Boolean);
}

function noteOf({ draft, words, operation, isProduction }) {
  const { prepared, repeat } = draft;
  return [
    isProduction() && operation.method !== "GET" && make("p", { class: "warning", role: "alert" }, operation.warning),
    prepared && make("p", { class: "note", id: "prepared", role: "status" }, fill(repeat ? words.preparedMany : words.prepared, { code: prepared, count: repeat })),
  ].filter(Boolean);
}

function resetButton(app) {
  const reset = () => {
    const { answer, snippet } = app.draft;
    app.forget();
    Object.assign(app.draft, { answer, snippet });
    app.render("body");
  };
  return button(app.words.reset, { id: "reset", click: reset });
}

/** The token that goes with the request. */
async function tokenOf(app) {
  const { draft, samples, user, operation, settings } = app;
  if (!operation.needsToken || draft.as === "nobody") {
    return null;
  }
  if (draft.as.startsWith("sample:")) {
    return samples.find(({ username }) => draft.as === `sample:${username}`).token;
  }
  const prepared = { invalid: INVALID_TOKEN, expired: settings.expired, revoked: draft.revoked };
  return draft.as ? prepared[draft.as] : user && (await app.freshToken());
}

async function sendDraft(app) {
  const { operation, draft, words } = app;
  const submit = document.getElementById("send");
  if (submit.hasAttribute("aria-busy")) {
    return;
  }
  if (app.isProduction() && operation.method !== "GET" && !window.confirm(words.confirm)) {
    return;
  }
  const request = requestOf(operation, draft, app.server, app.hosts);
  submit.setAttribute("aria-busy", "true");
  try {
    draft.answer = await send(request, await tokenOf(app), draft);
  } catch (error) {
    draft.answer = { failure: `${words.unreachable} (${error.message})`, headers: [] };
  }
  submit.removeAttribute("aria-busy");
  const name = draft.as === "" && app.user && newNameIn(draft.answer);
  if (name) {
    app.renamed(name);
  }
  if (app.draft === draft) {
    showAnswer(app, document.getElementById("answer"));
    document.getElementById("answer-title").focus();
    document.getElementById("answer").scrollIntoView({ block: "nearest" });
  }
}

/** The name that whoever sent the request has by now, if it was a rename. */
function newNameIn({ status, text }) {
  return status === 200 && /"newUsername":\s*"([^"]+)"/.exec(text)?.[1];
}

function showAnswer(app, place) {
  const { draft, words } = app;
  const retry = () => sendDraft(app);
  place.replaceChildren(...(draft.answer ? answerView(draft.answer, words, retry).filter(Boolean) : []));
}

function showSnippets(app, place) {
  const { operation, draft, words, spec } = app;
  const request = requestOf(operation, draft, app.server, app.hosts);
  const base = request.url.slice(0, request.url.length - pathLength(request.url));
  const hasToken = operation.needsToken && draft.as !== "nobody";
  const curl = () => curlOf(request, hasToken && "$TOKEN");
  const withToken = async () => curlOf(request, hasToken && ((await tokenOf(app)) ?? "$TOKEN"));
  const typescript = () => clientOf(operation, draft, base);
  const types = () => typesOf(spec, operation);
  const shown = (text, ...more) => () => [code(text()), make("p", { class: "copy" }, copyButton(words.copy, words.copied, text), ...more)];
  const filled = hasToken && (app.user || draft.as) && copyButton(words.copyWithToken, words.copied, withToken);
  const entries = [
    { key: "curl", title: "curl", content: shown(curl, filled || "") },
    { key: "typescript", title: "TypeScript", content: shown(typescript) },
    { key: "types", title: words.types, content: shown(types) },
  ];
  const choose = (key) => {
    draft.snippet = key;
  };
  place.replaceChildren(tabs("snippet", words.asCode, entries, draft.snippet, choose));
}

const pathLength = (url) => {
  const { pathname, search } = new URL(url);
  return pathname.length + search.length;
};

/** Sets up a request that gets the code, or shows the documented answer when no request does. */
export async function provoke(app, documented) {
  const { operation, draft, samples, words } = app;
  const recipe = recipeOf(operation, documented.code, samples);
  if (!recipe) {
    draft.answer = documentedAnswer(documented);
    app.render("answer-title");
    return;
  }
  const revoked = recipe.as === "revoked" ? await revokedToken(app.base(), samples, app.user?.name) : undefined;
  app.forget();
  const { body, parameters, as = "", contentType, repeat, isInTurn } = recipe;
  const next = app.draft;
  Object.assign(next, { as, repeat, isInTurn, revoked, prepared: documented.code, tab: draft.tab, snippet: draft.snippet });
  Object.assign(next.parameters, parameters);
  next.body = typeof body === "object" ? JSON.stringify(body, null, 2) : (body ?? next.body);
  next.contentType = contentType ?? next.contentType;
  app.render("send");
}

/** Whether a request can get the code here. */
export const canProvoke = (app, code) => recipeOf(app.operation, code, app.samples) !== null;
