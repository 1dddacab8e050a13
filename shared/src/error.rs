//! Everything that can come of a request besides success, without a word of HTTP.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::domain::password::{HashingFailed, PasswordFault};
use crate::domain::permission::Refusal;
use crate::domain::rename::RenameRefusal;
use crate::domain::role::RolesFault;
use crate::domain::text::TextFault;
use crate::domain::username::{Username, UsernameFault};
use crate::limit::TooMany;
use crate::store::StoreError;
use crate::token::{NotVerified, TokenFault};

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is faulty; every fault is listed.
    #[error("the request is faulty")]
    Invalid(Vec<Fault>),
    /// There is no token, or none that counts.
    #[error("the token is missing or not accepted")]
    Token(#[from] TokenFault),
    /// The caller's own account may not be used.
    #[error("the caller's account is not active")]
    AccountNotActive,
    /// The caller may not do this to this user.
    #[error("not permitted")]
    Forbidden(#[from] Refusal),
    /// The caller would have to be an `ADMIN`.
    #[error("not an ADMIN")]
    NotAdmin,
    /// There is no such user, as far as the caller may know.
    #[error("no such user")]
    UserNotFound,
    /// Nobody has such a username, as far as the caller may know.
    #[error("nobody has such a username")]
    UsernameNotFound,
    /// There is no such path.
    #[error("no such path")]
    RouteNotFound,
    /// The path has no such method.
    #[error("no such method on this path")]
    MethodNotAllowed,
    /// The body is over the limit.
    #[error("the body is too large")]
    BodyTooLarge,
    /// The body is not declared as JSON.
    #[error("the body is not declared as JSON")]
    UnsupportedMediaType,
    /// Somebody has that name.
    #[error("the username is taken")]
    UsernameTaken,
    /// Somebody has a name that looks the same.
    #[error("the username looks like another one")]
    UsernameTooSimilar,
    /// The caller changed the own name too recently.
    #[error("the username may be changed again at {until}")]
    UsernameCooldown {
        /// The first instant at which a change is allowed.
        until: Timestamp,
    },
    /// There is a user of that id already.
    #[error("the user exists already")]
    UserExists,
    /// Others changed the user at the same time, again and again.
    #[error("the user was changed by somebody else at the same time")]
    ConcurrentChange,
    /// The user has another version than the caller asked for.
    #[error("the user has another version")]
    VersionMismatch,
    /// The caller asks too often.
    #[error("too many requests")]
    TooManyRequests(#[from] TooMany),
    /// The table throttles, times out or cannot be reached. Repeating is safe.
    #[error("the table is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A defect, here or in the table.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// The stable code of the error: part of the API, never changed.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(faults) if faults.iter().any(Fault::is_malformed) => "MALFORMED_JSON",
            Self::Invalid(_) => "VALIDATION_FAILED",
            Self::Token(TokenFault::Missing) => "TOKEN_MISSING",
            Self::Token(TokenFault::Expired) => "TOKEN_EXPIRED",
            Self::Token(_) => "TOKEN_INVALID",
            Self::AccountNotActive => "ACCOUNT_NOT_ACTIVE",
            Self::Forbidden(Refusal::Fields(_)) => "FIELD_FORBIDDEN",
            Self::Forbidden(_) | Self::NotAdmin => "NOT_YOURS",
            Self::UserNotFound | Self::UsernameNotFound => "USER_NOT_FOUND",
            Self::RouteNotFound => "ROUTE_NOT_FOUND",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::BodyTooLarge => "BODY_TOO_LARGE",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::UsernameTaken => "USERNAME_TAKEN",
            Self::UsernameTooSimilar => "USERNAME_TOO_SIMILAR",
            Self::UsernameCooldown { .. } => "USERNAME_COOLDOWN",
            Self::UserExists => "USER_EXISTS",
            Self::ConcurrentChange => "CONCURRENT_CHANGE",
            Self::VersionMismatch => "VERSION_MISMATCH",
            Self::TooManyRequests(_) => "TOO_MANY_REQUESTS",
            Self::Unavailable(_) => "UNAVAILABLE",
            Self::Internal(_) => "INTERNAL",
        }
    }

    /// The error when somebody else holds `holder`, which has the key of `wanted`.
    pub fn taken(wanted: &Username, holder: &Username) -> Self {
        if wanted.is_same_in_any_case(holder) {
            Self::UsernameTaken
        } else {
            Self::UsernameTooSimilar
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Invalid(vec![fault])
    }
}

impl From<RenameRefusal> for Error {
    fn from(refusal: RenameRefusal) -> Self {
        match refusal {
            RenameRefusal::NotFound => Self::UserNotFound,
            RenameRefusal::NotActive => Self::AccountNotActive,
            RenameRefusal::CoolingDown { until } => Self::UsernameCooldown { until },
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(error.into()),
            StoreError::Broken(_) => Self::Internal(error.into()),
        }
    }
}

impl From<NotVerified> for Error {
    fn from(error: NotVerified) -> Self {
        match error {
            NotVerified::Fault(fault) => Self::Token(fault),
            NotVerified::KeysUnavailable(_) => Self::Unavailable(error.into()),
        }
    }
}

impl From<HashingFailed> for Error {
    fn from(error: HashingFailed) -> Self {
        Self::Internal(error.into())
    }
}

/// One thing that is wrong with a request, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub problem: Problem,
}

impl Fault {
    /// Whether it is the body's JSON that is faulty, and not what it says.
    fn is_malformed(&self) -> bool {
        matches!(self.problem, Problem::Malformed { .. } | Problem::Empty | Problem::DuplicateKey)
    }

    /// The problem at that place.
    pub fn new(place: Place, problem: impl Into<Problem>) -> Self {
        Self { place, problem: problem.into() }
    }
}

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The body as a whole.
    Body,
    /// A field of the body; the parts of the path to a nested one are separated by `/`.
    Field(Cow<'static, str>),
    /// A header.
    Header(&'static str),
    /// A parameter of the path or the query.
    Parameter(&'static str),
}

impl Place {
    /// The field of that name.
    pub const fn field(name: &'static str) -> Self {
        Self::Field(Cow::Borrowed(name))
    }
}

/// What can be wrong with a part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The body is not JSON.
    Malformed {
        /// Where reading stopped, counted from 1.
        line: usize,
        /// Likewise.
        column: usize,
    },
    /// There is no body.
    Empty,
    /// An object has a key twice.
    DuplicateKey,
    /// It is required and not there.
    Missing,
    /// It is `null`.
    Null,
    /// It has another type than this one.
    NotA(Kind),
    /// There is no such field.
    Unknown,
    /// Only the server sets it.
    ReadOnly,
    /// A header is there twice, with different values.
    SentTwice,
    /// It is none of the values there are.
    NotOneOf(&'static [&'static str]),
    /// It is not visible ASCII of 1 to this many characters.
    NotVisibleAscii(usize),
    /// It is not a user id.
    NotAUserId,
    /// It is not a locale.
    NotALocale,
    /// It is not a time zone.
    NotATimeZone,
    /// It is not a telephone number.
    NotAPhoneNumber,
    /// It is not a constant in capitals.
    NotALabel,
    /// It is not an `https` URL.
    NotAUrl,
    /// It is no username.
    Username(UsernameFault),
    /// It is no such text.
    Text(TextFault),
    /// It is no such password.
    Password(PasswordFault),
    /// It is no set of roles.
    Roles(RolesFault),
}

/// A JSON type that a field may be required to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    String,
    /// A boolean.
    Boolean,
    /// An object.
    Object,
    /// An array of strings, or one string.
    Strings,
}

impl From<UsernameFault> for Problem {
    fn from(fault: UsernameFault) -> Self {
        Self::Username(fault)
    }
}

impl From<TextFault> for Problem {
    fn from(fault: TextFault) -> Self {
        Self::Text(fault)
    }
}

impl From<PasswordFault> for Problem {
    fn from(fault: PasswordFault) -> Self {
        Self::Password(fault)
    }
}

impl From<RolesFault> for Problem {
    fn from(fault: RolesFault) -> Self {
        Self::Roles(fault)
    }
}
