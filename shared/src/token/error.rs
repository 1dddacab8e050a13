//! Why tokens are not accepted.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

/// Why a token is not accepted. It names claims as the settings do, and never has a value of the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The request has no bearer token.
    #[error("no bearer token was sent")]
    Missing,
    /// The token has more bytes than are read.
    #[error("the token is longer than 10 KiB")]
    TooLong,
    /// The token has not the three parts of a JWT: it is an opaque one.
    #[error("the token is no JSON Web Token of three parts")]
    NotAJwt,
    /// The token's header is malformed, or has a critical extension.
    #[error("the token's header is malformed")]
    Header,
    /// The token's claims are no JSON object with unique names.
    #[error("the token's claims are malformed")]
    Claims,
    /// The token's `typ` is another one.
    #[error("the token's typ is not that of an access token")]
    Type,
    /// The token's algorithm is not supported; its name where it is a registered one.
    #[error("the token's algorithm {} is not supported", .0.unwrap_or("(alg)"))]
    Algorithm(Option<&'static str>),
    /// No key fits the token's algorithm and key id.
    #[error("no accepted key fits the token's alg and kid")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the token's signature is wrong")]
    Signature,
    /// Another issuer made the token.
    #[error("iss is not accepted")]
    Issuer,
    /// The token is meant for somebody else.
    #[error(transparent)]
    Audience(#[from] AudienceError),
    /// That claim shows that the token is not an access token.
    #[error("{0} shows that the token is not an access token")]
    Kind(&'static str),
    /// The token is bound to a key that its bearer would have to prove.
    #[error("cnf binds the token to a key, which is not supported")]
    Bound,
    /// That claim has not the value that the settings require.
    #[error("{0} has not the value that is required")]
    Required(Cow<'static, str>),
    /// That claim is absent.
    #[error("{0} is absent")]
    Absent(Cow<'static, str>),
    /// That claim has another type or form.
    #[error("{0} is malformed")]
    Malformed(Cow<'static, str>),
    /// The token is not valid yet.
    #[error("the token is not valid yet (nbf)")]
    NotYetValid,
    /// The token has expired.
    #[error("the token has expired")]
    Expired,
    /// The session that the token is of has ended.
    #[error("the session of the token has ended")]
    Revoked,
}

/// Why a token is meant for somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AudienceError {
    /// `aud` has another audience.
    #[error("aud is not accepted")]
    NotAccepted,
    /// Without `aud`, `client_id` would have to be accepted.
    #[error("aud is absent and client_id is not accepted")]
    ClientId,
    /// Without both, `azp` would have to be accepted.
    #[error("aud and client_id are absent and azp is not accepted")]
    AuthorizedParty,
    /// Nothing says whom the token is for.
    #[error("aud, client_id and azp are absent")]
    Absent,
}

impl TokenError {
    /// Whether no key was tried: another key set may have one that fits.
    pub(super) fn tried_no_key(&self) -> bool {
        matches!(self, Self::UnknownKey | Self::Algorithm(_))
    }

    /// The cause in one word, for a metric: the claim or part that failed, never a value.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooLong => "length",
            Self::NotAJwt => "not_a_jwt",
            Self::Header | Self::Claims => "malformed",
            Self::Type => "typ",
            Self::Algorithm(_) => "alg",
            Self::UnknownKey => "kid",
            Self::Signature => "signature",
            Self::Issuer => "iss",
            Self::Audience(_) => "aud",
            Self::Kind(_) => "kind",
            Self::Bound => "cnf",
            Self::Required(_) => "required_claim",
            Self::Absent(_) | Self::Malformed(_) => "claim",
            Self::NotYetValid => "nbf",
            Self::Expired => "exp",
            Self::Revoked => "epoch",
        }
    }
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

/// What is fetched from the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// The key set.
    Keys,
    /// The document of OpenID Connect Discovery, which says where the keys are.
    Discovery,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keys => "key set",
            Self::Discovery => "discovery document",
        })
    }
}

/// Why the issuer's keys cannot be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The issuer did not answer in time.
    #[error("the issuer's {0} took longer than 2 s")]
    TimedOut(Resource),
    /// The connection failed.
    #[error("the issuer's {0} cannot be reached")]
    Unreachable(Resource, #[source] Box<dyn Error + Send + Sync>),
    /// The answer has another status than 200.
    #[error("the issuer's {0} was answered with status {1}")]
    Status(Resource, StatusCode),
    /// The answer is over 64 KiB, or not what it should be.
    #[error("the issuer's {0} {1}")]
    Unusable(Resource, String),
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
