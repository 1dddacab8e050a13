//! `GET /api/v1/users/by-username/{username}`: finds who has a name, in any spelling that counts as the
//! same. A held name leads to its owner's present name, so that old links live on.
//!
//! Nobody learns an e-mail address here who did not know it: to anybody but that user, a `POWER_USER`
//! and an `ADMIN`, an address finds nobody, and a user whose present name is an address is not found. The
//! answer is that of a name that nobody has, and costs as many calls.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::domain::user_id::UserId;
use shared::domain::username::Username;
use shared::error::Error;
use shared::http::caller::Caller;
use shared::http::path::UsernameInPath;
use shared::http::reply::Enveloped;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use utoipa::ToSchema;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "find-user",
        method: Method::GET,
        path: "/api/v1/users/by-username/{username}",
        quota: CallerQuota::Lookup,
    };
    Endpoint::new(route, find_user, errors)
}

/// The errors of the handler itself.
fn errors(_: Timestamp) -> Vec<Error> {
    vec![Error::AccountNotActive, Error::UsernameNotFound]
}

/// The data of the answer. `renamedFrom` is the old name, when the request asks for an old name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct FoundUser {
    user_id: UserId,
    username: Username,
    #[schema(required)]
    renamed_from: Option<Username>,
}

async fn find_user(
    State(app): State<App>,
    caller: Caller,
    UsernameInPath(username): UsernameInPath,
) -> Result<Enveloped<FoundUser>, Error> {
    let now = app.now();
    let (account, record) = app.store.user_and_name(&caller.id, Some(username.key())).await?;
    let access = caller.access_to(&caller.id, account.as_ref())?;
    let record = record.filter(|record| !record.is_expired(now));
    let is_self = |id: &UserId| *id == caller.id;
    let may_see =
        |name: &Username, id: &UserId| !name.is_email() || is_self(id) || access.is_staff();
    let record = record.filter(|record| may_see(&username, &record.owner));
    let user = match (&record, account) {
        (Some(record), Some(account)) if is_self(&record.owner) => Some(account),
        (Some(record), _) => app.store.user(&record.owner).await?,
        // As many calls as for a name that somebody has, so that nobody learns that it is not free.
        (None, _) => app.store.read_missing_user().await?,
    };
    let user = access.findable(user).filter(|user| may_see(&user.username, &user.id));
    let (record, user) = record.zip(user).ok_or(Error::UsernameNotFound)?;
    let renamed_from = (user.username.key() != username.key()).then_some(record.username);
    let found = FoundUser { user_id: user.id, username: user.username, renamed_from };
    Ok(Enveloped::new(found, now))
}
