//! The tables: who has which name, every user, and what signs users in.
//!
//! Two tables with one key attribute each, `pk`. `Users`:
//! - `USER#<userId>` is the user. `version` grows by one with every write.
//! - `USERNAME#<key>` is the record of a name: `userId`, `username` (the owner's spelling) and, once
//!   the owner gives the name up, `heldUntil` (milliseconds) and `expiresAt` (seconds, for the TTL).
//!
//! `Credentials`, which has no stream, and which only the functions that need it may read:
//! - `CREDENTIAL#<userId>` is a user's password hash.
//! - `SESSION#<id>` is a session, `ATTEMPTS#<pool>` a counter of attempts at a password, `SIGNINGKEY#<kid>` a
//!   private key that signs access tokens. Its public half is in the item `JWKS` of `Users`.
//!
//! [`Store::commit`] is the only way to write users and names. Uniqueness, cooldown and hold are conditions of its
//! transaction; no read decides them.

mod actions;
mod attempt;
mod cancellation;
mod change;
mod client;
mod commit;
mod credential;
mod custody;
mod error;
mod expression;
mod http;
mod item;
mod session;
mod sign_in;
mod signing_key;
mod table;
mod tables;
mod write;

pub use attempt::{AttemptLimit, Reservation, Window};
pub use change::{Change, Outcome};
pub use client::DynamoDb;
pub use credential::Credential;
pub use custody::{Custody, Kms};
pub use error::StoreError;
pub use http::{TlsError, https};
pub use session::Claimed;
pub use sign_in::{Candidate, CredentialUpdate, PasswordChange};
pub use signing_key::{NewKey, Published, SealedKey};
pub use table::{Backoff, CallerAndTarget, Store, Users};
pub use tables::Tables;

/// The most decisions of a handler after the first: one whenever somebody else's write comes in between.
pub const RETRIES: usize = 3;
