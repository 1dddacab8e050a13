//! An error of every code, as the API answers it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};

use crate::domain::permission::{Field, Refusal};
use crate::error::{Error, Fault, Place, Problem};
use crate::http::context::{Client, Language};
use crate::http::failure;
use crate::limit::TooMany;
use crate::token::TokenFault;

/// Every error code, by status.
pub const CODES: [&str; 22] = [
    "MALFORMED_JSON",
    "VALIDATION_FAILED",
    "TOKEN_MISSING",
    "TOKEN_INVALID",
    "TOKEN_EXPIRED",
    "ACCOUNT_NOT_ACTIVE",
    "FIELD_FORBIDDEN",
    "NOT_YOURS",
    "USER_NOT_FOUND",
    "ROUTE_NOT_FOUND",
    "METHOD_NOT_ALLOWED",
    "USERNAME_TAKEN",
    "USERNAME_TOO_SIMILAR",
    "USERNAME_COOLDOWN",
    "USER_EXISTS",
    "CONCURRENT_CHANGE",
    "VERSION_MISMATCH",
    "BODY_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "TOO_MANY_REQUESTS",
    "INTERNAL",
    "UNAVAILABLE",
];

/// An error of that code; `None` when there is no such code. `place` is where a fault of the request
/// is.
pub fn example(code: &str, place: Place, now: Timestamp) -> Option<Error> {
    let missing = || vec![Fault::new(place, Problem::Missing)];
    Some(match code {
        "MALFORMED_JSON" => {
            Fault::new(Place::Body, Problem::Malformed { line: 1, column: 17 }).into()
        }
        "VALIDATION_FAILED" => Error::Invalid(missing()),
        "TOKEN_MISSING" => TokenFault::Missing.into(),
        "TOKEN_INVALID" => TokenFault::Signature.into(),
        "TOKEN_EXPIRED" => TokenFault::Expired.into(),
        "ACCOUNT_NOT_ACTIVE" => Error::AccountNotActive,
        "FIELD_FORBIDDEN" => Refusal::Fields(vec![Field::Roles, Field::Status]).into(),
        "NOT_YOURS" => Refusal::NotYours.into(),
        "USER_NOT_FOUND" => Error::UserNotFound,
        "ROUTE_NOT_FOUND" => Error::RouteNotFound,
        "METHOD_NOT_ALLOWED" => Error::MethodNotAllowed,
        "USERNAME_TAKEN" => Error::UsernameTaken,
        "USERNAME_TOO_SIMILAR" => Error::UsernameTooSimilar,
        "USERNAME_COOLDOWN" => {
            Error::UsernameCooldown { until: now + SignedDuration::from_hours(30 * 24) }
        }
        "USER_EXISTS" => Error::UserExists,
        "CONCURRENT_CHANGE" => Error::ConcurrentChange,
        "VERSION_MISMATCH" => Error::VersionMismatch,
        "BODY_TOO_LARGE" => Error::BodyTooLarge,
        "UNSUPPORTED_MEDIA_TYPE" => Error::UnsupportedMediaType,
        "TOO_MANY_REQUESTS" => TooMany(std::time::Duration::from_secs(2)).into(),
        "INTERNAL" => Error::Internal("".into()),
        "UNAVAILABLE" => Error::Unavailable("".into()),
        _ => return None,
    })
}

/// The status of an error.
pub fn status(error: &Error) -> StatusCode {
    failure::status(error)
}

/// What a client in that language gets: the envelope, or RFC 9457's problem details.
pub fn answer(error: &Error, language: Language, is_problem: bool, now: Timestamp) -> Response {
    let mut headers = HeaderMap::new();
    let tag = HeaderValue::from_static(language.tag());
    headers.insert(HeaderName::from_static("x-language"), tag);
    if is_problem {
        let problem = HeaderValue::from_static("application/problem+json");
        headers.insert(axum::http::header::ACCEPT, problem);
    }
    failure::answer(error, &Client::read(&headers), now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_an_error_can_have_is_listed_with_an_example_of_it() {
        let source = include_str!("../../error.rs");
        let (_, rest) = source.split_once("pub fn code(").unwrap();
        let (body, _) = rest.split_once("\n    }\n").unwrap();
        let said: Vec<&str> = body.split('"').skip(1).step_by(2).collect();
        for code in &said {
            assert!(CODES.contains(code), "{code}");
            let error = example(code, Place::Body, Timestamp::UNIX_EPOCH).unwrap();
            assert_eq!(error.code(), *code);
        }
        assert_eq!(said.len(), CODES.len());
    }
}
