//! Bearer tokens: JSON Web Tokens (RFC 7519), verified as RFC 8725 advises.

mod claims;
mod error;
mod keys;
mod remote;
mod settings;
mod verifier;

pub use claims::Claims;
pub use error::{FetchError, TokenError, VerificationError};
pub use settings::TokenSettings;
pub use verifier::TokenVerifier;
