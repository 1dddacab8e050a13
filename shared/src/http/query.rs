//! Parameters of the query.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::context::with_headers;
use crate::app::App;
use crate::error::{Error, Location, Violation, ViolationKind};

/// The parameter `username`, as it is. It reports the violations of headers and
/// parameter together.
#[derive(Debug, Clone)]
pub struct UsernameInQuery(pub String);

impl FromRequestParts<App> for UsernameInQuery {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        let mut values = form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| name == "username")
            .map(|(_, value)| value.into_owned());
        let only = match values.next() {
            None => Err(ViolationKind::Missing),
            Some(first) if values.any(|value| value != first) => Err(ViolationKind::SentTwice),
            Some(first) => Ok(first),
        };
        let violation = |kind| Violation::new(Location::Parameter("username"), kind);
        with_headers(parts, only.map_err(violation)).map(Self)
    }
}
