// The request as a person would write it: with curl, and with our TypeScript client.

import { addressOf, nameOf } from "./document.js";
import { declarations } from "./types.js";

/** The URL and the headers of a request. */
export function requestOf(operation, draft, server, hosts) {
  let path = operation.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const { name, in: place, schema } of operation.parameters) {
    const value = draft.parameters[name] ?? "";
    if (place === "path") {
      path = path.replace(`{${name}}`, encodeURIComponent(value));
    } else if (place === "query") {
      query.set(name, value);
    } else if (value !== "" && value !== schema.default) {
      headers[name] = value;
    }
  }
  if (draft.accept !== "application/json") {
    headers.Accept = draft.accept;
  }
  if (operation.body) {
    headers["Content-Type"] = draft.contentType;
  }
  const search = query.size > 0 ? `?${query}` : "";
  return { method: operation.method, url: addressOf(server, hosts) + path + search, headers, body: operation.body && draft.body };
}

/** In the shell. The token is a variable, unless it is to be filled in. */
export function curlOf({ method, url, headers, body }, authorization) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = [`curl -i ${method === "GET" ? "" : `-X ${method} `}"${url}"`];
  if (authorization) {
    lines.push(`-H "Authorization: Bearer ${authorization}"`);
  }
  lines.push(...Object.entries(headers).map(([name, value]) => `-H ${name === "If-Match" ? quoted(`${name}: ${value}`) : `"${name}: ${value}"`}`));
  if (body !== undefined) {
    lines.push(`-d ${quoted(body)}`);
  }
  return lines.join(" \\\n  ");
}

/** With `nameplate-client`. */
export function clientOf(operation, draft, base) {
  const session = sessionCall(operation, draft);
  if (session) {
    return sessionOf(base, draft, session);
  }
  const options = [`baseUrl: ${JSON.stringify(base)}`, "token: () => token", ...chosenHeaders(draft)];
  const call = callOf(operation, draft);
  const lines = [
    'import { createNameplate, sentence } from "nameplate-client";',
    "",
    `const nameplate = createNameplate({\n${options.map((option) => `  ${option},\n`).join("")}});`,
    "",
    `const { data, error } = await nameplate.${operation.method}(${JSON.stringify(operation.path)}${call});`,
    "if (error) {",
    "  console.error(error.code, sentence(error));",
    "} else {",
    "  console.log(data);",
    "}",
  ];
  return lines.join("\n");
}

/** What of the request's headers the client is told when it is made. */
function chosenHeaders(draft) {
  const names = { "X-Language": "language", "X-Timezone": "timezone", "X-Platform": "platform" };
  const defaults = { "X-Language": "en", "X-Timezone": "UTC", "X-Platform": "web" };
  const chosen = Object.entries(names).filter(([name]) => (draft.parameters[name] || defaults[name]) !== defaults[name]);
  return chosen.map(([name, option]) => `${option}: ${JSON.stringify(draft.parameters[name])}`);
}

function callOf(operation, draft) {
  const places = { path: {}, query: {}, header: {} };
  for (const { name, in: place, required } of operation.parameters) {
    if (required || (name === "If-Match" && draft.parameters[name])) {
      places[place][name] = draft.parameters[name];
    }
  }
  const used = Object.entries(places).filter(([, values]) => Object.keys(values).length > 0);
  const parts = [];
  if (used.length > 0) {
    parts.push(`params: ${literal(Object.fromEntries(used), "  ")}`);
  }
  if (operation.body) {
    parts.push(`body: ${bodyOf(draft, "  ")}`);
  }
  return parts.length > 0 ? `, {\n${parts.map((part) => `  ${part},\n`).join("")}}` : "";
}

function bodyOf(draft, indent) {
  try {
    return literal(JSON.parse(draft.body), indent);
  } catch {
    return draft.body;
  }
}

/** A value as TypeScript has it: names without quotes where they need none. */
function literal(value, indent) {
  const text = JSON.stringify(value, null, 2) ?? "undefined";
  const lines = text.replace(/^(\s*)"([A-Za-z_$][\w$]*)":/gm, "$1$2:").split("\n");
  return lines.join(`\n${indent}`);
}

/** The call of a session in place of the operation: it keeps and refreshes the tokens itself. */
function sessionCall({ id }, draft) {
  const sent = parsed(draft.body);
  const text = (name) => JSON.stringify(sent[name] ?? "");
  const calls = {
    "log-in": () => `const { data, error } = await session.signIn(${text("username")}, ${text("password")});`,
    "refresh-session": () => "const token = await session.accessToken(); // refreshed when it is about to end",
    "log-out": () => `const { error } = await session.signOut({ everywhere: ${sent.everywhere === true} });`,
    "change-password": () => `const { data, error } = await session.changePassword(${text("oldPassword")}, ${text("newPassword")});`,
  };
  return calls[id]?.();
}

function sessionOf(base, draft, call) {
  const options = [`baseUrl: ${JSON.stringify(base)}`, "storage: webStorage()", ...chosenHeaders(draft)];
  return [
    'import { createSession, webStorage } from "nameplate-client";',
    "",
    `const session = createSession({\n${options.map((option) => `  ${option},\n`).join("")}});`,
    "",
    call,
  ].join("\n");
}

export function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** The types of body and answer, and the codes of the operation's errors. */
export function typesOf(spec, operation) {
  const success = operation.answers[0].schema;
  const roots = [nameOf(operation.body?.schema), nameOf(success)].filter(Boolean);
  const codes = operation.answers.filter(({ code }) => code).map(({ code }) => `  | "${code}"`);
  return `${declarations(spec, roots)}\n\ntype Code =\n${codes.join("\n")};`;
}
