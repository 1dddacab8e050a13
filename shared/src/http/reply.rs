//! Answers of success.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;

use super::context::ClientContext;
use super::precondition::etag;
use super::sentence;
use super::uri::path_segment;
use super::user_view::{AccountView, UserView};
use super::write::Instant;
use crate::domain::user::User;
use crate::error::Error;

/// The envelope: exactly these five fields, in success and in failure.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope<'a, T> {
    pub(super) is_success: bool,
    pub(super) status_code: u16,
    pub(super) data: Option<T>,
    pub(super) errors: &'a [String],
    pub(super) timestamp: Instant,
}

/// 200 with data in the envelope.
#[derive(Debug)]
pub struct Enveloped<T> {
    /// The data of the answer.
    data: T,
    /// The sentences that explain the data.
    errors: Vec<String>,
    /// The instant of the answer.
    at: Timestamp,
}

impl<T> Enveloped<T> {
    /// Data without sentences.
    pub fn new(data: T, at: Timestamp) -> Self {
        Self { data, errors: Vec::new(), at }
    }

    /// Data with the sentences of an error, when the data say that a request would fail with it.
    pub fn with_reason(
        data: T,
        reason: Option<&Error>,
        client: &ClientContext,
        at: Timestamp,
    ) -> Self {
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
            timestamp: Instant(self.at),
        };
        json(status, &envelope)
    }
}

/// 200 with data, bare.
#[derive(Debug)]
pub struct Bare<T>(pub T);

impl<T: Serialize> IntoResponse for Bare<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

/// 200 with a document that everybody may keep for five minutes.
#[derive(Debug)]
pub struct Published<T>(pub T);

impl<T: Serialize> IntoResponse for Published<T> {
    fn into_response(self) -> Response {
        let mut response = json(StatusCode::OK, &self.0);
        let lifetime = HeaderValue::from_static("public, max-age=300");
        response.headers_mut().insert(header::CACHE_CONTROL, lifetime);
        response
    }
}

/// 204: it is done, and there is nothing to say.
#[derive(Debug)]
pub struct Done;

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// 200 with the user, bare, and `ETag`.
#[derive(Debug)]
pub struct UserReply(pub User);

impl IntoResponse for UserReply {
    fn into_response(self) -> Response {
        versioned(&UserView::of(&self.0), self.0.version)
    }
}

/// 200 with the user's account, bare, and the user's `ETag`.
#[derive(Debug)]
pub struct AccountReply(pub User);

impl IntoResponse for AccountReply {
    fn into_response(self) -> Response {
        versioned(&AccountView::of(&self.0), self.0.version)
    }
}

/// 200 with what a user of that version has.
fn versioned(body: &impl Serialize, version: u64) -> Response {
    let mut response = json(StatusCode::OK, body);
    if let Ok(etag) = HeaderValue::try_from(etag(version)) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

/// 201 with the new user as in [`UserReply`], and `Location`.
#[derive(Debug)]
pub struct UserCreated(pub User);

impl IntoResponse for UserCreated {
    fn into_response(self) -> Response {
        let location = format!("/v1/users/{}", path_segment(self.0.id.as_str()));
        let mut response = UserReply(self.0).into_response();
        *response.status_mut() = StatusCode::CREATED;
        if let Ok(location) = HeaderValue::try_from(location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
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
