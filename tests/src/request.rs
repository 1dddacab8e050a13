//! Requests to the API, with short ways to build them.

use std::net::IpAddr;

use axum::Router;
use axum::body::Body;
use axum::http::Method;
use http_body_util::BodyExt;
use serde_json::Value;
use shared::sign_in::SourceAddress;
use tower::ServiceExt;

use crate::answer::Answer;
use crate::documented;
use crate::secrets;
use crate::user::TestUser;

/// A request before it is sent.
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

    /// Returns the request with the user's token.
    #[must_use]
    pub fn bearer(self, user: &TestUser) -> Self {
        self.token(&user.token)
    }

    /// Returns the request with that token.
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Returns the request with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head = self.head.header(name, value);
        self
    }

    /// Returns the request as it comes from that address.
    #[must_use]
    pub fn from(mut self, address: &str) -> Self {
        let address: IpAddr = address.parse().expect("an address");
        self.head = self.head.extension(SourceAddress::from(address));
        self
    }

    /// Returns the request with a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// Returns the request with any body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Marks the request as one that the API accepts although the reference does not allow it.
    #[must_use]
    pub fn by_courtesy(mut self) -> Self {
        self.is_courtesy = true;
        self
    }

    /// Sends the request. Compares the request and the response with the API reference.
    pub async fn send(self) -> Answer {
        let request = self.head.body(self.body).expect("a well-formed request");
        let sent = request.clone();
        let answer = self.router.oneshot(request.map(Body::from)).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.expect("a whole answer").to_bytes().to_vec();
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        secrets::scan_answer(&format!("{:?}", answer.headers), &answer.body);
        documented::check(&sent, self.is_courtesy, &answer);
        answer
    }
}

/// Encodes every byte of a text, so that it can be in any part of a URL.
pub fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| format!("{encoded}%{byte:02X}"))
}
