// Writes what `src/` has of ../../openapi.yaml: schema.ts (every path and schema), types.ts (a name for each
// schema) and values.ts (the values of the closed lists that a program needs at run time).
//
//   node generate/generate.mjs            writes the files
//   node generate/generate.mjs --check    fails when one of them differs from the document

import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { parse } from "yaml";

const document = parse(readFileSync(new URL("../../../openapi.yaml", import.meta.url), "utf8"));
const { schemas, parameters } = document.components;

/** Narrows what the API takes for the sake of older callers, and names at Problem what only some codes have. */
function adapt() {
  for (const name of ["CreateUser", "UpdateUser"]) {
    schemas[name].properties.empty.deprecated = true;
  }
  // The API takes one role or a list as text as well.
  schemas.AnyRoles = schemas.Roles;
  schemas.Problem.properties.nextChangeAllowedAt ??= {
    allOf: [{ $ref: "#/components/schemas/Instant" }],
    description: "With USERNAME_COOLDOWN: from when on the name may be changed",
  };
}

/** The names of the schemas that are bodies of requests. */
function requestBodies() {
  const names = new Set();
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  for (const { schema } of operations.flatMap((operation) => Object.values(operation.requestBody?.content ?? {}))) {
    names.add(schema.$ref.split("/").at(-1));
  }
  return names;
}

const HEADER = "/** Generated from openapi.yaml by generate/generate.mjs. Do not change it by hand. */\n";

function types() {
  const bodies = requestBodies();
  const aliases = Object.entries(schemas).map(([name, { description, deprecated }]) => {
    const of = `components["schemas"]["${name}"]`;
    const comment = `${deprecated ? "@deprecated " : ""}${description ?? name}.`.replace(/\.\.$/, ".");
    return `/** ${comment} */\nexport type ${name} = ${bodies.has(name) ? `Writable<${of}>` : of};\n`;
  });
  return `${HEADER}\nimport type { components, Writable } from "./schema.js";\n\n${aliases.join("")}`;
}

/** A list as one text: half the size of an array of texts once it is minified. */
function list(name, comment, values) {
  return `/** ${comment} */\nexport const ${name} = () =>\n  "${values.join(" ")}".split(" ");\n`;
}

function values() {
  return [
    HEADER,
    list("languages", "The values of `X-Language`.", parameters["X-Language"].schema.enum),
    list("offsets", "The values of `X-Timezone`.", parameters["X-Timezone"].schema.enum),
    list("timeZones", "The values of `timezone`.", schemas.TimeZone.enum),
  ].join("\n");
}

async function schema() {
  return COMMENT_HEADER + astToString(await openapiTS(document, { readWriteMarkers: true }));
}

adapt();
const files = { "schema.ts": await schema(), "types.ts": types(), "values.ts": values() };
for (const [name, text] of Object.entries(files)) {
  const file = new URL(`../src/${name}`, import.meta.url);
  if (!process.argv.includes("--check")) {
    writeFileSync(file, text);
  } else if (readFileSync(file, "utf8") !== text) {
    console.error(`src/${name} is not what openapi.yaml says: npm run generate`);
    process.exitCode = 1;
  }
}
