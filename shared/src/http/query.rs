//! Parameters of the query.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::context::client_of;
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
        let first = values.next();
        let problem = match &first {
            None => Some(Problem::Missing),
            Some(first) if values.any(|value| value != *first) => Some(Problem::SentTwice),
            Some(_) => None,
        };
        let mut faults = client_of(parts).faults.clone();
        faults.extend(problem.map(|problem| Fault::new(Place::Parameter("username"), problem)));
        match first {
            Some(username) if faults.is_empty() => Ok(Self(username)),
            _ => Err(Error::Invalid(faults)),
        }
    }
}
