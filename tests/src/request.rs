//! Requests to the API and their answers, in few words.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::app::TestUser;
use crate::documented;

/// A request in the making.
#[derive(Debug)]
pub struct Request {
    router: Router,
    head: axum::http::request::Builder,
    body: Vec<u8>,
    is_courtesy: bool,
}

impl Request {
    pub(crate) fn new(router: Router, method: Method, path: &str) -> Self {
        let head = axum::http::Request::builder().method(method).uri(path);
        Self { router, head, body: Vec::new(), is_courtesy: false }
    }

    /// With that user's token.
    #[must_use]
    pub fn bearer(self, user: &TestUser) -> Self {
        self.token(&user.token)
    }

    /// With that token.
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head = self.head.header(name, value);
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// With any body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Accepted though the reference does not allow it, as a courtesy to who is less exact.
    #[must_use]
    pub fn by_courtesy(mut self) -> Self {
        self.is_courtesy = true;
        self
    }

    /// Sends it. Whatever comes back is held against the API reference.
    pub async fn send(self) -> Answer {
        let request = self.head.body(self.body).expect("a well-formed request");
        let sent = request.clone();
        let answer = self.router.oneshot(request.map(Body::from)).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.expect("a whole answer").to_bytes().to_vec();
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        documented::check(&sent, self.is_courtesy, &answer);
        answer
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// A header's value; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// The status with the stable error code: `409 USERNAME_TAKEN`, or just `200`.
    pub fn outcome(&self) -> String {
        match self.header("x-error-code") {
            "" => self.status.as_u16().to_string(),
            code => format!("{} {code}", self.status.as_u16()),
        }
    }

    /// The sentences of the envelope.
    pub fn errors(&self) -> Vec<String> {
        let body = self.json();
        let errors = body["errors"].as_array().expect("an envelope");
        errors.iter().map(|error| error.as_str().expect("a sentence").to_owned()).collect()
    }

    /// Where the faults are that the envelope lists: the word before the colon of each sentence.
    pub fn places(&self) -> Vec<String> {
        let sentences = self.errors().into_iter().skip(1);
        let place = |sentence: String| sentence.split(':').next().map(str::to_owned);
        sentences.filter_map(place).collect()
    }

    /// The answer itself, when it is this outcome.
    #[expect(clippy::return_self_not_must_use, reason = "often the outcome is all")]
    #[track_caller]
    pub fn expect(self, outcome: &str) -> Self {
        assert_eq!(self.outcome(), outcome, "{}", String::from_utf8_lossy(&self.body));
        let content_type = self.header(header::CONTENT_TYPE.as_str());
        assert!(content_type.starts_with("application/"), "{content_type}");
        self
    }
}

/// A text as it may stand anywhere in a URL, every byte of it encoded.
pub fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| format!("{encoded}%{byte:02X}"))
}
