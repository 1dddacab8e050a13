//! Parameters of the path.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::context::with_headers;
use crate::app::App;
use crate::domain::user_id::UserId;
use crate::domain::username::{MAX_EMAIL_LENGTH, Username};
use crate::error::{Error, Location, Violation, ViolationKind};

/// The parameter `username`, which need not be one that could be chosen today. It reports the violations of
/// headers; a name that nobody can have is [`Error::UsernameNotFound`].
#[derive(Debug, Clone)]
pub struct UsernameInPath(pub Username);

impl FromRequestParts<App> for UsernameInPath {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        with_headers(parts, Ok(()))?;
        let username = parameter(parts, app, "username").await.ok_or(Error::UsernameNotFound)?;
        let username = Username::unvalidated(username);
        // No record has a longer key: Punycode can make a domain many times longer.
        if username.key().as_str().len() > MAX_EMAIL_LENGTH {
            return Err(Error::UsernameNotFound);
        }
        Ok(Self(username))
    }
}

/// The decoded value of a parameter of the path.
async fn parameter(parts: &mut Parts, app: &App, name: &str) -> Option<String> {
    let parameters = RawPathParams::from_request_parts(parts, app).await.ok()?;
    parameters.iter().find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
}

/// The parameter `userId`. It reports the violations of headers and id together.
#[derive(Debug, Clone)]
pub struct UserIdInPath(pub UserId);

impl FromRequestParts<App> for UserIdInPath {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let id = parameter(parts, app, "userId").await.and_then(|id| UserId::parse(&id).ok());
        let violation = || Violation::new(Location::Parameter("userId"), ViolationKind::NotAUserId);
        with_headers(parts, id.ok_or_else(violation)).map(Self)
    }
}
