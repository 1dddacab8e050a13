//! Error responses: the one place where an [`Error`] becomes HTTP.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;

use super::context::ClientContext;
use super::reply::{Envelope, json};
use super::sentence::{self, Detail};
use super::uri::fragment;
use super::write::Instant;
use crate::error::{Error, ErrorCode, Location};
use crate::limit::RateLimited;
use crate::token::TokenError;

/// What every 401 asks for (RFC 9110 section 15.5.2).
const CHALLENGE: &str = "Bearer realm=\"nameplate\"";
/// The header with the error's stable code.
const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");

/// Carries the error out of the router to the door, which knows the request's language.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// The status of an error.
pub(super) fn status(error: &Error) -> StatusCode {
    match error {
        Error::Invalid(_) => StatusCode::BAD_REQUEST,
        Error::Token(_) | Error::CredentialsInvalid | Error::RefreshTokenInvalid => {
            StatusCode::UNAUTHORIZED
        }
        Error::AccountNotActive | Error::Forbidden(_) | Error::NotAdmin => StatusCode::FORBIDDEN,
        Error::UserNotFound | Error::UsernameNotFound | Error::RouteNotFound { .. } => {
            StatusCode::NOT_FOUND
        }
        Error::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
        Error::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Error::UnsupportedMediaType | Error::UnsupportedContentEncoding => {
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        }
        Error::UsernameTaken
        | Error::UsernameTooSimilar
        | Error::UsernameCooldown { .. }
        | Error::UserExists
        | Error::ConcurrentChange => StatusCode::CONFLICT,
        Error::VersionMismatch => StatusCode::PRECONDITION_FAILED,
        Error::TooManyAttempts { .. } | Error::TooManyRequests(_) => StatusCode::TOO_MANY_REQUESTS,
        Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The answer for an error: the envelope, or RFC 9457's problem details when the client asks.
pub(super) fn answer(error: &Error, client: &ClientContext, now: Timestamp) -> Response {
    let (status, code) = (status(error), error.code());
    let title = sentence::title(error, client.language);
    let details = sentence::details(error, client);
    let mut response = if client.wants_problem {
        let mut problem = ProblemDetails::of(status, code, &title, &details);
        if let Error::UsernameCooldown { until } = error {
            problem.next_change_allowed_at = Some(Instant(*until));
        }
        let mut response = json(status, &problem);
        let problem_json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem_json);
        response
    } else {
        let sentences = details.into_iter().map(Detail::located);
        json(
            status,
            &Envelope {
                is_success: false,
                status_code: status.as_u16(),
                data: None::<()>,
                errors: &std::iter::once(title).chain(sentences).collect::<Vec<_>>(),
                timestamp: Instant(now),
            },
        )
    };
    response.headers_mut().insert(ERROR_CODE, HeaderValue::from_static(code.as_str()));
    add_headers(response.headers_mut(), error, now);
    response
}

/// The headers that some errors have beside the code.
fn add_headers(headers: &mut HeaderMap, error: &Error, now: Timestamp) {
    match error {
        Error::Token(error) => {
            if let Ok(challenge) = HeaderValue::try_from(challenge(error)) {
                headers.insert(header::WWW_AUTHENTICATE, challenge);
            }
        }
        Error::CredentialsInvalid | Error::RefreshTokenInvalid => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE));
        }
        Error::UsernameCooldown { until } | Error::TooManyAttempts { until } => {
            let left = until.as_millisecond().saturating_sub(now.as_millisecond()).max(0);
            let seconds = left.unsigned_abs().div_ceil(1000);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        Error::TooManyRequests(RateLimited(wait))
        | Error::Unavailable { retry_after: wait, .. } => {
            let seconds = u64::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        Error::UnsupportedContentEncoding => {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        _ => {}
    }
}

/// RFC 6750 section 3: no error code when no token was sent; the description in visible ASCII characters
/// alone, which the name of a claim in the settings need not have.
fn challenge(error: &TokenError) -> String {
    if *error == TokenError::Missing {
        return CHALLENGE.to_owned();
    }
    let visible = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    let description: String = error.to_string().chars().map(visible).collect();
    format!(
        "Bearer realm=\"nameplate\", error=\"invalid_token\", error_description=\"{description}\""
    )
}

/// RFC 9457's problem details, with the stable code and every violation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemDetails<'a> {
    /// Where the code is explained. A path, so that it is found where the reference is beside the API
    /// (RFC 9457 section 3.1.1).
    r#type: String,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    code: ErrorCode,
    /// Of a cooldown: when the username can be changed again.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_change_allowed_at: Option<Instant>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemItem<'a>>,
}

/// One violation and its location.
#[derive(Debug, Serialize)]
struct ProblemItem<'a> {
    detail: &'a str,
    /// The field as a JSON pointer in a URI fragment (RFC 6901 section 6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'static str>,
}

impl<'a> ProblemDetails<'a> {
    fn of(status: StatusCode, code: ErrorCode, title: &'a str, details: &'a [Detail]) -> Self {
        let sentences: Vec<&str> = details.iter().map(|detail| detail.sentence.as_str()).collect();
        Self {
            r#type: format!("/docs/errors/{code}"),
            title,
            status: status.as_u16(),
            detail: (!sentences.is_empty()).then(|| sentences.join(" ")),
            code,
            next_change_allowed_at: None,
            errors: details.iter().filter_map(ProblemItem::of).collect(),
        }
    }
}

impl<'a> ProblemItem<'a> {
    fn of(detail: &'a Detail) -> Option<Self> {
        let mut item =
            Self { detail: &detail.sentence, pointer: None, header: None, parameter: None };
        match detail.location.as_ref()? {
            Location::Body => item.pointer = Some("#".to_owned()),
            Location::Field(name) => {
                item.pointer = Some(format!("#/{}", fragment(name)));
            }
            Location::Header(name) => item.header = Some(name),
            Location::Parameter(name) => item.parameter = Some(name),
        }
        Some(item)
    }
}
