//! Sessions: who signed in stays signed in by a refresh token that rotates.
//!
//! The table has nothing that yields a token: it keeps the hash of the present token's secret, and the
//! successor's secret is derived from the predecessor's, which the client alone has.

mod bytes;
mod policy;
mod refresh_token;
mod rotation;
mod state;

pub use bytes::{Bytes32, Randomness, SessionId};
pub use policy::SessionPolicy;
pub use refresh_token::RefreshToken;
pub use rotation::{Presentation, Presented, Rotation};
pub use state::{EndReason, Session, SignedIn};
