//! Errors as the API answers them.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use jiff::Timestamp;

use crate::error::Error;
use crate::http::context::{Client, Language};
use crate::http::failure;

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
    fn every_code_that_an_error_can_have_is_listed() {
        let source = include_str!("../../error.rs");
        let (_, rest) = source.split_once("pub fn code(").unwrap();
        let (body, _) = rest.split_once("\n    }\n").unwrap();
        let said: std::collections::BTreeSet<&str> = body.split('"').skip(1).step_by(2).collect();
        assert_eq!(said, CODES.into_iter().collect());
    }
}
