// The middle column: what an operation does, takes and answers.

import { canProvoke, provoke } from "./attempt.js";
import { button, code, fill, inline, make, prose, tabs } from "./dom.js";
import { codesOf, COMMON } from "./document.js";
import { fieldsOf } from "./types.js";

export function operationView(app) {
  const { operation } = app;
  const title = make("h1", { id: "title", tabindex: -1 }, operation.summary);
  const route = make("p", { class: "route" }, method(operation), " ", make("code", {}, operation.path));
  return make("div", { class: "about" }, title, route, prose(operation.description));
}

export function method({ method: name }) {
  return make("span", { class: `method ${name.toLowerCase()}` }, name);
}

/** What the operation takes and answers. */
export function detailsView(app) {
  const { operation, words } = app;
  const own = operation.parameters.filter(({ name }) => !name.startsWith("X-"));
  return make(
    "div",
    { class: "details" },
    operation.body && [make("h2", {}, words.body), make("p", {}, operation.body.about), fieldTable(app, operation.body.schema)],
    own.length > 0 && [make("h2", {}, words.parameters), make("dl", { class: "fields" }, own.map((parameter) => parameterRow(app, parameter)))],
    make("h2", { id: "answers" }, words.answers),
    answerTabs(app),
  );
}

function parameterRow({ words }, { name, in: place, required, description }) {
  return row({ name, type: words[place], isRequired: required, about: description, limits: {} }, words);
}

function fieldTable({ spec, words }, schema) {
  return make("dl", { class: "fields" }, fieldsOf(spec, schema).map((field) => row(field, words)));
}

function row({ name, type, isRequired, about, form, limits }, words) {
  const { length, pattern, hidden, values } = limits;
  const facts = [
    length && fill(words.length, { min: length[0], max: length[1] }),
    pattern && make("code", {}, pattern),
  ].filter(Boolean);
  return make(
    "div",
    {},
    make("dt", {}, make("code", {}, name), " ", make("span", { class: "type" }, type), " ", isRequired && make("span", { class: "required" }, words.required)),
    make(
      "dd",
      {},
      inline(about ?? ""),
      form && [make("br"), make("small", {}, inline(form))],
      facts.length > 0 && [make("br"), make("small", {}, facts.flatMap((fact, index) => (index > 0 ? [" · ", fact] : [fact])))],
      values && make("details", {}, make("summary", {}, fill(words.values, { count: values.length })), make("p", { class: "values" }, values.join(" "))),
      hidden && make("details", {}, make("summary", {}, words.pattern), make("code", { class: "values" }, hidden)),
    ),
  );
}

/** The answers as tabs, each titled by its code. */
function answerTabs(app) {
  const { operation, words, draft } = app;
  const entries = operation.answers.map((answer) => ({
    key: answer.key,
    kind: answer.code ? "failure" : "success",
    title: answer.code ? [make("b", {}, answer.status), ` ${answer.code}`] : [make("b", {}, answer.status), ` ${words.succeeded}`],
    content: () => (answer.code ? failureView(app, answer) : successView(app, answer)),
  }));
  const choose = (key) => {
    draft.tab = key;
    app.remember();
  };
  return tabs("answer-tab", words.answers, entries, draft.tab, choose);
}

function successView(app, { about, example, schema, headers, links }) {
  const { words } = app;
  return [
    make("p", {}, about),
    example ? code(JSON.stringify(example, null, 2)) : make("p", {}, words.emptyAnswer),
    headersOf(app, headers),
    links.length > 0 && [make("h3", {}, words.next), make("ul", {}, links.map((link) => linkItem(app, link)))],
    schema && [make("h3", {}, words.fields), fieldTable(app, schema)],
  ].flat().filter(Boolean);
}

function linkItem({ operations }, { operationId, description }) {
  const { summary } = operations.find(({ id }) => id === operationId);
  return make("li", {}, `${description}: `, make("a", { href: `#${operationId}` }, summary));
}

function failureView(app, answer) {
  const { words } = app;
  const isPossible = canProvoke(app, answer.code);
  const attempt = button(isPossible ? words.tryThis : words.showDocumented, { id: `try-${answer.code}`, click: () => provoke(app, answer) });
  const forms = [
    { key: "envelope", title: "application/json", content: () => code(JSON.stringify(answer.example, null, 2)) },
    { key: "problem", title: "application/problem+json", content: () => code(JSON.stringify(answer.problem, null, 2)) },
  ];
  return [
    make("p", {}, `${answer.about}.`),
    !isPossible && make("p", { class: "note" }, words.notProvoked),
    make("p", { class: "send" }, attempt, make("a", { href: `errors/${answer.code}.html` }, fill(words.moreAbout, { code: answer.code }))),
    tabs("form", words.forms, forms, app.draft.form, (key) => {
      app.draft.form = key;
    }),
    headersOf(app, answer.headers),
  ].filter(Boolean);
}

function headersOf({ words }, headers) {
  return headers.length > 0 && make("div", {}, make("h3", {}, words.ownHeaders), headerList(headers));
}

function headerList(headers) {
  const rows = headers.map(({ name, about }) => make("div", {}, make("dt", {}, make("code", {}, name)), make("dd", {}, about)));
  return make("dl", { class: "fields" }, rows);
}

/** The page about what all operations share. */
export function conventionsView({ spec, words, operations }) {
  const rows = codesOf(operations).map(({ code: name, status, about }) =>
    make("div", {}, make("dt", {}, make("a", { href: `errors/${name}.html` }, name), ` ${status}`), make("dd", {}, `${about}.`)),
  );
  return make(
    "div",
    { class: "about" },
    make("h1", { id: "title", tabindex: -1 }, words.conventions),
    prose(spec.info.description),
    make("h2", {}, words.commonHeaders),
    headerList(COMMON.map((name) => ({ name, about: spec.components.headers[name].description }))),
    make("h2", {}, words.codes),
    make("dl", { class: "fields" }, rows),
  );
}
