//! A response of the API, with short ways to read it.

use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;

/// A response of the API.
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
    /// Returns the body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// Returns the value of a header, or an empty text when there is no such header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// Returns the status with the error code, as in `409 USERNAME_TAKEN`, or only the status, as in `200`.
    pub fn outcome(&self) -> String {
        match self.header("x-error-code") {
            "" => self.status.as_u16().to_string(),
            code => format!("{} {code}", self.status.as_u16()),
        }
    }

    /// Returns the sentences of the envelope.
    pub fn errors(&self) -> Vec<String> {
        let body = self.json();
        let errors = body["errors"].as_array().expect("an envelope");
        errors.iter().map(|error| error.as_str().expect("a sentence").to_owned()).collect()
    }

    /// Returns the locations of the violations in the envelope: the text before the colon of each sentence.
    pub fn places(&self) -> Vec<String> {
        let sentences = self.errors().into_iter().skip(1);
        let location = |sentence: String| sentence.split(':').next().map(str::to_owned);
        sentences.filter_map(location).collect()
    }

    /// Checks that the response has this outcome, and returns the response.
    #[expect(clippy::return_self_not_must_use, reason = "many tests need only the outcome")]
    #[track_caller]
    pub fn expect(self, outcome: &str) -> Self {
        assert_eq!(self.outcome(), outcome, "{}", String::from_utf8_lossy(&self.body));
        let content_type = self.header(header::CONTENT_TYPE.as_str());
        let has_body = self.status != StatusCode::NO_CONTENT;
        assert!(has_body || self.body.is_empty());
        assert!(!has_body || content_type.starts_with("application/"), "{content_type}");
        self
    }
}
