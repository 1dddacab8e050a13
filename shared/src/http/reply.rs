//! Answers of success.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;

use super::context::Client;
use super::precondition::etag;
use super::sentence;
use super::user_view::UserView;
use crate::domain::user::User;
use crate::error::Error;

/// Writes an instant as the API does: UTC, RFC 3339 with milliseconds and `Z`.
pub fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// The envelope: exactly these five fields, in success and in failure.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope<'a, T> {
    pub(super) is_success: bool,
    pub(super) status_code: u16,
    pub(super) data: Option<T>,
    pub(super) errors: &'a [String],
    pub(super) timestamp: String,
}

/// 200 with data in the envelope.
#[derive(Debug)]
pub struct Enveloped<T> {
    /// What was asked for.
    data: T,
    /// Sentences that go with the data.
    errors: Vec<String>,
    /// The instant of the answer.
    at: Timestamp,
}

impl<T> Enveloped<T> {
    /// Data, and nothing to add.
    pub fn new(data: T, at: Timestamp) -> Self {
        Self { data, errors: Vec::new(), at }
    }

    /// Data with the sentences that say why something would be refused, if it would.
    pub fn with_reason(data: T, reason: Option<&Error>, client: &Client, at: Timestamp) -> Self {
        let details = reason.map(|reason| sentence::details(reason, client)).unwrap_or_default();
        let errors = details.into_iter().map(|detail| detail.sentence).collect();
        Self { data, errors, at }
    }
}

impl<T: Serialize> IntoResponse for Enveloped<T> {
    fn into_response(self) -> Response {
        let status = StatusCode::OK;
        let envelope = Envelope {
            is_success: true,
            status_code: status.as_u16(),
            data: Some(self.data),
            errors: &self.errors,
            timestamp: instant(self.at),
        };
        json(status, &envelope)
    }
}

/// The user, bare, with `ETag`.
#[derive(Debug)]
pub struct UserReply {
    /// The user.
    pub user: User,
    /// Whether it was just created.
    pub is_new: bool,
}

impl UserReply {
    /// 200 with a user that was there.
    pub fn ok(user: User) -> Self {
        Self { user, is_new: false }
    }

    /// 201 with a new user, and where it is.
    pub fn created(user: User) -> Self {
        Self { user, is_new: true }
    }
}

impl IntoResponse for UserReply {
    fn into_response(self) -> Response {
        let status = if self.is_new { StatusCode::CREATED } else { StatusCode::OK };
        let mut response = json(status, &UserView::of(&self.user));
        let headers = response.headers_mut();
        if let Ok(etag) = HeaderValue::try_from(etag(self.user.version)) {
            headers.insert(header::ETAG, etag);
        }
        if self.is_new
            && let Ok(location) =
                HeaderValue::try_from(format!("/v1/users/{}", path_segment(self.user.id.as_str())))
        {
            headers.insert(header::LOCATION, location);
        }
        response
    }
}

/// The id as a segment of a path: of its characters, only `|` has to be encoded (RFC 3986 section 3.3).
fn path_segment(id: &str) -> String {
    id.replace('|', "%7C")
}

/// A JSON answer.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => {
            (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body)
                .into_response()
        }
        Err(error) => Error::Internal(error.into()).into_response(),
    }
}
