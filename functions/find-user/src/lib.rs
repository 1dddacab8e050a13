//! `GET /api/v1/users/by-username/{username}`: who has a name, in any spelling that counts as the
//! same. A held name leads to its owner's present one, so that old links live on.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::domain::user_id::UserId;
use shared::domain::username::Username;
use shared::error::Error;
use shared::http::Endpoint;
use shared::http::caller::Caller;
use shared::http::path::UsernameInPath;
use shared::http::reply::Enveloped;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        "find-user",
        Method::GET,
        "/api/v1/users/by-username/{username}",
        find_user,
        failures,
    )
}

/// What it fails with for reasons of its own.
fn failures(_: Timestamp) -> Vec<Error> {
    vec![Error::AccountNotActive, Error::UsernameNotFound]
}

/// The data of the answer. `renamedFrom` is the old name, when it was an old one that was asked for.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct FoundUser {
    user_id: UserId,
    username: Username,
    #[cfg_attr(feature = "openapi", schema(required))]
    renamed_from: Option<Username>,
}

async fn find_user(
    State(app): State<App>,
    caller: Caller,
    UsernameInPath(username): UsernameInPath,
) -> Result<Enveloped<FoundUser>, Error> {
    let now = app.now();
    let key = username.key();
    let (account, holding) = app.store.user_and_name(&caller.id, Some(&key)).await?;
    let relation = caller.relation_to(&caller.id, account.as_ref())?;
    let holding = holding.filter(|holding| !holding.is_over(now)).ok_or(Error::UsernameNotFound)?;
    let user = match account {
        Some(account) if account.id == holding.holder => Some(account),
        _ => app.store.user(&holding.holder).await?,
    };
    let user = relation.findable(user).ok_or(Error::UsernameNotFound)?;
    let renamed_from = (user.username.key() != key).then_some(holding.username);
    let found = FoundUser { user_id: user.id, username: user.username, renamed_from };
    Ok(Enveloped::new(found, now))
}
