// Schemas as TypeScript, and as rows for people.

import { nameOf, resolve } from "./document.js";

/** More values than these are counted, not listed. */
const LISTED = 8;
/** Patterns that are longer say nothing to a person. */
const READABLE = 60;

/** The types of these schemas, with those that they mention. */
export function declarations(spec, roots) {
  const declared = new Map();
  const ask = (name) => {
    if (!declared.has(name)) {
      declared.set(name, "");
      declared.set(name, `type ${name} = ${typeOf(spec, spec.components.schemas[name], ask, "")};`);
    }
  };
  roots.forEach(ask);
  return [...declared.values()].join("\n\n");
}

function typeOf(spec, schema, ask, indent) {
  const name = nameOf(schema);
  const meant = resolve(spec, schema);
  if (name && meant.properties) {
    ask(name);
    return name;
  }
  const union = (parts) => [...new Set(parts.map((part) => typeOf(spec, part, ask, indent)))].join(" | ");
  if ("const" in meant) {
    return JSON.stringify(meant.const);
  }
  if (meant.enum) {
    return literals(meant.enum);
  }
  if (meant.allOf) {
    return meant.allOf.map((part) => typeOf(spec, part, ask, indent)).join(" & ");
  }
  if (meant.oneOf || meant.anyOf) {
    return union(meant.oneOf ?? meant.anyOf);
  }
  if (Array.isArray(meant.type)) {
    return meant.type.map((type) => plain(type)).join(" | ");
  }
  if (meant.type === "array") {
    const item = typeOf(spec, meant.items, ask, indent);
    return item.includes(" ") ? `Array<${item}>` : `${item}[]`;
  }
  return meant.properties ? object(spec, meant, ask, indent) : plain(meant.type);
}

function literals(values) {
  const shown = values.slice(0, values.length > LISTED ? 2 : LISTED).map((value) => JSON.stringify(value));
  return values.length > LISTED ? `${shown.join(" | ")} | …${values.length - 2}` : shown.join(" | ");
}

const plain = (type) => (type === "integer" ? "number" : type === "object" ? "Record<string, unknown>" : type);

function object(spec, { properties, required = [] }, ask, indent) {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, property]) => {
    const mark = required.includes(name) ? "" : "?";
    return `${inner}${name}${mark}: ${typeOf(spec, property, ask, inner)};`;
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}

/** The fields of a schema for people: those of objects within it come after it. */
export function fieldsOf(spec, schema, before = "") {
  const { properties = {}, required = [] } = resolve(spec, schema);
  const rank = ([name]) => (required.includes(name) ? 0 : 1);
  const entries = Object.entries(properties).sort((one, other) => rank(one) - rank(other));
  return entries.flatMap(([name, property]) => {
    const meant = merged(spec, property);
    const row = {
      name: before + name,
      isRequired: required.includes(name),
      about: property.description ?? meant.description,
      form: property.description && meant.description !== property.description ? meant.description : undefined,
      type: typeOf(spec, meant.properties ? { type: "object" } : property, () => {}, "").replace("Record<string, unknown>", "object"),
      limits: limitsOf(meant),
    };
    return [row, ...(meant.properties ? fieldsOf(spec, meant, `${before}${name}.`) : [])];
  });
}

/** What a property means with the one schema that it refers to. Internal schemas of `not` are none. */
function merged(spec, property) {
  const own = resolve(spec, property);
  const parts = own.allOf ?? own.oneOf ?? [];
  const meant = parts.map((part) => resolve(spec, part)).find(({ type }) => type !== "null");
  return meant ?? own;
}

function limitsOf({ minLength, maxLength, pattern, enum: values }) {
  return {
    length: minLength !== undefined && maxLength !== undefined && minLength !== maxLength ? [minLength, maxLength] : undefined,
    pattern: pattern && pattern.length <= READABLE ? pattern : undefined,
    hidden: pattern && pattern.length > READABLE ? pattern : undefined,
    values: values && values.length > LISTED ? values : undefined,
  };
}
