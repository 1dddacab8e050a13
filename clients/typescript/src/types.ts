/** Generated from openapi.yaml by generate/generate.mjs. Do not change it by hand. */

import type { components, Writable } from "./schema.js";

/** Contact data and subscription of a user. */
export type Account = components["schemas"]["Account"];
/** 1 to 200 characters on one line, after trimming, one of them visible, without control characters. */
export type AccountText = components["schemas"]["AccountText"];
/** A telephone number in international form (E.164), also without its +; answers have the +. */
export type AnyPhoneNumber = components["schemas"]["AnyPhoneNumber"];
/** A set of roles. */
export type AnyRoles = components["schemas"]["AnyRoles"];
/** Whether a name is available. */
export type Availability = components["schemas"]["Availability"];
/** A successful answer. */
export type AvailabilityEnvelope = components["schemas"]["AvailabilityEnvelope"];
/** The present password and the new one. */
export type ChangePassword = Writable<components["schemas"]["ChangePassword"]>;
/** The wish for another name. */
export type ChangeUsername = Writable<components["schemas"]["ChangeUsername"]>;
/** A new user. */
export type CreateUser = Writable<components["schemas"]["CreateUser"]>;
/** The metadata of an issuer (OpenID Connect Discovery). */
export type Discovery = components["schemas"]["Discovery"];
/** The stable code of an error. */
export type ErrorCode = components["schemas"]["ErrorCode"];
/** An error in the envelope. */
export type ErrorResponse = components["schemas"]["ErrorResponse"];
/** Who has a name. */
export type FoundUser = components["schemas"]["FoundUser"];
/** A successful answer. */
export type FoundUserEnvelope = components["schemas"]["FoundUserEnvelope"];
/** The present password: 1 to 128 characters. */
export type GivenPassword = components["schemas"]["GivenPassword"];
/** 3 to 30 ASCII letters, digits, _ and .; begins and ends with a letter or a digit, no two separators in a row, at least one letter, no reserved word. */
export type Handle = components["schemas"]["Handle"];
/** An https URL. */
export type HttpsUrl = components["schemas"]["HttpsUrl"];
/** An instant in UTC. */
export type Instant = components["schemas"]["Instant"];
/** A JSON Web Key Set. */
export type KeySet = components["schemas"]["KeySet"];
/** A constant in capitals that begins with a letter. */
export type Label = components["schemas"]["Label"];
/** Empty, or 1 to 100 characters after trimming, one of them visible, without control characters. */
export type LastName = components["schemas"]["LastName"];
/** A BCP 47 language tag, with - or _. */
export type Locale = components["schemas"]["Locale"];
/** Who signs in. */
export type LogIn = Writable<components["schemas"]["LogIn"]>;
/** The session that ends. */
export type LogOut = Writable<components["schemas"]["LogOut"]>;
/** The id of a new user; no word of the API's paths. */
export type NewUserId = components["schemas"]["NewUserId"];
/** 15 to 128 characters that are hard to guess and not made of the own data; never returned. */
export type Password = components["schemas"]["Password"];
/** The session that goes on. */
export type PasswordChanged = components["schemas"]["PasswordChanged"];
/** 1 to 100 characters after trimming, one of them visible, without control characters. */
export type PersonName = components["schemas"]["PersonName"];
/** A telephone number in international form (E.164). */
export type PhoneNumber = components["schemas"]["PhoneNumber"];
/** An error as RFC 9457 problem details. */
export type Problem = components["schemas"]["Problem"];
/** The session that goes on. */
export type RefreshSession = Writable<components["schemas"]["RefreshSession"]>;
/** A refresh token; it begins with npr_. */
export type RefreshToken = components["schemas"]["RefreshToken"];
/** Reserved words, and what looks like one (0 for o, rn for m): a handle that nobody may have. */
export type ReservedHandle = components["schemas"]["ReservedHandle"];
/** What a user may do beyond the own data. */
export type Role = components["schemas"]["Role"];
/** A set of roles. */
export type Roles = components["schemas"]["Roles"];
/** The present username. */
export type SignInName = components["schemas"]["SignInName"];
/** The tokens of a session. */
export type SignedIn = components["schemas"]["SignedIn"];
/** The status of a user; a DELETED one keeps the name reserved. */
export type Status = components["schemas"]["Status"];
/** The id of an IANA time zone. */
export type TimeZone = components["schemas"]["TimeZone"];
/** The fields of an account to change; absent ones stay as they are. */
export type UpdateAccount = Writable<components["schemas"]["UpdateAccount"]>;
/** The fields to change; absent ones stay as they are. */
export type UpdateUser = Writable<components["schemas"]["UpdateUser"]>;
/** A user. */
export type User = components["schemas"]["User"];
/** The id of a user. */
export type UserId = components["schemas"]["UserId"];
/** A handle or an e-mail address. */
export type Username = components["schemas"]["Username"];
/** The names before and after. */
export type UsernameChanged = components["schemas"]["UsernameChanged"];
/** A successful answer. */
export type UsernameChangedEnvelope = components["schemas"]["UsernameChangedEnvelope"];
/** One rule that the request breaks, and where. */
export type Violation = components["schemas"]["Violation"];
