//! Signing in with the password that we store: judging passwords, and issuing tokens for sessions.

mod failures;
mod guess;
mod keys;
mod memory;
mod service;
mod settings;
mod signer;
mod source;
mod tokens;

pub use failures::SourceAddress;
pub use guess::{Guess, Judged};
pub use keys::{KeysError, NewSigningKey, not_before, revoke, rotate, schedule};
pub use service::SignIn;
pub use settings::SignInSettings;
pub use signer::Signer;
pub use source::StoredKeys;
pub use tokens::{IssuedTokens, random};
