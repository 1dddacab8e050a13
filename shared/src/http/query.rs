//! Parameters of the query.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::context::with_headers;
use crate::app::App;
use crate::error::{Error, Fault, Place, Problem};

/// The parameter `username`, as it is. It refuses faulty headers together with a missing parameter.
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
            None => Err(Problem::Missing),
            Some(first) if values.any(|value| value != first) => Err(Problem::SentTwice),
            Some(first) => Ok(first),
        };
        let fault = |problem| Fault::new(Place::Parameter("username"), problem);
        with_headers(parts, only.map_err(fault)).map(Self)
    }
}
