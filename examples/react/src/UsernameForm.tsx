import { sentence } from "nameplate-client";
import { type FormEvent, useEffect, useState } from "react";
import { mishap, session } from "./nameplate.ts";
import { useAvailability } from "./useAvailability.ts";
import { asClock, useCountdown } from "./useCountdown.ts";

interface Props {
  username: string;
  onChanged: () => Promise<void>;
}

export function UsernameForm({ username, onChanged }: Props) {
  const [wanted, setWanted] = useState(username);
  const [refusal, setRefusal] = useState("");
  const [allowedAt, setAllowedAt] = useState<string | null>();
  const wait = useCountdown(allowedAt);
  // The end of the cooldown is a reason to ask again.
  const verdict = useAvailability(wanted, `${username} ${wait > 0}`);
  const isOwn = wanted === username;

  useEffect(() => {
    if (verdict?.nextChangeAllowedAt !== undefined) {
      setAllowedAt(verdict.nextChangeAllowedAt);
    }
  }, [verdict]);

  async function change(event: FormEvent) {
    event.preventDefault();
    setRefusal("");
    try {
      const { data, error } = await session.nameplate.PATCH("/api/v1/users/username", {
        body: { newUsername: wanted },
      });
      if (data) {
        setAllowedAt(data.data.nextChangeAllowedAt);
        await onChanged();
      } else {
        // Between the verdict and now, somebody else may have been faster.
        setRefusal(sentence(error));
        if (error.code === "USERNAME_COOLDOWN") {
          setAllowedAt(error.nextChangeAllowedAt);
        }
      }
    } catch (error) {
      setRefusal(mishap(error));
    }
  }

  return (
    <form onSubmit={change}>
      <h2>Username</h2>
      <label>
        New username
        <input
          value={wanted}
          onChange={(event) => (setWanted(event.target.value), setRefusal(""))}
          autoCapitalize="none"
          spellCheck={false}
          aria-describedby="verdict"
        />
      </label>
      <p id="verdict" aria-live="polite">
        {isOwn ? "This is your username." : verdict ? (verdict.available ? "It is free." : verdict.why) : "…"}
      </p>
      {!isOwn && (verdict?.suggestions?.length ?? 0) > 0 && (
        <p className="suggestions">
          {verdict?.suggestions?.map((name) => (
            <button key={name} type="button" onClick={() => setWanted(name)}>
              {name}
            </button>
          ))}
        </p>
      )}
      {wait > 0 && (
        <p>
          You can change it again in <span role="timer">{asClock(wait)}</span>.
        </p>
      )}
      <button disabled={isOwn || !verdict?.available || wait > 0}>Change username</button>
      <p role="alert">{refusal}</p>
    </form>
  );
}
