// What the page reads of an OpenAPI document.

/** The document's operations in its own order, each with what the page shows of it. */
export function operationsOf(spec) {
  const all = Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationOf(spec, path, method, operation)),
  );
  return spec.tags.flatMap(({ name }) => all.filter(({ tag }) => tag === name));
}

function operationOf(spec, path, method, operation) {
  const { operationId: id, summary, description, tags, security = spec.security } = operation;
  const body = operation.requestBody?.content["application/json"];
  return {
    id,
    path,
    summary,
    description,
    method: method.toUpperCase(),
    tag: tags[0],
    warning: operation["x-production-warning"],
    needsToken: security.length > 0,
    parameters: operation.parameters.map((parameter) => resolve(spec, parameter)),
    body: body && { schema: body.schema, example: firstExample(body), about: operation.requestBody.description },
    answers: answersOf(spec, operation.responses),
  };
}

/** The example to begin with. */
function firstExample({ example, examples = {} }) {
  return example ?? Object.values(examples)[0]?.value;
}

/** The answers: success first, then one for each code of an error. */
function answersOf(spec, responses) {
  const answers = Object.entries(responses).flatMap(([status, response]) => {
    const { description, headers = {}, content = {}, links = {} } = resolve(spec, response);
    const described = (names) => names.map((name) => ({ name, about: resolve(spec, headers[name]).description }));
    const own = { status: Number(status), headers: described(Object.keys(headers).filter((name) => !isCommon(headers[name]))) };
    const examples = content["application/json"]?.examples;
    if (!examples) {
      const json = content["application/json"];
      return [{ ...own, key: status, about: description, schema: json?.schema, example: json?.example, links: Object.values(links) }];
    }
    const problems = content["application/problem+json"].examples;
    return Object.entries(examples).map(([code, { summary, value, "x-headers": names = [] }]) => ({
      status: own.status,
      headers: described(names),
      key: code,
      code,
      about: summary,
      example: value,
      problem: problems[code].value,
    }));
  });
  return answers.sort((one, other) => isFailure(one) - isFailure(other));
}

const isFailure = ({ code }) => (code ? 1 : 0);

/** Headers that every answer has are said once, on the page about conventions. */
export const COMMON = ["X-Request-Id", "Content-Language", "Cache-Control", "X-Content-Type-Options"];
const isCommon = ({ $ref = "" }) => COMMON.includes($ref.split("/").pop());

/** What a reference stands for. */
export function resolve(spec, value) {
  return value?.$ref ? value.$ref.split("/").slice(1).reduce((part, name) => part[name], spec) : value;
}

export function nameOf(schema) {
  return schema?.$ref?.split("/").pop();
}

/** The codes of every error with the operations that answer it. */
export function codesOf(operations) {
  const codes = new Map();
  for (const operation of operations) {
    for (const { code, status, about } of operation.answers) {
      if (code) {
        const known = codes.get(code) ?? { code, status, about, operations: [] };
        known.operations.push(operation);
        codes.set(code, known);
      }
    }
  }
  return [...codes.values()].sort((one, other) => one.status - other.status);
}

/** The address of a server with its variables filled in. */
export function addressOf(server, hosts) {
  return server.url.replace(/\{(\w+)\}/g, (whole, name) => hosts[name] ?? server.variables[name].default);
}
