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
    /// Whether a user of that version may be changed: the request has no condition, or it is `*`, or the
    /// version's tag is among those listed. A proxy that compresses answers makes our tag weak (`W/"2"`)
    /// or suffixes it (`"2-gzip"`, `"2--gzip"`); such a form of the tag matches, since a user of one
    /// version is always the same.
    pub fn allows(&self, version: u64) -> bool {
        self.0.as_ref().is_none_or(|tags| {
            tags.iter().any(|tag| tag == "*" || version_of(tag) == Some(version))
        })
    }
}

/// The version that an entity tag names.
fn version_of(tag: &str) -> Option<u64> {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let opaque = tag.strip_prefix('"')?.strip_suffix('"')?;
    let (version, suffix) = match opaque.split_once('-') {
        Some((version, suffix)) => (version, Some(suffix)),
        None => (opaque, None),
    };
    let is_suffix = |suffix: &str| {
        let coding = suffix.strip_prefix('-').unwrap_or(suffix);
        !coding.is_empty() && coding.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let is_canonical = version == "0" || !version.starts_with(['0', '+']);
    (is_canonical && suffix.is_none_or(is_suffix)).then(|| version.parse().ok())?
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_matches_in_the_forms_that_proxies_make_of_it_and_no_others() {
        for tag in ["\"5\"", "W/\"5\"", "\"5-gzip\"", "\"5--gzip\"", "W/\"5-br\"", "\"5-zstd\""] {
            assert_eq!(version_of(tag), Some(5), "{tag}");
        }
        for tag in [
            "5",
            "\"5",
            "5\"",
            "w/\"5\"",
            "\"05\"",
            "\"+5\"",
            "\"5-\"",
            "\"5--\"",
            "\"5---gzip\"",
            "\"5 gzip\"",
            "\"\"",
            "\"-gzip\"",
            "\"5-gz\"ip\"",
            "*",
        ] {
            assert_eq!(version_of(tag), None, "{tag}");
        }
    }
}
