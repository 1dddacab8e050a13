//! Answers of success.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::context::Client;
use super::precondition::etag;
use super::read::Handle;
use super::sentence;
use super::user_view::UserView;
use crate::domain::account::{AccountText, HttpsUrl, Label, PhoneNumber};
use crate::domain::locale::Locale;
use crate::domain::role::{Role, Roles};
use crate::domain::status::Status;
use crate::domain::text::PersonName;
use crate::domain::time_zone::TimeZone;
use crate::domain::user::User;
use crate::domain::user_id::UserId;
use crate::domain::username::Username;
use crate::error::Error;

/// An instant as the API writes it: UTC, RFC 3339 with milliseconds and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(pub Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

/// The stable code of an error, as in `X-Error-Code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ErrorCode(pub &'static str);

/// Types of the domain that are texts to a client.
macro_rules! serialize_as_text {
    ($($type:ty),+ $(,)?) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )+};
}

serialize_as_text!(
    UserId,
    Username,
    PersonName,
    AccountText,
    Locale,
    TimeZone,
    Role,
    Status,
    Label,
    PhoneNumber,
    HttpsUrl,
);

impl Serialize for Handle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Serialize for Roles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

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
            timestamp: Instant(self.at),
        };
        json(status, &envelope)
    }
}

/// 200 with the user, bare, and `ETag`.
#[derive(Debug)]
pub struct UserReply(pub User);

impl IntoResponse for UserReply {
    fn into_response(self) -> Response {
        let mut response = json(StatusCode::OK, &UserView::of(&self.0));
        if let Ok(etag) = HeaderValue::try_from(etag(self.0.version)) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}

/// 201 with the new user as in [`UserReply`], and where it is.
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
