//! Bearer tokens: JSON Web Tokens (RFC 7519), verified as RFC 8725 advises.

mod audience;
mod claims;
mod discovery;
mod error;
mod explain;
mod fetch;
mod issuer;
mod keys;
mod kind;
mod list;
mod path;
mod remote;
mod required;
mod roles;
mod schedule;
mod settings;
mod signing;
mod source;
mod unverified;
mod verifier;

pub use audience::Audience;
pub use claims::{Claims, TokenSession};
pub use error::{AudienceError, FetchError, Resource, TokenError, VerificationError};
pub use explain::{Finding, Outcome};
pub use path::ClaimPath;
pub use required::RequiredClaim;
pub use roles::RoleClaims;
pub use schedule::{KeySchedule, PUBLISHED_BEFORE, ScheduledKey};
pub(crate) use settings::user_id_claim;
pub use settings::{OwnTokens, TokenSettings};
pub use signing::{NewKeyPair, SigningAlgorithm, SigningKey, SigningKeyError};
pub use source::KeySource;
pub use verifier::TokenVerifier;
