// What a session needs of the API, in memory: one user, sessions with rotating refresh tokens, a clock that stands.

import type { SessionEnvironment, TokenStorage } from "../src/index.js";

export const BASE_URL = "https://api.example.com";
export const USER = { userId: "7", username: "ada" };
export const PASSWORD = "Analytical-Engine-1843";
/** How long an access token counts. */
export const LIFETIME = 600_000;

/** A clock that only sleeping moves. */
export class Clock {
  time = 1_000_000;
  readonly sleeps: number[] = [];
  readonly environment: Pick<SessionEnvironment, "now" | "sleep"> = {
    now: () => this.time,
    sleep: async (milliseconds) => {
      this.sleeps.push(milliseconds);
      this.time += milliseconds;
    },
  };
}

interface ServerSession {
  userId: string;
  generation: number;
  epoch: number;
  isEnded: boolean;
}

interface Body {
  username: string;
  password: string;
  refreshToken: string;
  everywhere: boolean;
  oldPassword: string;
  newPassword: string;
}

/** What happens to a request: it is handled, and then its answer is perhaps another one, or lost. */
export type Fault = (request: Request, handle: () => Promise<Response>) => Promise<Response>;

export class FakeApi {
  /** Each request: method, path, the access token, and the refresh token in the body. */
  readonly calls: { path: string; token: string | null; device: string | null; body: Partial<Body> }[] = [];
  readonly #sessions: ServerSession[] = [];
  readonly #faults: { path: string; fault: Fault }[] = [];
  #issued = 0;
  #epoch = 0;
  #password = PASSWORD;

  constructor(readonly clock: Clock) {}

  /** The next request to that path fails so. */
  next(path: string, fault: Fault): void {
    this.#faults.push({ path, fault });
  }

  /** The requests to that path. */
  to(path: string) {
    return this.calls.filter((call) => call.path === path);
  }

  /** Ends all sessions, as a change of password elsewhere does. */
  endSessions(): void {
    this.#epoch += 1;
  }

  readonly fetch = async (request: Request): Promise<Response> => {
    const path = new URL(request.url).pathname;
    const body = JSON.parse((await request.text()) || "{}") as Partial<Body>;
    const token = request.headers.get("Authorization")?.replace("Bearer ", "") ?? null;
    this.calls.push({ path, token, device: request.headers.get("X-Device-ID"), body });
    const handle = async () => this.#handle(path, token, body);
    const index = this.#faults.findIndex((fault) => fault.path === path);
    const [found] = index < 0 ? [] : this.#faults.splice(index, 1);
    return found ? found.fault(request, handle) : handle();
  };

  #handle(path: string, token: string | null, body: Partial<Body>): Response {
    switch (path) {
      case "/v1/auth/login":
        return this.#logIn(body);
      case "/v1/auth/refresh":
        return this.#refresh(body.refreshToken ?? "");
      case "/v1/auth/logout":
        return this.#logOut(body);
      default:
        return this.#asUser(path, token, body);
    }
  }

  #logIn({ username = "", password }: Partial<Body>): Response {
    if (password !== this.#password) {
      return problem(401, "CREDENTIALS_INVALID");
    }
    const userId = username === USER.username ? USER.userId : username;
    this.#sessions.push({ userId, generation: 0, epoch: this.#epoch, isEnded: false });
    return this.#tokens(this.#sessions.length - 1);
  }

  #refresh(token: string): Response {
    const [, id, generation] = token.split("_").map(Number);
    const session = this.#sessions[id ?? -1];
    if (!session || session.isEnded || session.epoch !== this.#epoch) {
      return problem(401, "REFRESH_TOKEN_INVALID");
    }
    if (generation === session.generation) {
      session.generation += 1;
    } else if (generation !== session.generation - 1) {
      session.isEnded = true;
      return problem(401, "REFRESH_TOKEN_INVALID");
    }
    return this.#tokens(id ?? -1);
  }

  #logOut({ refreshToken = "", everywhere }: Partial<Body>): Response {
    const session = this.#sessions[Number(refreshToken.split("_")[1])];
    if (session) {
      session.isEnded = true;
      this.#epoch += everywhere ? 1 : 0;
    }
    return new Response(null, { status: 204 });
  }

  #asUser(path: string, token: string | null, { oldPassword, newPassword = "" }: Partial<Body>): Response {
    if (token === null) {
      return problem(401, "TOKEN_MISSING");
    }
    const [id, epoch, , expiresAt] = token.split(".").map(Number);
    const session = this.#sessions[id ?? -1];
    if (!session) {
      return problem(401, "TOKEN_INVALID");
    }
    if ((expiresAt ?? 0) <= this.clock.time) {
      return problem(401, "TOKEN_EXPIRED");
    }
    if (epoch !== this.#epoch) {
      return problem(401, "TOKEN_REVOKED");
    }
    if (path !== "/v1/users/change-password") {
      return Response.json({ userId: session.userId });
    }
    if (oldPassword !== this.#password && newPassword !== this.#password) {
      return problem(401, "CREDENTIALS_INVALID");
    }
    if (oldPassword === this.#password) {
      this.#password = newPassword;
      this.#epoch += 1;
      session.epoch = this.#epoch;
    }
    const { accessToken } = this.#accessToken(id ?? -1);
    return Response.json({ userId: session.userId, accessToken, expiresIn: LIFETIME / 1000 });
  }

  #tokens(id: number): Response {
    const session = this.#sessions[id];
    const userId = session?.userId ?? "";
    return Response.json({
      userId,
      username: userId === USER.userId ? USER.username : userId,
      type: "Bearer",
      ...this.#accessToken(id),
      refreshToken: `npr_${id}_${session?.generation}`,
      expiresIn: LIFETIME / 1000,
      refreshExpiresIn: 2_592_000,
    });
  }

  #accessToken(id: number) {
    this.#issued += 1;
    const epoch = this.#sessions[id]?.epoch;
    return { accessToken: `${id}.${epoch}.${this.#issued}.${this.clock.time + LIFETIME}` };
  }
}

/** An error of the API. */
export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = { type: "about:blank", title: "Sentence", status, code };
  return Response.json(body, {
    status,
    headers: { "Content-Type": "application/problem+json", "X-Error-Code": code, ...headers },
  });
}

/** The request is handled, and its answer lost. */
export const lost: Fault = async (_, handle) => {
  await handle();
  throw new TypeError("fetch failed");
};

/** The request is not handled, but answered so. */
export const answered = (response: Response): Fault => async () => response;

/** A storage that several tabs share; each tab hears of the changes of the others. */
export class SharedStorage {
  readonly values = new Map<string, string>();
  readonly #watchers = new Map<object, () => void>();

  tab(): TokenStorage {
    const tab = {};
    const changed = () => {
      for (const [other, watcher] of this.#watchers) {
        if (other !== tab) {
          watcher();
        }
      }
    };
    return {
      get: async (key) => this.values.get(key) ?? null,
      set: async (key, value) => {
        this.values.set(key, value);
        changed();
      },
      remove: async (key) => {
        this.values.delete(key);
        changed();
      },
      watch: (_, watcher) => {
        this.#watchers.set(tab, watcher);
        return () => this.#watchers.delete(tab);
      },
    };
  }
}

/** Web Locks of one origin: a task begins when the one before it has ended. */
export class FakeLocks {
  granted = 0;
  #last: Promise<unknown> = Promise.resolve();

  request(_: string, __: { signal: AbortSignal }, task: () => Promise<void>): Promise<void> {
    const run = this.#last.then(() => {
      this.granted += 1;
      return task();
    });
    this.#last = run.catch(() => undefined);
    return run;
  }
}
