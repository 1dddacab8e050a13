// Writes nameplate.http from the sample events, for the HTTP clients of editors (VS Code's REST Client, JetBrains,
// Visual Studio, Kulala).
//
//   node examples/http-collection.mjs            writes it
//   node examples/http-collection.mjs --check    fails when it differs from the events

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { STATUS_CODES } from "node:http";

const events = new URL("../events/", import.meta.url);
const file = new URL("nameplate.http", import.meta.url);

/** What a person tries first, and signing in before the name changes; the other operations come after it, by name. */
const FIRST = ["log-in", "change-username", "check-username", "get-me", "update-user"];
/** What says nothing when it is sent from an editor. */
const LEFT_OUT = {
  "body-too-large": "a body over 16 KiB, which only makes this file long",
  "cors-preflight": "a browser's question, which API Gateway answers",
  "refresh-session/success": "its refresh token is of a session that only the tests begin",
};
/** Headers of every event that the client sends by itself, or that the gateway adds. */
const OWN_HEADERS = /^(accept|host|user-agent|x-forwarded-.*)$/;

function read(operation, name) {
  return JSON.parse(readFileSync(new URL(`${operation}/${name}.json`, events), "utf8"));
}

function operations() {
  const all = readdirSync(events, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = all.map(({ name }) => name).sort();
  return [...FIRST, ...names.filter((name) => !FIRST.includes(name))];
}

/** The cases of an operation, the successful ones first. */
function cases(operation) {
  const names = readdirSync(new URL(`${operation}/`, events)).map((name) => /^([^.]+)\.json$/.exec(name)?.[1]);
  const isSuccess = (name) => name.startsWith("success");
  return names.filter((name) => name && !(name in LEFT_OUT) && !(`${operation}/${name}` in LEFT_OUT)).sort((one, other) => isSuccess(other) - isSuccess(one) || (one < other ? -1 : 1));
}

/** What the variable of a token says of it, by the code that it causes. */
const FLAWS = { TOKEN_EXPIRED: "_expired", TOKEN_INVALID: "_forged" };

/** The variables for the tokens: whose each one is, and what is wrong with it. */
class Tokens {
  #byName = new Map();

  nameOf(token, code) {
    const { sub, username } = claims(token);
    const owner = username ?? users.get(sub) ?? sub;
    const name = `${owner.replaceAll(/\W/g, "_")}${FLAWS[code] ?? ""}_token`;
    const known = this.#byName.get(name);
    if (known === undefined) {
      this.#byName.set(name, token);
    } else if (known !== token && !(code in FLAWS)) {
      throw new Error(`two tokens are named ${name}`);
    }
    return name;
  }

  get definitions() {
    return [...this.#byName].map(([name, token]) => `@${name} = ${token}`).sort();
  }
}

function claims(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
}

/** The usernames by id, as the tokens that have both say. */
const users = new Map();

function request(operation, name, tokens) {
  const event = read(operation, name);
  const { statusCode, headers } = read(operation, `${name}.response`);
  const { method } = event.requestContext.http;
  const query = event.rawQueryString && `?${event.rawQueryString}`;
  const code = headers["X-Error-Code"] ?? STATUS_CODES[statusCode];
  const lines = [`### ${operation}/${name}: ${statusCode} ${code}`, `${method} {{base}}${event.rawPath}${query}`];
  for (const [header, value] of Object.entries(event.headers).filter(([header]) => !OWN_HEADERS.test(header))) {
    const token = header === "authorization" && /^bearer ([^.]+\.[^.]+\.[^.]+)$/i.exec(value)?.[1];
    const title = header.replaceAll(/(^|-)([a-z])/g, (_, dash, letter) => dash + letter.toUpperCase());
    lines.push(`${title}: ${token ? `Bearer {{${tokens.nameOf(token, code)}}}` : value}`);
  }
  if (event.headers.accept !== "*/*") {
    lines.push(`Accept: ${event.headers.accept}`);
  }
  // Not every client sends a body with GET.
  if (event.body !== undefined && method !== "GET") {
    lines.push("", event.isBase64Encoded ? Buffer.from(event.body, "base64").toString() : event.body);
  }
  return lines.join("\n");
}

function learnUsers() {
  for (const operation of operations()) {
    for (const name of cases(operation)) {
      const token = read(operation, name).headers.authorization?.split(" ")[1];
      if (token?.split(".").length === 3) {
        const { sub, username } = claims(token);
        username && users.set(sub, username);
      }
    }
  }
}

function collection() {
  learnUsers();
  const tokens = new Tokens();
  const requests = operations().flatMap((operation) => cases(operation).map((name) => request(operation, name, tokens)));
  const leftOut = Object.entries(LEFT_OUT).map(([name, why]) => `#   ${name}: ${why}`);
  return `# The sample events as requests to \`cargo run\`. Made by examples/http-collection.mjs; do not change it by hand.
#
# The title of a request has the status and the code of its answer on a fresh server (events/README.md). The tokens
# are of the sample users, signed with the development secret that everybody knows. Not here:
${leftOut.join("\n")}

@base = http://localhost:8080

${tokens.definitions.join("\n")}

${requests.join("\n\n")}
`;
}

const text = collection();
if (!process.argv.includes("--check")) {
  writeFileSync(file, text);
} else if (readFileSync(file, "utf8") !== text) {
  console.error("examples/nameplate.http is not what the sample events say: node examples/http-collection.mjs");
  process.exitCode = 1;
}
