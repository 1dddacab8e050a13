//! Why tokens are not accepted.

use std::error::Error;
use std::time::Duration;

use http::StatusCode;

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The request has no bearer token.
    #[error("no bearer token was sent")]
    Missing,
    /// The token has more bytes than are read.
    #[error("the token is longer than 10 KiB")]
    TooLong,
    /// The token is not a JWT of the expected form.
    #[error("the token is malformed")]
    Malformed,
    /// The token's algorithm is not on the allow-list, or no key fits it.
    #[error("the token's algorithm or key is not accepted")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the token's signature is wrong")]
    Signature,
    /// Another issuer made the token.
    #[error("the token's issuer (iss) is not accepted")]
    Issuer,
    /// The token is meant for another audience.
    #[error("the token is for another audience (aud)")]
    Audience,
    /// A required claim is missing or malformed.
    #[error("a claim among iss, aud, exp and sub is missing or malformed")]
    Claim,
    /// The token is not valid yet.
    #[error("the token is not valid yet (nbf)")]
    NotYetValid,
    /// The token has expired.
    #[error("the token has expired")]
    Expired,
}

/// Why verifying a token fails.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// The token is not accepted.
    #[error(transparent)]
    Rejected(#[from] TokenError),
    /// The issuer's keys cannot be fetched, so nobody knows whether the token is good.
    #[error("the issuer's keys are not available")]
    KeysUnavailable(#[source] FetchError),
}

/// Why the issuer's keys cannot be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The issuer did not answer in time.
    #[error("the issuer's keys took longer than 2 s")]
    TimedOut,
    /// The connection failed.
    #[error("the issuer's keys cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// The answer has another status than 200.
    #[error("the issuer's keys were answered with status {0}")]
    Status(StatusCode),
    /// The answer is over 64 KiB, or not a usable key set.
    #[error("the issuer's key set {0}")]
    Unusable(String),
    /// The last attempt failed, and the next one is not due yet.
    #[error("the last fetch of the issuer's keys failed a moment ago")]
    TooSoon {
        /// The time until the next one is due.
        wait: Duration,
    },
}

impl FetchError {
    /// When it makes sense to repeat a request that failed for this: when the next fetch is due.
    pub fn retry_after(&self) -> Duration {
        match self {
            Self::TooSoon { wait } => *wait,
            _ => Duration::from_secs(1),
        }
    }
}
