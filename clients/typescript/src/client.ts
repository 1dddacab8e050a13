/** A typed client of the Nameplate API. The types in `schema.ts` are generated from `openapi.yaml`. */

import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";
/** A user, as the API shows it. */
export type User = components["schemas"]["User"];
/** Why a request was refused (RFC 9457), with a stable code and where each fault is. */
export type Problem = components["schemas"]["Problem"];
/** The stable code of an error. */
export type ErrorCode = components["schemas"]["ErrorCode"];

/** Where the API is, and what every request says of its client. */
export interface ClientOptions {
  /** Where the API is, as in `https://api.example.com`. */
  baseUrl: string;
  /** The language of every sentence; English by default. */
  language?: components["parameters"]["X-Language"];
  /** The offset in which sentences state instants; UTC by default. */
  timezone?: components["parameters"]["X-Timezone"];
  /** What this client runs on; `web` by default. */
  platform?: components["parameters"]["X-Platform"];
  /** This client's version. */
  appVersion?: string;
  /** The device that this client runs on. */
  deviceId?: string;
  /** What sends the requests; the global `fetch` by default. */
  fetch?: (request: Request) => Promise<Response>;
}

/** As {@link ClientOptions}, with what says who calls. */
export interface Options extends ClientOptions {
  /** The access token for the next request, without the word `Bearer`. */
  token: () => string | Promise<string>;
}

/** Of an answer of failure the problem details, which this client asks for. */
type AsProblem<Answer> = Answer extends { content: { "application/problem+json": infer Details } }
  ? Omit<Answer, "content"> & { content: { "application/problem+json": Details } }
  : Answer;

type FailingAsProblem<Operation> = Operation extends { responses: infer Answers }
  ? Omit<Operation, "responses"> & { responses: { [Status in keyof Answers]: AsProblem<Answers[Status]> } }
  : Operation;

/** Every path and method; each fails with a problem whose `code` is one that it can have. */
export type Operations = {
  [Path in keyof paths]: { [Method in keyof paths[Path]]: FailingAsProblem<paths[Path][Method]> };
};

export type Nameplate = Client<Operations>;

/** An answer of failure that the API did not write: of a gateway or a proxy before it. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";

  constructor(readonly response: Response) {
    super(`unexpected answer with status ${response.status}`);
  }
}

/** Whether an answer of failure is the API's own: problem details, as this client asks for. */
export function isProblem(response: Response): boolean {
  return (response.headers.get("Content-Type") ?? "").startsWith("application/problem+json");
}

/** The headers of every request. */
export function clientHeaders(options: ClientOptions): Record<string, string> {
  const headers = {
    Accept: "application/json, application/problem+json",
    "X-Language": options.language,
    "X-Timezone": options.timezone,
    "X-Platform": options.platform,
    "X-App-Version": options.appVersion,
    "X-Device-ID": options.deviceId,
  };
  const given = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given);
}

/** A client whose `fetch` says who calls. */
export function connect(options: ClientOptions): Nameplate {
  const { baseUrl, fetch } = options;
  const client = createClient<Operations>({ baseUrl, headers: clientHeaders(options), ...(fetch && { fetch }) });
  client.use({
    onResponse({ response }) {
      if (!response.ok && !isProblem(response)) {
        throw new UnexpectedAnswer(response);
      }
    },
  });
  return client;
}

/**
 * A client of the API. Each call gives either `data` or `error`, and the `response`; `error.code` narrows
 * to the codes of the operation.
 *
 * @throws {UnexpectedAnswer} from a call, when something before the API refused the request.
 * @throws {TypeError} from a call, when there is no answer, as `fetch` does.
 */
export function createNameplate(options: Options): Nameplate {
  const client = connect(options);
  client.use({
    async onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${await options.token()}`);
    },
  });
  return client;
}
