import { type Availability, sentence } from "nameplate-client";
import { useEffect, useState } from "react";
import { mishap, session } from "./nameplate.ts";

/** How long nobody types before the API is asked, in milliseconds. */
const PAUSE = 300;

/** What the API says of a name: whether it is to be had, and if not, why. */
export type Verdict = Partial<Availability> & { why?: string | undefined };

async function ask(username: string, signal: AbortSignal): Promise<Verdict> {
  try {
    const { data, error } = await session.nameplate.GET("/api/v1/users/username/availability", {
      params: { query: { username } },
      signal,
    });
    return data ? { ...data.data, why: data.errors[0] } : { why: sentence(error) };
  } catch (error) {
    return { why: mishap(error) };
  }
}

/** The verdict on a name that is being typed; nothing while it is not known. `round` asks again. */
export function useAvailability(username: string, round: unknown): Verdict | undefined {
  const [verdict, setVerdict] = useState<Verdict>();
  useEffect(() => {
    setVerdict(undefined);
    const abortion = new AbortController();
    const timer = setTimeout(async () => {
      const verdict = await ask(username, abortion.signal);
      // An answer to what was typed before is of no interest any more.
      if (!abortion.signal.aborted) {
        setVerdict(verdict);
      }
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      abortion.abort();
    };
  }, [username, round]);
  return verdict;
}
