/** A typed client of the Nameplate API. The types in `schema.ts` are generated from `openapi.yaml`. */

import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";
import { PATIENCE, realWaiting, untilAvailable, withRenewal } from "./transport.js";
import type { Problem } from "./types.js";

/** The language of sentences. */
export type Language = components["parameters"]["X-Language"];
/** The offset in which sentences state instants. */
export type Offset = components["parameters"]["X-Timezone"];
/** What a client runs on. */
export type Platform = components["parameters"]["X-Platform"];

/** A value, or a function that every request asks for it. */
export type Setting<T> = T | (() => T);

/** Where the API is, and what every request says of its client. */
export interface ClientOptions {
  /** Where the API is, as in `https://api.example.com`. */
  baseUrl: string;
  /** The language of every sentence; English by default. */
  language?: Setting<Language> | undefined;
  /** The offset in which sentences state instants; UTC by default. */
  timezone?: Setting<Offset> | undefined;
  /** What this client runs on; `web` by default. */
  platform?: Platform | undefined;
  /** This client's version. */
  appVersion?: string | undefined;
  /** The device that this client runs on. */
  deviceId?: string | undefined;
  /** What sends the requests; the global `fetch` by default. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** For how long a request is repeated while the API answers 503, in milliseconds; 10 000 by default, 0 for never. */
  patience?: number | undefined;
}

/** As {@link ClientOptions}, with what says who calls. */
export interface Options extends ClientOptions {
  /** The access token, without the word `Bearer`. A function is asked before every request. */
  token: Setting<string | Promise<string>>;
  /**
   * Gets another access token when the API refuses one as expired, revoked or invalid; `null` when there is none. The
   * request is then repeated, once. One call serves all requests that had the same token.
   */
  refresh?: ((refused: string) => string | null | Promise<string | null>) | undefined;
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
export function clientHeaders(options: ClientOptions): [string, string][] {
  const headers = {
    Accept: "application/json, application/problem+json",
    "X-Language": now(options.language),
    "X-Timezone": now(options.timezone),
    "X-Platform": options.platform,
    "X-App-Version": options.appVersion,
    "X-Device-ID": options.deviceId,
  };
  return Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

/** A client whose `fetch` says who calls. */
export function connect(options: ClientOptions): Nameplate {
  const { baseUrl, fetch } = options;
  const client = createClient<Operations>({ baseUrl, ...(fetch && { fetch }) });
  client.use({
    onRequest({ request }) {
      for (const [name, value] of clientHeaders(options)) {
        // One call may say something else.
        if (!request.headers.has(name)) {
          request.headers.set(name, value);
        }
      }
    },
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
  const { patience = PATIENCE } = options;
  const { present, renew } = tokens(options);
  const send = (request: Request, token: string) => {
    request.headers.set("Authorization", `Bearer ${token}`);
    return (options.fetch ?? fetch)(request);
  };
  const sendAsCaller = async (request: Request) => withRenewal(request, await present(), send, renew);
  return connect({
    ...options,
    fetch: (request) => untilAvailable(request, sendAsCaller, { ...realWaiting, patience }),
  });
}

/** The present token, and the one that takes the place of a refused one. */
function tokens({ token, refresh }: Options) {
  let held = token;
  /** The last refresh. Requests whose token was refused meanwhile, or are told so late, share it. */
  let last: { refused: string; fresh: Promise<string | undefined> } | undefined;
  const ask = async (refused: string) => {
    const fresh = (await refresh?.(refused)) ?? undefined;
    if (fresh !== undefined && typeof held !== "function") {
      held = fresh;
    }
    return fresh;
  };
  const forget = () => {
    last = undefined;
  };
  return {
    present: async () => now(held),
    renew: (refused: string) => {
      if (last?.refused === refused) {
        return last.fresh;
      }
      const fresh = ask(refused);
      last = { refused, fresh };
      fresh.then((token) => token ?? forget(), forget);
      return fresh;
    },
  };
}

/** What a setting is at this moment. */
function now<T extends string | Promise<string> | undefined>(setting: T | (() => T)): T {
  return typeof setting === "function" ? setting() : setting;
}

/** What an error says to a person, in the language of the client. */
export function sentence(error: Pick<Problem, "title"> & { detail?: string | undefined }): string {
  return error.detail ?? error.title;
}
