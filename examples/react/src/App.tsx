import { useSyncExternalStore } from "react";
import { session } from "./nameplate.ts";
import { ProfileForm } from "./ProfileForm.tsx";
import { SignIn } from "./SignIn.tsx";
import { UsernameForm } from "./UsernameForm.tsx";
import { useMe } from "./useMe.ts";

export function App() {
  const user = useSyncExternalStore(session.subscribe, () => session.user);
  return user ? <Account key={user.userId} /> : <SignIn />;
}

function Account() {
  const { me, failure, read } = useMe();
  return (
    <>
      <h1>{me?.user.username ?? "…"}</h1>
      <p role="alert">{failure}</p>
      {me && <UsernameForm username={me.user.username} onChanged={read} />}
      {me && <ProfileForm me={me} read={read} />}
      <hr />
      <button onClick={() => session.signOut()}>Sign out</button>
    </>
  );
}
