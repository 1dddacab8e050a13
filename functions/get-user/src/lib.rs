//! `GET /v1/users/{userId}`: a user, for the user, a `POWER_USER` or an `ADMIN`.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use shared::app::App;
use shared::domain::permission::Refusal;
use shared::error::Error;
use shared::http::Endpoint;
use shared::http::caller::Caller;
use shared::http::path::UserIdInPath;
use shared::http::reply::UserReply;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new("get-user", Method::GET, "/v1/users/{userId}", get_user, failures)
}

/// What it fails with for reasons of its own.
fn failures(_: Timestamp) -> Vec<Error> {
    vec![Error::AccountNotActive, Refusal::NotYours.into(), Error::UserNotFound]
}

async fn get_user(
    State(app): State<App>,
    caller: Caller,
    UserIdInPath(id): UserIdInPath,
) -> Result<UserReply, Error> {
    let (account, user) = app.store.users(&caller.id, &id).await?;
    let relation = caller.relation_to(&id, account.as_ref())?;
    if !relation.is_close() {
        return Err(Refusal::NotYours.into());
    }
    relation.visible(user).map(UserReply).ok_or(Error::UserNotFound)
}
