// A session that the browser's storage keeps, for the test to drive from outside.
import { createSession, webStorage } from "nameplate-client";

const baseUrl = new URL(location.href).searchParams.get("api") ?? "";
Object.assign(globalThis, { session: createSession({ baseUrl, storage: webStorage() }) });
