//! `GET /v1/users/me`: the caller reads the own user.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use shared::app::App;
use shared::domain::status::Status;
use shared::error::Error;
use shared::http::caller::Caller;
use shared::http::context::ClientContext;
use shared::http::reply::UserReply;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "get-me",
        method: Method::GET,
        path: "/v1/users/me",
        quota: CallerQuota::Read,
    };
    Endpoint::new(route, get_me, errors)
}

/// The errors of the handler itself.
fn errors(_: Timestamp) -> Vec<Error> {
    vec![Error::AccountNotActive, Error::UserNotFound]
}

async fn get_me(
    State(app): State<App>,
    caller: Caller,
    _: ClientContext,
) -> Result<UserReply, Error> {
    let user = app.store.user(&caller.id).await?;
    let user = user.filter(|user| user.status != Status::Deleted).ok_or(Error::UserNotFound)?;
    caller.access_to(&caller.id, Some(&user))?;
    Ok(UserReply(user))
}
