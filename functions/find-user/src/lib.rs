//! `GET /api/v1/users/by-username/{username}`: who has a name, in any spelling that counts as the
//! same. A held name leads to its owner's present one, so that old links live on.

use axum::extract::State;
use axum::http::Method;
use axum::routing::get;
use serde::Serialize;
use shared::app::App;
use shared::error::Error;
use shared::http::Endpoint;
use shared::http::caller::Caller;
use shared::http::path::UsernameInPath;
use shared::http::reply::Enveloped;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint {
        operation: "find-user",
        method: Method::GET,
        path: "/api/v1/users/by-username/{username}",
        handler: get(find_user),
    }
}

/// The data of the answer. `renamedFrom` is the old name, when it was an old one that was asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FoundUser {
    user_id: String,
    username: String,
    renamed_from: Option<String>,
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
    let holding = holding.filter(|holding| !holding.is_over(now)).ok_or(Error::UserNotFound)?;
    let user = match account {
        Some(account) if account.id == holding.holder => Some(account),
        _ => app.store.user(&holding.holder).await?,
    };
    let user = relation.findable(user).ok_or(Error::UserNotFound)?;
    let renamed_from = (user.username.key() != key).then(|| holding.username.to_string());
    let (user_id, username) = (user.id.to_string(), user.username.to_string());
    Ok(Enveloped::new(FoundUser { user_id, username, renamed_from }, now))
}
