/** The session of a user who signs in with name and password: the tokens are kept, refreshed and forgotten here. */

import {
  type ClientOptions,
  clientHeaders,
  connect,
  isProblem,
  type Nameplate,
  UnexpectedAnswer,
} from "./client.js";
import {
  errorCode,
  insist,
  PATIENCE,
  realWaiting,
  retryAfter,
  untilAvailable,
  type Waiting,
  withRenewal,
} from "./transport.js";
import type { ErrorCode, Problem } from "./types.js";

/** How long before its end an access token is refreshed, in milliseconds: a request has to arrive, too. */
const MARGIN = 30_000;
/** How long one request may take. */
const TIMEOUT = 10_000;
/** How long a request of the session itself is repeated: well within the 60 s in which a refresh may be. */
const OWN_PATIENCE = 30_000;
/** How long another tab is waited for: the browser may have frozen it. */
const LOCK_TIMEOUT = 10_000;

/**
 * Where a session is kept while the page or the app is closed. All tabs that share a storage share the session. Its
 * errors reach whoever called.
 */
export interface TokenStorage {
  get(key: string): string | null | Promise<string | null>;
  set(key: string, value: string): void | Promise<void>;
  remove(key: string): void | Promise<void>;
  /** Calls `changed` when somebody else, such as another tab, changed what `key` has; gives what ends that. */
  watch?(key: string, changed: () => void): () => void;
}

/** What a session has from its surroundings. Tests bring their own. */
export interface SessionEnvironment extends Waiting {
  /** The Web Locks of the origin, if there are any. */
  locks: Locks | undefined;
}

interface Locks {
  request(name: string, options: { signal: AbortSignal }, task: () => Promise<void>): Promise<unknown>;
}

export interface SessionOptions extends ClientOptions {
  /** Where the session is kept; by default in the memory of this page alone. */
  storage?: TokenStorage;
  /** Tells apart sessions that share a storage; `nameplate` by default. */
  name?: string;
  environment?: Partial<SessionEnvironment>;
}

/** Who is signed in. */
export interface SessionUser {
  readonly userId: string;
  /** The name as of the last sign-in or refresh. */
  readonly username: string;
}

/**
 * Why nobody is signed in any more: the user signed out here; the session had ended, and its refresh token yielded
 * nothing; or it went from the storage, as when the user signed out in another tab.
 */
export type SignOutReason = "user" | "ended" | "elsewhere";

/** What happened to a session. */
export type SessionEvent =
  | { type: "signedIn"; user: SessionUser }
  | { type: "refreshed"; user: SessionUser }
  | { type: "signedOut"; reason: SignOutReason };

type AnyCode = Extract<
  ErrorCode,
  | "MALFORMED_JSON"
  | "VALIDATION_FAILED"
  | "BODY_TOO_LARGE"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "TOO_MANY_REQUESTS"
  | "INTERNAL"
  | "UNAVAILABLE"
>;
type GuessCode = "CREDENTIALS_INVALID" | "ACCOUNT_NOT_ACTIVE" | "TOO_MANY_ATTEMPTS";
type TokenCode = "TOKEN_MISSING" | "TOKEN_INVALID" | "TOKEN_EXPIRED" | "TOKEN_REVOKED";

/** The codes of a sign-in that fails. */
export type SignInCode = AnyCode | GuessCode;
/** The codes of a change of password that fails. */
export type ChangePasswordCode =
  | AnyCode
  | GuessCode
  | TokenCode
  | Extract<ErrorCode, "NOT_YOURS" | "USER_NOT_FOUND" | "CONCURRENT_CHANGE">;
/** The codes of a sign-out that the API could not be told of. */
export type SignOutCode = AnyCode | Extract<ErrorCode, "CONCURRENT_CHANGE">;

/** A problem for each code, so that a `switch` over the codes narrows. */
type ProblemOf<Code extends string> = Code extends string ? Omit<Problem, "code"> & { code: Code } : never;

/** Either `data` or `error`, whose `code` narrows, and the answer itself. */
export type Result<Data, Code extends string> =
  | { data: Data; error?: never; response: Response }
  | { data?: never; error: ProblemOf<Code>; response: Response };

/** A session as the storage has it. */
interface Stored extends SessionUser {
  readonly accessToken: string;
  /** From when on the access token is refreshed, by this client's clock. */
  readonly renewAt: number;
  readonly refreshToken: string;
}

/** What a sign-in and a refresh are answered. */
interface Tokens extends SessionUser {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
}

interface Answer {
  response: Response;
  /** The body as JSON, if it is that. */
  body: unknown;
}

/** A session of this client; nobody is signed in, unless the storage has a session. */
export function createSession(options: SessionOptions): Session {
  return new Session(options);
}

/**
 * A session. Every method that asks the API throws what `fetch` throws when there is no answer, and
 * {@link UnexpectedAnswer} when something before the API refuses. No error has a word of a token or a password.
 */
export class Session {
  /** A client that calls as whoever is signed in. */
  readonly nameplate: Nameplate;
  readonly #options: SessionOptions;
  readonly #environment: SessionEnvironment;
  readonly #key: string;
  readonly #deviceKey: string;
  readonly #baseUrl: string;
  readonly #listeners = new Set<(event: SessionEvent) => void>();
  readonly #unwatch: (() => void) | undefined;
  /** What is in the storage, as far as it is known; the only place without a storage. */
  #stored: Stored | null = null;
  #user: SessionUser | null = null;
  /** Grows whenever {@link #stored} is set: what was read before is outdated then. */
  #version = 0;
  #loading: Promise<void> | undefined;
  /** Settles when everything is written. */
  #writing: Promise<void> = Promise.resolve();
  #renewal: Promise<Response | undefined> | undefined;
  #device: Promise<string | undefined> | undefined;
  /** The last refusal of a refresh, and until when it holds. */
  #pause: { until: number; response: Response } | undefined;

  constructor(options: SessionOptions) {
    const { storage, name = "nameplate", environment } = options;
    this.#options = options;
    this.#environment = {
      ...realWaiting,
      locks: globalThis.navigator?.locks,
      ...environment,
    };
    this.#key = `${name}.session`;
    this.#deviceKey = `${name}.device`;
    this.#baseUrl = new Request(`${options.baseUrl.replace(/\/+$/, "")}/`).url;
    this.nameplate = connect({ ...options, fetch: this.fetch });
    this.#unwatch = storage?.watch?.(this.#key, () => void this.#reload().catch(() => undefined));
  }

  /** Who is signed in; before {@link restore}, nobody. The same object until something of it changes. */
  get user(): SessionUser | null {
    return this.#user;
  }

  /** Reads the storage; gives who is signed in there. Every other method does so by itself. */
  async restore(): Promise<SessionUser | null> {
    await this.#load();
    return this.#user;
  }

  /** Calls the listener after each event; gives what ends that. */
  readonly subscribe = (listener: (event: SessionEvent) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Ends the watch on the storage. */
  close(): void {
    this.#unwatch?.();
    this.#listeners.clear();
  }

  /** Signs in. After a lost answer, the user may simply try again. */
  async signIn(username: string, password: string): Promise<Result<SessionUser, SignInCode>> {
    await this.#load();
    const sentAt = this.#environment.now();
    const answer = await this.#ask("v1/auth/login", { username, password });
    if (!answer.response.ok) {
      return failed(answer);
    }
    const before = this.#stored;
    const stored = toStored(answer, sentAt);
    this.#pause = undefined;
    this.#become(stored, "user", true);
    await this.#write(stored);
    if (before) {
      // The session before is of no use to anybody; if this fails, it ends when it was idle for long enough.
      this.#ask("v1/auth/logout", { refreshToken: before.refreshToken }).catch(() => undefined);
    }
    return { data: userOf(stored), response: answer.response };
  }

  /**
   * Signs out: forgets the tokens, then ends the session. With `everywhere`, ends all sessions of the user, then
   * forgets the tokens; if the API cannot be told that, the user stays signed in, and may repeat it.
   */
  async signOut({ everywhere = false } = {}): Promise<Result<undefined, SignOutCode>> {
    await this.#load();
    await this.#reload();
    const held = this.#stored;
    if (!held) {
      return { data: undefined, response: new Response(null, { status: 204 }) };
    }
    if (!everywhere) {
      await this.#forget(held, "user");
    }
    const { refreshToken } = held;
    const answer = await this.#insist(() => this.#ask("v1/auth/logout", { refreshToken, everywhere }));
    if (!answer.response.ok) {
      return failed(answer);
    }
    if (everywhere) {
      await this.#forget(held, "user");
    }
    return { data: undefined, response: answer.response };
  }

  /**
   * Changes the password of whoever is signed in. All other sessions of the user end. A lost answer is repeated.
   *
   * @throws {Error} when nobody is signed in.
   */
  async changePassword(
    oldPassword: string,
    newPassword: string,
  ): Promise<Result<SessionUser, ChangePasswordCode>> {
    await this.#load();
    const held = this.#stored;
    if (!held) {
      throw new Error("nobody is signed in");
    }
    const body = { userId: held.userId, oldPassword, newPassword };
    const answer = await this.#insist(async () => {
      const sentAt = this.#environment.now();
      const answer = await read(await this.#sendAs(held.userId, this.#request("v1/users/change-password", body)));
      return { ...answer, sentAt };
    });
    if (!answer.response.ok) {
      return failed(answer);
    }
    const present = this.#stored;
    if (present?.userId === held.userId && hasAccessToken(answer.body)) {
      const { accessToken, expiresIn } = answer.body;
      const stored = { ...present, accessToken, renewAt: renewAt(answer.sentAt, expiresIn) };
      this.#become(stored);
      await this.#write(stored);
    }
    return { data: userOf(held), response: answer.response };
  }

  /**
   * The access token for a request elsewhere; `null` when nobody is signed in.
   *
   * @throws {UnexpectedAnswer} when the API cannot refresh it now.
   */
  async accessToken(): Promise<string | null> {
    const fresh = await this.#fresh();
    if (fresh instanceof Response) {
      throw new UnexpectedAnswer(fresh);
    }
    return fresh?.accessToken ?? null;
  }

  /**
   * As the global `fetch`, for URLs of the API alone: adds the access token, which is refreshed before if it is about
   * to end. When the API does not accept the token, refreshes it and repeats the request, once. When the API cannot
   * refresh it now, that answer is the answer. When nobody is signed in, the request has no token.
   */
  readonly fetch = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    if (!request.url.startsWith(this.#baseUrl)) {
      throw new TypeError(`the session is for ${this.#baseUrl} alone`);
    }
    await this.#load();
    const caller = this.#stored?.userId;
    const { patience = PATIENCE } = this.#options;
    return untilAvailable(request, (attempt) => this.#sendAs(caller, attempt), { ...this.#environment, patience });
  };

  /** Sends the request as that user, as long as it is the one who is signed in; else without a token. */
  async #sendAs(caller: string | undefined, request: Request): Promise<Response> {
    const isCaller = (stored: Stored | null) => stored !== null && stored.userId === caller;
    const before = await this.#fresh();
    if (before instanceof Response) {
      return before;
    }
    // Nobody's request goes out as somebody else who signed in meanwhile.
    if (!before || !isCaller(before)) {
      return this.#send(request, null);
    }
    const send = (request: Request, as: Stored) => this.#send(request, as);
    return withRenewal(request, before, send, async ({ accessToken }) => {
      const after = await this.#fresh(accessToken);
      return after instanceof Response ? after : after && isCaller(after) ? after : undefined;
    });
  }

  async #send(request: Request, as: Stored | null): Promise<Response> {
    if (as) {
      request.headers.set("Authorization", `Bearer ${as.accessToken}`);
    }
    const device = await this.#deviceId();
    if (device !== undefined) {
      request.headers.set("X-Device-ID", device);
    }
    return this.#transport(request);
  }

  #transport(request: Request): Promise<Response> {
    return (this.#options.fetch ?? fetch)(request);
  }

  /** Sends a request that needs no access token. */
  async #ask(path: string, body: Record<string, unknown>): Promise<Answer> {
    return read(await this.#send(this.#request(path, body), null));
  }

  #request(path: string, body: Record<string, unknown>): Request {
    return new Request(this.#baseUrl + path, {
      method: "POST",
      headers: [...clientHeaders(this.#options), ["Content-Type", "application/json"]],
      body: JSON.stringify(body),
      // Not every platform has it.
      signal: AbortSignal.timeout?.(TIMEOUT) ?? null,
      // Who signs out often leaves the page at once.
      keepalive: path === "v1/auth/logout",
    });
  }

  /** Repeats a request of the session itself until its answer is neither lost nor one of overload or a failure. */
  #insist<A extends Answer>(send: () => Promise<A>, isWanted = () => true): Promise<A> {
    return insist(send, { ...this.#environment, patience: OWN_PATIENCE, mayPass, repeatsLost: true, isWanted });
  }

  /**
   * The session with an access token that is neither about to end nor the one that was refused; without such, the
   * session as it is. `null` when nobody is signed in; the API's answer when it cannot refresh now.
   */
  async #fresh(refused?: string): Promise<Stored | Response | null> {
    await this.#load();
    const isFresh = ({ accessToken, renewAt }: Stored) =>
      accessToken !== refused && this.#environment.now() < renewAt;
    if (!this.#stored || isFresh(this.#stored)) {
      return this.#stored;
    }
    this.#renewal ??= this.#exclusively(() => this.#renew(isFresh)).finally(() => {
      this.#renewal = undefined;
    });
    const failure = await this.#renewal;
    return failure?.clone() ?? this.#stored;
  }

  /**
   * Runs the task while no other tab runs its own, as far as there are locks. Without one nothing goes wrong: two
   * refreshes with one token have the same successor.
   */
  async #exclusively<T>(task: () => Promise<T>): Promise<T> {
    const { locks } = this.#environment;
    if (!this.#options.storage || !locks) {
      return task();
    }
    let running: Promise<T> | undefined;
    try {
      await locks.request(this.#key, { signal: AbortSignal.timeout(LOCK_TIMEOUT) }, async () => {
        running = task();
        await running;
      });
    } catch {
      // The task failed, which `running` says, or the lock is not to be had.
    }
    return running ?? task();
  }

  /** Refreshes, unless another tab has; gives the API's answer when it cannot refresh now. */
  async #renew(isFresh: (stored: Stored) => boolean): Promise<Response | undefined> {
    const { now } = this.#environment;
    await this.#reload();
    const held = this.#stored;
    if (!held || isFresh(held)) {
      return undefined;
    }
    if (this.#pause && now() < this.#pause.until) {
      return this.#pause.response;
    }
    const { refreshToken } = held;
    const isHeld = () => this.#stored?.refreshToken === refreshToken;
    const { response, next } = await this.#insist(async () => {
      const sentAt = now();
      const answer = await this.#ask("v1/auth/refresh", { refreshToken });
      return { ...answer, next: answer.response.ok ? toStored(answer, sentAt) : undefined };
    }, isHeld);
    await this.#reload();
    if (!isHeld()) {
      // Signed out meanwhile, or another tab was faster.
      return undefined;
    }
    if (next) {
      this.#become(next);
      await this.#write(next);
      return undefined;
    }
    if (response.status === 401 && errorCode(response) === "REFRESH_TOKEN_INVALID") {
      await this.#forget(held, "ended");
      return undefined;
    }
    const wait = retryAfter(response);
    this.#pause = wait === undefined ? undefined : { until: now() + wait * 1000, response };
    return response;
  }

  #load(): Promise<void> {
    this.#loading ??= this.#reload().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  /** Takes over what the storage has. */
  async #reload(): Promise<void> {
    const { storage } = this.#options;
    if (!storage) {
      return;
    }
    await this.#writing;
    const version = this.#version;
    const stored = parse(await storage.get(this.#key));
    if (version === this.#version) {
      this.#become(stored);
    }
  }

  /** Forgets the session, unless it is another user's by now. */
  async #forget({ userId }: Stored, reason: SignOutReason): Promise<void> {
    if (this.#stored?.userId === userId) {
      this.#become(null, reason);
      await this.#write(null);
    }
  }

  /** The session from now on. */
  #become(stored: Stored | null, reason: SignOutReason = "elsewhere", isSignIn = false): void {
    const before = this.#stored;
    this.#stored = stored;
    this.#version += 1;
    if (stored?.userId !== this.#user?.userId || stored?.username !== this.#user?.username) {
      this.#user = stored && userOf(stored);
    }
    const isOther = stored?.userId !== before?.userId;
    if (before && isOther) {
      this.#tell({ type: "signedOut", reason });
    }
    if (stored && (isOther || isSignIn)) {
      this.#tell({ type: "signedIn", user: userOf(stored) });
    } else if (stored && stored.accessToken !== before?.accessToken) {
      this.#tell({ type: "refreshed", user: userOf(stored) });
    }
  }

  /** After whatever runs now: no listener's error comes in between. */
  #tell(event: SessionEvent): void {
    for (const listener of this.#listeners) {
      queueMicrotask(() => listener(event));
    }
  }

  #write(stored: Stored | null): Promise<void> {
    const { storage } = this.#options;
    if (!storage) {
      return Promise.resolve();
    }
    const written = this.#writing.then(() =>
      stored ? storage.set(this.#key, JSON.stringify(stored)) : storage.remove(this.#key),
    );
    this.#writing = written.catch(() => undefined);
    return written;
  }

  /**
   * The id of this installation: random, made once, kept in the storage. Without a storage there is none, because one
   * for each page that is opened would push the user's real devices off the list of the known ones.
   */
  #deviceId(): Promise<string | undefined> {
    this.#device ??= this.#readOrMakeDeviceId().catch(() => undefined);
    return this.#device;
  }

  async #readOrMakeDeviceId(): Promise<string | undefined> {
    const { deviceId, storage } = this.#options;
    if (deviceId !== undefined || !storage) {
      return deviceId;
    }
    const known = await storage.get(this.#deviceKey);
    if (known) {
      return known;
    }
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    await storage.set(this.#deviceKey, id);
    return id;
  }
}

/**
 * Keeps the session in `localStorage`, for all tabs of the origin. Do not give it `sessionStorage`: the browser copies
 * that for a duplicated tab, and two copies of a session that know nothing of each other end it.
 */
export function webStorage(area: Storage = localStorage): TokenStorage {
  return {
    get: (key) => area.getItem(key),
    set: (key, value) => area.setItem(key, value),
    remove: (key) => area.removeItem(key),
    watch(key, changed) {
      const listener = (event: StorageEvent) => {
        // Without a key, everything was removed.
        if (event.storageArea === area && (event.key === key || event.key === null)) {
          changed();
        }
      };
      addEventListener("storage", listener);
      return () => removeEventListener("storage", listener);
    },
  };
}

/** The session that an answer begins or renews. What has no tokens is not the API's: of a network's sign-in page, say. */
function toStored({ body }: Answer, sentAt: number): Stored {
  if (!hasTokens(body)) {
    throw new TypeError("the answer has no tokens");
  }
  const { userId, username, accessToken, refreshToken, expiresIn } = body;
  return { userId, username, accessToken, renewAt: renewAt(sentAt, expiresIn), refreshToken };
}

function renewAt(sentAt: number, expiresIn: number): number {
  // The token was made after the request was sent, so it ends later than this.
  const lifetime = expiresIn * 1000;
  return sentAt + lifetime - Math.min(MARGIN, lifetime / 2);
}

function userOf({ userId, username }: SessionUser): SessionUser {
  return { userId, username };
}

/** The answer with its body. What is not JSON is not the API's, or cut off; the error has no word of it. */
async function read(response: Response): Promise<Answer> {
  const text = await response.clone().text();
  let body: unknown;
  try {
    body = text === "" ? undefined : JSON.parse(text);
  } catch {
    if (response.ok) {
      throw new TypeError("the answer is not JSON");
    }
  }
  return { response, body };
}

function failed<Code extends string>({ response, body }: Answer): Result<never, Code> {
  if (!isProblem(response) || !isRecord(body)) {
    throw new UnexpectedAnswer(response);
  }
  return { error: body as ProblemOf<Code>, response };
}

/** Whether it makes sense to ask again. */
function mayPass({ status }: Response): boolean {
  return status >= 500 || status === 429 || status === 409 || status === 408;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function hasTexts(value: unknown, names: string[]): value is Record<string, unknown> {
  return isRecord(value) && names.every((name) => typeof value[name] === "string");
}

function hasAccessToken(body: unknown): body is { accessToken: string; expiresIn: number } {
  return isRecord(body) && typeof body["accessToken"] === "string" && typeof body["expiresIn"] === "number";
}

function hasTokens(body: unknown): body is Tokens {
  return hasTexts(body, ["userId", "username", "refreshToken"]) && hasAccessToken(body);
}

function isStored(value: unknown): value is Stored {
  const texts = ["userId", "username", "accessToken", "refreshToken"];
  return hasTexts(value, texts) && typeof value["renewAt"] === "number";
}

/** A session as it was written; `null` for anything else. */
function parse(text: string | null): Stored | null {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "null");
  } catch {
    return null;
  }
  return isStored(value) ? value : null;
}
