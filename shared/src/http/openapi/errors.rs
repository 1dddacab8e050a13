//! Errors as the API answers them.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;

use crate::error::Error;
use crate::http::context::{ClientContext, Language};
use crate::http::error_response;

/// The status of an error.
pub fn status(error: &Error) -> StatusCode {
    error_response::status(error)
}

/// The two forms of an error's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The envelope.
    Envelope,
    /// RFC 9457's problem details.
    Problem,
}

/// The answer that a client in that language gets.
pub fn answer(error: &Error, language: Language, form: Form, now: Timestamp) -> Response {
    let mut headers = HeaderMap::new();
    let tag = HeaderValue::from_static(language.tag());
    headers.insert(HeaderName::from_static("x-language"), tag);
    if form == Form::Problem {
        let problem = HeaderValue::from_static("application/problem+json");
        headers.insert(header::ACCEPT, problem);
    }
    error_response::answer(error, &ClientContext::read(&headers), now)
}
