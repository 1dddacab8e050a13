/** A typed client of the Nameplate API, and sessions of users who sign in there. */

export {
  type ClientOptions,
  createNameplate,
  type Language,
  type Nameplate,
  type Offset,
  type Operations,
  type Options,
  type Platform,
  sentence,
  type Setting,
  UnexpectedAnswer,
} from "./client.js";
export type { components, operations, paths } from "./schema.js";
export {
  type ChangePasswordCode,
  createSession,
  type Result,
  type Session,
  type SessionEnvironment,
  type SessionEvent,
  type SessionOptions,
  type SessionUser,
  type SignInCode,
  type SignOutCode,
  type SignOutReason,
  type TokenStorage,
  webStorage,
} from "./session.js";
export { isTimeZone, languageOf, offsetOf } from "./surroundings.js";
export { retryAfter } from "./transport.js";
export type * from "./types.js";
