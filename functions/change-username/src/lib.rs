//! `PATCH /api/v1/users/username`: the caller changes the own username.
//!
//! The common change is one DynamoDB call. The handler builds a transaction on the username in the
//! token. The transaction's conditions decide; when they fail, they return the user, and the handler
//! builds the next transaction on that.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::domain::rename::{NamePair, RenameDecision, RenamePolicy, RenameReceipt, SelfRename};
use shared::domain::user::User;
use shared::domain::username::Username;
use shared::error::{Error, UsernameConflict};
use shared::http::body::{Body, Fields, FromFields};
use shared::http::caller::Caller;
use shared::http::read::Handle;
use shared::http::reply::Enveloped;
use shared::http::write::Instant;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use shared::store::{Change, Outcome};
use utoipa::ToSchema;

/// The most decisions: on the token's username, on the user in the table, and again whenever the user
/// changes in between.
const DECISIONS: usize = 4;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "change-username",
        method: Method::PATCH,
        path: "/api/v1/users/username",
        quota: CallerQuota::Change,
    };
    Endpoint::new(route, change_username, errors)
}

/// The errors of the handler itself.
fn errors(now: Timestamp) -> Vec<Error> {
    let until = now + RenamePolicy::default().cooldown;
    vec![
        Error::AccountNotActive,
        Error::UserNotFound,
        Error::UsernameTaken,
        Error::UsernameTooSimilar,
        Error::UsernameCooldown { until },
        Error::ConcurrentChange,
    ]
}

/// The body: `{"newUsername": string}`.
#[derive(Debug)]
struct ChangeUsername {
    new_username: Username,
}

impl FromFields for ChangeUsername {
    const NAME: &str = "ChangeUsername";

    fn from_fields(mut fields: Fields) -> Result<Self, Error> {
        let new_username = fields.required::<Handle>("newUsername");
        fields.finish(new_username.map(|Handle(new_username)| Self { new_username }))
    }
}

/// The data of the answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct UsernameChanged {
    success: bool,
    old_username: Username,
    new_username: Username,
    next_change_allowed_at: Instant,
}

async fn change_username(
    State(app): State<App>,
    caller: Caller,
    Body(ChangeUsername { new_username: wanted }): Body<ChangeUsername>,
) -> Result<Enveloped<UsernameChanged>, Error> {
    let now = app.now();
    let decide = |user: Option<User>| -> Result<RenameDecision, Error> {
        let user = user.ok_or(Error::UserNotFound)?;
        user.check_usable()?;
        caller.require_session(Some(&user))?;
        Ok(user.rename(&wanted, now, &app.policy)?)
    };
    let mut decision = match caller.username_hint.clone() {
        Some(from) if from != wanted => {
            let names = NamePair { from, to: wanted.clone() };
            RenameDecision::Change(SelfRename::new(caller.id.clone(), names, now, &app.policy))
        }
        _ => decide(app.store.user(&caller.id).await?)?,
    };
    for _ in 0..DECISIONS {
        let change = match decision {
            RenameDecision::Unchanged(receipt) => return Ok(UsernameChanged::reply(receipt, now)),
            RenameDecision::Change(change) => change,
        };
        let receipt = change.receipt();
        decision = match app.store.commit(&Change::Rename(change, caller.origin())).await? {
            Outcome::Committed => return Ok(UsernameChanged::reply(receipt, now)),
            Outcome::Taken(existing) => {
                return Err(UsernameConflict { wanted: &wanted, existing: &existing }.into());
            }
            Outcome::Conflict => return Err(Error::ConcurrentChange),
            Outcome::Stale(user) => decide(user.map(|user| *user))?,
        };
    }
    Err(Error::ConcurrentChange)
}

impl UsernameChanged {
    fn reply(receipt: RenameReceipt, at: Timestamp) -> Enveloped<Self> {
        let data = Self {
            success: true,
            old_username: receipt.old,
            new_username: receipt.new,
            next_change_allowed_at: Instant(receipt.next_change_at),
        };
        Enveloped::new(data, at)
    }
}
