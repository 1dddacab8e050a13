//! `GET /v1/users/{userId}`: reads a user, for the user, a `POWER_USER` or an `ADMIN`.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use shared::app::App;
use shared::domain::access::AccessDenied;
use shared::error::Error;
use shared::http::caller::Caller;
use shared::http::path::UserIdInPath;
use shared::http::reply::UserReply;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use shared::store::CallerAndTarget;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "get-user",
        method: Method::GET,
        path: "/v1/users/{userId}",
        quota: CallerQuota::Read,
    };
    Endpoint::new(route, get_user, errors)
}

/// The errors of the handler itself.
fn errors(_: Timestamp) -> Vec<Error> {
    vec![Error::AccountNotActive, AccessDenied::NotYours.into(), Error::UserNotFound]
}

async fn get_user(
    State(app): State<App>,
    caller: Caller,
    UserIdInPath(id): UserIdInPath,
) -> Result<UserReply, Error> {
    let ids = CallerAndTarget { caller: &caller.id, target: &id };
    let users = app.store.caller_and_target(ids).await?;
    let access = caller.access_to(&id, users.caller.as_ref())?;
    if !access.may_read() {
        return Err(AccessDenied::NotYours.into());
    }
    access.visible(users.target).map(UserReply).ok_or(Error::UserNotFound)
}
