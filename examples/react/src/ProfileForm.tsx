import { isTimeZone, sentence, type TimeZone, type UpdateUser, type Violation } from "nameplate-client";
import { type FormEvent, useState } from "react";
import { mishap, session } from "./nameplate.ts";
import type { Me } from "./useMe.ts";

/** What the user has typed and not saved. */
type Edits = Partial<Record<"firstName" | "midName" | "lastName", string>> & { timezone?: TimeZone };

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function ProfileForm({ me: { user, etag }, read }: { me: Me; read: () => Promise<void> }) {
  const [edits, setEdits] = useState<Edits>({});
  const [said, setSaid] = useState("");
  const [faults, setFaults] = useState<Violation[]>([]);
  const [isOutdated, setOutdated] = useState(false);

  async function save(event: FormEvent) {
    event.preventDefault();
    const { midName, ...others } = edits;
    const body: UpdateUser = { userId: user.userId, ...others };
    if (midName !== undefined) {
      body.midName = midName || null;
    }
    try {
      const { error } = await session.nameplate.PATCH("/v1/users/update", {
        // Only if nobody else has changed the user since.
        params: { header: { "If-Match": etag } },
        body,
      });
      setFaults(error?.errors ?? []);
      setOutdated(error?.code === "VERSION_MISMATCH");
      setSaid(error ? (error.errors ? "" : sentence(error)) : "Saved.");
      if (!error) {
        setEdits({});
        await read();
      }
    } catch (error) {
      setSaid(mishap(error));
    }
  }

  async function readAgain() {
    setEdits({});
    setSaid("");
    setOutdated(false);
    await read();
  }

  const field = (name: "firstName" | "midName" | "lastName", label: string) => {
    const fault = faults.find(({ pointer }) => pointer === `#/${name}`);
    return (
      <label>
        {label}
        <input
          value={edits[name] ?? user[name] ?? ""}
          onChange={(event) => setEdits({ ...edits, [name]: event.target.value })}
          aria-invalid={fault !== undefined}
        />
        <span className="fault">{fault?.detail}</span>
      </label>
    );
  };
  const zones = [...new Set([user.timezone, ...(isTimeZone(here) ? [here] : [])])];
  return (
    <form onSubmit={save}>
      <h2>Profile</h2>
      {field("firstName", "First name")}
      {field("midName", "Middle name")}
      {field("lastName", "Last name")}
      <label>
        Time zone
        <select
          value={edits.timezone ?? user.timezone}
          onChange={({ target }) => isTimeZone(target.value) && setEdits({ ...edits, timezone: target.value })}
        >
          {zones.map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </select>
      </label>
      <button disabled={Object.keys(edits).length === 0}>Save profile</button>
      <p role="status">{said}</p>
      {isOutdated && (
        <button type="button" onClick={readAgain}>
          Read it again
        </button>
      )}
    </form>
  );
}
