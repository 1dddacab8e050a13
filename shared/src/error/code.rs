//! The stable codes of errors.

use std::fmt;

/// Declares the codes once: the variants, [`ErrorCode::ALL`] and the texts cannot differ.
macro_rules! error_codes {
    ($($variant:ident = $text:literal: $doc:literal,)+) => {
        /// The stable code of an error, as in the header `X-Error-Code`: part of the API, never
        /// changed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode {
            $(#[doc = $doc] $variant,)+
        }

        impl ErrorCode {
            /// Every code, in the order in which the API reference lists them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code as clients see it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }
    };
}

error_codes! {
    MalformedJson = "MALFORMED_JSON": "The body is not JSON, or repeats a key.",
    ValidationFailed = "VALIDATION_FAILED": "A part of the request breaks a rule.",
    TokenMissing = "TOKEN_MISSING": "The request has no bearer token.",
    TokenInvalid = "TOKEN_INVALID": "The token is not accepted.",
    TokenExpired = "TOKEN_EXPIRED": "The token was accepted once, and has expired.",
    TokenRevoked = "TOKEN_REVOKED": "The session of the token has ended.",
    CredentialsInvalid = "CREDENTIALS_INVALID": "The username or the password is wrong.",
    RefreshTokenInvalid = "REFRESH_TOKEN_INVALID": "The refresh token yields nothing any more.",
    AccountNotActive = "ACCOUNT_NOT_ACTIVE": "The caller's own account is not `ACTIVE`.",
    FieldForbidden = "FIELD_FORBIDDEN": "The caller may not change a field of this user.",
    NotYours = "NOT_YOURS": "The caller may not do this to this user.",
    UserNotFound = "USER_NOT_FOUND": "The caller sees no such user.",
    RouteNotFound = "ROUTE_NOT_FOUND": "The API has no such path.",
    MethodNotAllowed = "METHOD_NOT_ALLOWED": "The path has no such method.",
    UsernameTaken = "USERNAME_TAKEN": "Somebody else has the username.",
    UsernameTooSimilar = "USERNAME_TOO_SIMILAR": "Somebody else has a username that looks the same.",
    UsernameCooldown = "USERNAME_COOLDOWN": "The user changed the own username too recently.",
    UserExists = "USER_EXISTS": "A user of that id exists.",
    ConcurrentChange = "CONCURRENT_CHANGE": "Other requests changed the user at the same time.",
    VersionMismatch = "VERSION_MISMATCH": "The user has another version than `If-Match` names.",
    BodyTooLarge = "BODY_TOO_LARGE": "The body is over 16 KiB.",
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE": "The body is not declared as JSON.",
    TooManyAttempts = "TOO_MANY_ATTEMPTS": "There were too many wrong passwords.",
    TooManyRequests = "TOO_MANY_REQUESTS": "The caller asks too often.",
    Internal = "INTERNAL": "A defect of the service.",
    Unavailable = "UNAVAILABLE": "The service cannot answer now; repeating is safe.",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
