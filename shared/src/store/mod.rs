//! The table: who has which name, and every user.
//!
//! One table with one key attribute, `pk`:
//! - `USER#<userId>` is the user. `version` grows by one with every write.
//! - `USERNAME#<key>` is the record of a name: `userId`, `username` (the owner's spelling) and, once
//!   the owner gives the name up, `heldUntil` (milliseconds) and `expiresAt` (seconds, for the TTL).
//!
//! [`Store::commit`] is the only way to write. Uniqueness, cooldown and hold are conditions of its
//! transaction; no read decides them.

mod actions;
mod cancellation;
mod change;
mod client;
mod commit;
mod error;
mod expression;
mod http;
mod item;
mod table;

pub use change::{Change, Outcome};
pub use client::DynamoDb;
pub use error::StoreError;
pub use http::{TlsError, https};
pub use table::{Backoff, CallerAndTarget, Store, Users};
