import { retryAfter, sentence } from "nameplate-client";
import { type FormEvent, useState } from "react";
import { mishap, session } from "./nameplate.ts";

export function SignIn() {
  const [failure, setFailure] = useState("");
  const [isBusy, setBusy] = useState(false);

  async function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    try {
      const { error, response } = await session.signIn(String(form.get("username")), String(form.get("password")));
      if (error?.code === "TOO_MANY_ATTEMPTS") {
        setFailure(`${sentence(error)} (${retryAfter(response)} s)`);
      } else if (error) {
        setFailure(sentence(error));
      }
    } catch (error) {
      setFailure(mishap(error));
    }
    setBusy(false);
  }

  return (
    <form onSubmit={signIn}>
      <h1>Sign in</h1>
      {/* A sample user of `cargo run`. */}
      <label>
        Username
        <input name="username" autoComplete="username" required defaultValue="old_username" />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required defaultValue="Analytical-Engine-1843" />
      </label>
      <button disabled={isBusy}>Sign in</button>
      <p role="alert">{failure}</p>
    </form>
  );
}
