import { sentence, type User } from "nameplate-client";
import { useCallback, useEffect, useState } from "react";
import { mishap, session } from "./nameplate.ts";

/** The user, and the version in which it was read. */
export interface Me {
  user: User;
  etag: string;
}

/** Whoever is signed in, and what reads that again. */
export function useMe() {
  const [me, setMe] = useState<Me>();
  const [failure, setFailure] = useState("");
  const read = useCallback(async () => {
    try {
      const { data, error, response } = await session.nameplate.GET("/v1/users/me");
      if (data) {
        setMe({ user: data, etag: response.headers.get("ETag") ?? "" });
      }
      setFailure(error ? sentence(error) : "");
    } catch (error) {
      setFailure(mishap(error));
    }
  }, []);
  useEffect(() => void read(), [read]);
  return { me, failure, read };
}
