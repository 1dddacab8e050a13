//! Why a request fails, without a word of HTTP. `http::error_response` turns an [`Error`] into an answer.

mod code;
mod violation;

use std::time::Duration;

pub use code::ErrorCode;
use jiff::Timestamp;
pub use violation::{JsonType, Location, Violation, ViolationKind};

use crate::domain::access::AccessDenied;
use crate::domain::password::HashingError;
use crate::domain::rename::RenameError;
use crate::domain::username::Username;
use crate::limit::RateLimited;
use crate::store::StoreError;
use crate::token::{TokenError, VerificationError};

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request breaks rules; every violation is listed.
    #[error("the request is not valid")]
    Invalid(Vec<Violation>),
    /// The request has no token, or one that is not accepted.
    #[error("the token is missing or not accepted")]
    Token(#[from] TokenError),
    /// The caller's own account may not be used.
    #[error("the caller's account is not active")]
    AccountNotActive,
    /// The caller may not do this to this user.
    #[error("not permitted")]
    Forbidden(#[from] AccessDenied),
    /// The caller would have to be an `ADMIN`.
    #[error("not an ADMIN")]
    NotAdmin,
    /// The caller sees no such user.
    #[error("no such user")]
    UserNotFound,
    /// The caller sees nobody with such a username.
    #[error("nobody has such a username")]
    UsernameNotFound,
    /// The API has no such path.
    #[error("no such path")]
    RouteNotFound {
        /// The method and path that the caller may have meant.
        meant: Option<String>,
    },
    /// The path has no such method.
    #[error("no such method on this path")]
    MethodNotAllowed {
        /// The methods that it has.
        methods: String,
        /// The method and path that the caller may have meant.
        meant: Option<String>,
    },
    /// The body is over the limit.
    #[error("the body is too large")]
    BodyTooLarge,
    /// The body is not declared as JSON.
    #[error("the body is not declared as JSON")]
    UnsupportedMediaType,
    /// The body is compressed, or encoded otherwise.
    #[error("the body has a content encoding")]
    UnsupportedContentEncoding,
    /// Somebody else has the username.
    #[error("the username is taken")]
    UsernameTaken,
    /// Somebody else has a username that looks the same.
    #[error("the username looks like another one")]
    UsernameTooSimilar,
    /// The caller changed the own name too recently.
    #[error("the username may be changed again at {until}")]
    UsernameCooldown {
        /// The first instant at which a change is allowed.
        until: Timestamp,
    },
    /// A user of that id exists.
    #[error("the user exists already")]
    UserExists,
    /// Other requests changed the user during every attempt.
    #[error("the user was changed by somebody else at the same time")]
    ConcurrentChange,
    /// The user has another version than the caller asked for.
    #[error("the user has another version")]
    VersionMismatch,
    /// Whoever tries to sign in has no such name, or not that password.
    #[error("wrong username or password")]
    CredentialsInvalid,
    /// The refresh token yields nothing any more, or never did.
    #[error("the refresh token is not accepted")]
    RefreshTokenInvalid,
    /// There were too many wrong passwords.
    #[error("too many attempts until {until}")]
    TooManyAttempts {
        /// The instant at which attempts are counted anew.
        until: Timestamp,
    },
    /// The caller asks too often.
    #[error("too many requests")]
    TooManyRequests(#[from] RateLimited),
    /// DynamoDB throttles, times out or cannot be reached, or the issuer's keys cannot. Repeating is
    /// safe.
    #[error("the service is unavailable")]
    Unavailable {
        /// What is unavailable, and why.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
        /// When it makes sense to repeat the request.
        retry_after: Duration,
    },
    /// The code or the table has a defect.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// The stable code of the error.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid(violations) if violations.iter().any(Violation::is_malformed_json) => {
                ErrorCode::MalformedJson
            }
            Self::Invalid(_) => ErrorCode::ValidationFailed,
            Self::Token(TokenError::Missing) => ErrorCode::TokenMissing,
            Self::Token(TokenError::Expired) => ErrorCode::TokenExpired,
            Self::Token(TokenError::Revoked) => ErrorCode::TokenRevoked,
            Self::Token(_) => ErrorCode::TokenInvalid,
            Self::AccountNotActive => ErrorCode::AccountNotActive,
            Self::Forbidden(AccessDenied::Fields(_)) => ErrorCode::FieldForbidden,
            Self::Forbidden(_) | Self::NotAdmin => ErrorCode::NotYours,
            Self::UserNotFound | Self::UsernameNotFound => ErrorCode::UserNotFound,
            Self::RouteNotFound { .. } => ErrorCode::RouteNotFound,
            Self::MethodNotAllowed { .. } => ErrorCode::MethodNotAllowed,
            Self::BodyTooLarge => ErrorCode::BodyTooLarge,
            Self::UnsupportedMediaType | Self::UnsupportedContentEncoding => {
                ErrorCode::UnsupportedMediaType
            }
            Self::UsernameTaken => ErrorCode::UsernameTaken,
            Self::UsernameTooSimilar => ErrorCode::UsernameTooSimilar,
            Self::UsernameCooldown { .. } => ErrorCode::UsernameCooldown,
            Self::UserExists => ErrorCode::UserExists,
            Self::ConcurrentChange => ErrorCode::ConcurrentChange,
            Self::VersionMismatch => ErrorCode::VersionMismatch,
            Self::CredentialsInvalid => ErrorCode::CredentialsInvalid,
            Self::RefreshTokenInvalid => ErrorCode::RefreshTokenInvalid,
            Self::TooManyAttempts { .. } => ErrorCode::TooManyAttempts,
            Self::TooManyRequests(_) => ErrorCode::TooManyRequests,
            Self::Unavailable { .. } => ErrorCode::Unavailable,
            Self::Internal(_) => ErrorCode::Internal,
        }
    }
}

/// Two usernames that cannot both exist, because their keys are equal.
#[derive(Debug, Clone, Copy)]
pub struct UsernameConflict<'a> {
    /// The name that the request asks for.
    pub wanted: &'a Username,
    /// The name that somebody else has.
    pub existing: &'a Username,
}

impl From<UsernameConflict<'_>> for Error {
    fn from(conflict: UsernameConflict<'_>) -> Self {
        if conflict.wanted.is_same_in_any_case(conflict.existing) {
            Self::UsernameTaken
        } else {
            Self::UsernameTooSimilar
        }
    }
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        Self::Invalid(vec![violation])
    }
}

impl From<RenameError> for Error {
    fn from(error: RenameError) -> Self {
        match error {
            RenameError::NotFound => Self::UserNotFound,
            RenameError::NotActive => Self::AccountNotActive,
            RenameError::CoolingDown { until } => Self::UsernameCooldown { until },
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable { retry_after, .. } => {
                Self::Unavailable { cause: error.into(), retry_after }
            }
            StoreError::Broken(_) => Self::Internal(error.into()),
        }
    }
}

impl From<VerificationError> for Error {
    fn from(error: VerificationError) -> Self {
        match error {
            VerificationError::Rejected(error) => Self::Token(error),
            VerificationError::KeysUnavailable(ref failed) => {
                let retry_after = failed.retry_after();
                Self::Unavailable { cause: error.into(), retry_after }
            }
        }
    }
}

impl From<HashingError> for Error {
    fn from(error: HashingError) -> Self {
        Self::Internal(error.into())
    }
}
