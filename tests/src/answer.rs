//! An answer of the API, in few words.

use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;

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
