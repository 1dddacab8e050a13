/** How a request is sent: again while the API is not available, and once more when it refuses the token. */

/** How long a request is repeated while the API answers 503, in milliseconds. */
export const PATIENCE = 10_000;
/** The first wait before a repetition, in milliseconds; each one after it is twice as long. */
const BACKOFF = 500;

/** What waiting needs. Tests bring their own. */
export interface Waiting {
  /** This client's own clock, in milliseconds. */
  now: () => number;
  /** Rejects with the signal's reason when that comes before the end. */
  sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

export const realWaiting: Waiting = {
  now: Date.now,
  sleep: (milliseconds, signal) =>
    new Promise((done, failed) => {
      signal?.throwIfAborted();
      const abort = () => {
        clearTimeout(timer);
        failed(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", abort);
        done();
      }, milliseconds);
      signal?.addEventListener("abort", abort, { once: true });
    }),
};

/** When and for how long a request is repeated. */
export interface Persistence extends Waiting {
  /** For how long, in milliseconds. A wait that would end later is not begun. */
  patience: number;
  /** Whether another attempt may have another answer. */
  mayPass: (response: Response) => boolean;
  /** Whether a request without an answer is repeated, too. */
  repeatsLost?: boolean;
  isWanted?: () => boolean;
  signal?: AbortSignal;
}

/** Sends a request that is safe to repeat until its answer is final, or until the patience or the wish ends. */
export async function insist<A extends { response: Response }>(
  send: () => Promise<A>,
  { now, sleep, patience, mayPass, repeatsLost = false, isWanted = () => true, signal }: Persistence,
): Promise<A> {
  const end = now() + patience;
  for (let backoff = BACKOFF; ; backoff *= 2) {
    let answer: A | undefined;
    let lost: unknown;
    try {
      answer = await send();
    } catch (error) {
      if (!repeatsLost) {
        throw error;
      }
      lost = error;
    }
    if (answer && !mayPass(answer.response)) {
      return answer;
    }
    const asked = answer && retryAfter(answer.response);
    const wait = Math.max((asked ?? 0) * 1000, backoff * (0.5 + Math.random() / 2));
    if (!isWanted() || now() + wait > end) {
      if (answer) {
        return answer;
      }
      throw lost;
    }
    await answer?.response.body?.cancel();
    await sleep(wait, signal);
  }
}

/** Sends the request until the answer is not 503: repeating is always safe. The request's own signal ends it. */
export async function untilAvailable(
  request: Request,
  send: (request: Request) => Promise<Response>,
  waiting: Waiting & { patience: number },
): Promise<Response> {
  const { signal } = request;
  const mayPass = ({ status }: Response) => status === 503;
  const { response } = await insist(async () => ({ response: await send(request.clone()) }), {
    ...waiting,
    mayPass,
    signal,
  });
  return response;
}

/**
 * Sends the request with a token. When the API refuses the token, `renew` gives another one, with which the request is
 * repeated, once; or the answer instead; or nothing, and the refusal is the answer.
 */
export async function withRenewal<Token>(
  request: Request,
  token: Token,
  send: (request: Request, token: Token) => Promise<Response>,
  renew: (refused: Token) => Promise<Token | Response | undefined>,
): Promise<Response> {
  const response = await send(request.clone(), token);
  if (!isTokenRefused(response)) {
    return response;
  }
  const next = await renew(token);
  if (next instanceof Response) {
    return next;
  }
  if (next === undefined) {
    return response;
  }
  await response.body?.cancel();
  return send(request, next);
}

/** The seconds after which to ask again, as the answer says. */
export function retryAfter(response: Response): number | undefined {
  const seconds = response.headers.get("Retry-After");
  return seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) : undefined;
}

export function errorCode(response: Response): string | null {
  return response.headers.get("X-Error-Code");
}

/** Whether another access token might be accepted. `TOKEN_INVALID` also stands for a key that was withdrawn. */
function isTokenRefused(response: Response): boolean {
  const codes = ["TOKEN_EXPIRED", "TOKEN_REVOKED", "TOKEN_INVALID"];
  return response.status === 401 && codes.includes(errorCode(response) ?? "");
}
