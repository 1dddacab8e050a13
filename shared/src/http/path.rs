//! Parameters of the path.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::context::client_of;
use crate::app::App;
use crate::domain::user_id::UserId;
use crate::error::{Error, Fault, Place, Problem};

/// The parameter `userId`. It refuses faulty headers together with a faulty id.
#[derive(Debug, Clone)]
pub struct UserIdInPath(pub UserId);

impl FromRequestParts<App> for UserIdInPath {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let parameters = RawPathParams::from_request_parts(parts, app).await.ok();
        let id = parameters
            .iter()
            .flatten()
            .find(|(name, _)| *name == "userId")
            .and_then(|(_, value)| UserId::parse(value).ok());
        let mut faults = client_of(parts).faults.clone();
        match id {
            Some(id) if faults.is_empty() => return Ok(Self(id)),
            Some(_) => {}
            None => faults.push(Fault::new(Place::Parameter("userId"), Problem::NotAUserId)),
        }
        Err(Error::Invalid(faults))
    }
}
