// The page of the reference: operations on the left, what one does in the middle, a request to send on the
// right, all from the OpenAPI document of the chosen language. A change of language changes words only.

import { attemptView, draftOf } from "./attempt.js";
import { addressOf, operationsOf } from "./document.js";
import { button, field, make, select } from "./dom.js";
import { conventionsView, detailsView, method, operationView } from "./operation.js";
import { openSearch } from "./search.js";
import { createUsers, freshToken, openSignIn } from "./sign-in.js";

const REMEMBERED = "nameplate-language";
const wide = window.matchMedia("(min-width: 60rem)");
const byId = (id) => document.getElementById(id);

const settings = await (await fetch("playground.json")).json();
const specs = new Map();
const drafts = new Map();
const users = createUsers();
// What is still loading when another language is chosen is dropped.
let turn = 0;

const app = {
  settings,
  language: undefined,
  spec: undefined,
  operations: [],
  current: undefined,
  chosenServer: 0,
  hosts: {},
  get words() {
    return this.language.words;
  },
  get operation() {
    return this.operations.find(({ id }) => id === this.current);
  },
  get server() {
    return this.spec.servers[this.chosenServer];
  },
  get user() {
    return users.of(this.base());
  },
  /** The sample users are of the server on this machine. */
  get samples() {
    return this.server["x-environment"] === "local" ? settings.users : [];
  },
  get draft() {
    if (!drafts.has(this.current)) {
      drafts.set(this.current, draftOf(this.operation, this.language.tag, offsetHere(this.spec)));
    }
    return drafts.get(this.current);
  },
  base: () => addressOf(app.server, app.hosts),
  isProduction: () => app.server["x-environment"] === "production",
  forget: () => drafts.delete(app.current),
  signIn: (focused) => openSignIn(app, (user) => signedIn(user, focused)),
  renamed(name) {
    users.set(app.base(), { ...app.user, name }, !app.isProduction());
    render();
  },
  async freshToken() {
    await freshToken(app.base(), app.user, (user) => signedIn(user));
    return app.user.token;
  },
  remember: () => history.replaceState(null, "", app.operation ? `#${app.current}/${app.draft.tab}` : "#conventions"),
  render,
};

/** The browser's own offset, where the API knows it. */
function offsetHere(spec) {
  const minutes = -new Date().getTimezoneOffset();
  const two = (value) => String(Math.floor(value)).padStart(2, "0");
  const size = Math.abs(minutes);
  const offset = `UTC${minutes < 0 ? "-" : "+"}${two(size / 60)}:${two(size % 60)}`;
  return spec.components.parameters["X-Timezone"].schema.enum.includes(offset) && minutes !== 0 ? offset : "UTC";
}

/** The language that was chosen last, or else the browser's, or else the first. */
function preferredLanguage() {
  const wishes = [localStorage.getItem(REMEMBERED), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  const offered = wishes.map((wish) => settings.languages.find(({ tag }) => tag === wish));
  return offered.find((language) => language) ?? settings.languages[0];
}

async function show(language, focused) {
  const mine = (turn += 1);
  if (!specs.has(language.tag)) {
    specs.set(language.tag, await (await fetch(language.document)).json());
  }
  if (mine !== turn) {
    return;
  }
  for (const { parameters } of drafts.values()) {
    if (parameters["X-Language"] === app.language.tag) {
      parameters["X-Language"] = language.tag;
    }
  }
  app.language = language;
  app.spec = specs.get(language.tag);
  app.operations = operationsOf(app.spec);
  followHash();
  render(focused);
}

/** What the address asks for: an operation, perhaps with one of its answers, or the conventions. */
function followHash() {
  const [id, tab] = decodeURIComponent(location.hash).replace(/^#(\/\w+\/)?/, "").split("/");
  const isPage = id === "conventions" || app.operations.some((operation) => operation.id === id);
  app.current = isPage ? id : app.operations[0].id;
  if (app.operation && tab) {
    app.draft.tab = tab;
  }
}

function signedIn(user, focused) {
  users.set(app.base(), user, user && !app.isProduction());
  if (user) {
    for (const draft of drafts.values()) {
      draft.as = "";
    }
  }
  render(focused);
}

function render(focused = document.activeElement?.id) {
  const { words, language } = app;
  document.documentElement.lang = language.tag;
  document.title = app.operation ? `${app.operation.summary} · ${words.title}` : words.title;
  renderBar();
  byId("menu").replaceChildren(...menu());
  const columns = app.operation ? [operationView(app), attemptView(app), detailsView(app)] : [conventionsView(app)];
  byId("page").replaceChildren(...columns);
  byId("page").classList.toggle("alone", !app.operation);
  document.body.dataset.ready = language.tag;
  if (focused) {
    byId(focused)?.focus();
  }
}

function renderBar() {
  const { words, spec, user, language } = app;
  byId("skip").textContent = words.skip;
  byId("skip").href = `#${skipTarget()}`;
  byId("version").textContent = spec.info.version;
  const search = [button([words.search, " ", make("kbd", {}, "Ctrl K")], { id: "search", "aria-keyshortcuts": "Control+K", click: () => openSearch(app) })];
  const signedInAs = user ? [make("span", { class: "user", id: "user" }, user.name), button(words.signOut, { id: "sign-out", click: () => signedIn(null, "sign-in") })] : [];
  byId("who").replaceChildren(...(user ? signedInAs : [button(words.signIn, { id: "sign-in", click: () => app.signIn("send") })]));
  byId("find").replaceChildren(...search);
  byId("languages").setAttribute("aria-label", words.language);
  byId("languages").replaceChildren(...settings.languages.map((other) => languageButton(other, other === language)));
  byId("servers").replaceChildren(...serverFields());
  byId("downloads").replaceChildren(make("a", { href: language.download, download: true }, language.download));
  const warning = app.isProduction() ? [make("p", { role: "alert", class: "warning" }, words.production)] : [];
  byId("warning").replaceChildren(...warning);
}

const skipTarget = () => (app.operation ? "attempt" : "title");

function languageButton(other, isChosen) {
  const choose = () => {
    localStorage.setItem(REMEMBERED, other.tag);
    show(other, `language-${other.tag}`).catch(complain);
  };
  return button(other.words.name, { id: `language-${other.tag}`, lang: other.tag, "aria-pressed": String(isChosen), click: choose });
}

/** The server, and its host where the document leaves that open. */
function serverFields() {
  const { words, spec, server, hosts } = app;
  const change = (chosen) => {
    app.chosenServer = Number(chosen);
    for (const draft of drafts.values()) {
      draft.as = "";
    }
    render("server");
  };
  const options = spec.servers.map((other, index) => [String(index), `${other.description} (${addressOf(other, hosts).replace(/^https?:\/\//, "")})`]);
  const names = Object.entries(server.variables ?? {});
  const variables = names.map(([name, variable]) => {
    const typed = (event) => {
      hosts[name] = event.target.value.trim() || undefined;
      render();
    };
    return field(variable.description, make("input", { id: `host-${name}`, value: hosts[name] ?? variable.default, spellcheck: "false", change: typed }));
  });
  return [field(words.server, select("server", options, String(app.chosenServer), change)), ...variables];
}

function menu() {
  const { words, operations, spec, current } = app;
  const link = (id, ...content) => make("a", { href: `#${id}`, "aria-current": id === current ? "page" : false }, content);
  const groups = spec.tags.map(({ name, description, "x-displayName": title }) => {
    const items = operations.filter(({ tag }) => tag === name).map((operation) => make("li", {}, link(operation.id, make("span", {}, operation.summary), method(operation))));
    return [make("h2", { title: description }, title), make("ul", {}, items)];
  });
  const more = [make("h2", {}, words.general), make("ul", {}, make("li", {}, link("conventions", words.conventions)))];
  const list = make("details", { open: wide.matches }, make("summary", {}, words.operations), groups, more);
  byId("menu").setAttribute("aria-label", words.operations);
  return [list];
}

window.addEventListener("hashchange", () => {
  followHash();
  render("title");
  window.scrollTo(0, 0);
});
window.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !document.querySelector("dialog")) {
    event.preventDefault();
    openSearch(app);
  }
});
wide.addEventListener("change", () => render());
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId(skipTarget()).focus();
});

function complain(error) {
  byId("page").textContent = `The reference cannot be shown: ${error.message}`;
}

await show(preferredLanguage()).catch(complain);
