//! `If-Match`: change only the version that the caller has seen (RFC 9110 section 13.1.1).

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::app::App;

/// The entity tag of a user of that version: `"7"`.
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

/// The entity tags of `If-Match`, if it was sent.
#[derive(Debug, Clone, Default)]
pub struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// Whether a user of that version may be changed: there is no condition, or it is `*`, or the
    /// version's tag is among those listed. A weak tag never matches (section 8.8.3.2), nor does
    /// anything that is no tag.
    pub fn allows(&self, version: u64) -> bool {
        self.0
            .as_ref()
            .is_none_or(|tags| tags.iter().any(|tag| tag == "*" || *tag == etag(version)))
    }
}

impl FromRequestParts<App> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let values = parts.headers.get_all(header::IF_MATCH);
        let tags = values.iter().filter_map(|value| value.to_str().ok());
        let tags = tags.flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned());
        Ok(Self(parts.headers.contains_key(header::IF_MATCH).then(|| tags.collect())))
    }
}
