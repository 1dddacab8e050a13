/** A typed client of the Nameplate API, and sessions of users who sign in there. */

export {
  type ClientOptions,
  createNameplate,
  type ErrorCode,
  type Nameplate,
  type Operations,
  type Options,
  type Problem,
  UnexpectedAnswer,
  type User,
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
