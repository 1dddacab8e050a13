//! `PATCH /api/v1/users/username`: the caller changes the own username.
//!
//! On the common path this is one DynamoDB call. The username in the token is the guess on which a
//! transaction is built; the transaction's conditions are the judge; and when they refuse, the user
//! that they return is the truth to go on from.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::domain::rename::{Rename, RenamePolicy, Renamed, Renaming};
use shared::domain::user::User;
use shared::domain::username::Username;
use shared::error::Error;
use shared::http::Endpoint;
use shared::http::body::{Body, Fields, FromFields};
use shared::http::caller::Caller;
use shared::http::read::Handle;
use shared::http::reply::{Enveloped, Instant};
use shared::store::{Change, Outcome};

/// How often a decision is made: on the token's claim, on the truth, and again when the user changes
/// in between.
const DECISIONS: usize = 4;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        "change-username",
        Method::PATCH,
        "/api/v1/users/username",
        change_username,
        failures,
    )
}

/// What it fails with for reasons of its own.
fn failures(now: Timestamp) -> Vec<Error> {
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
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    let decide = |user: Option<User>| -> Result<Renaming, Error> {
        Ok(user.ok_or(Error::UserNotFound)?.rename(&wanted, now, &app.policy)?)
    };
    let mut renaming = match caller.username_hint {
        Some(name) if name != wanted => {
            Renaming::Change(Rename::new(caller.id, name, wanted.clone(), now, &app.policy))
        }
        _ => decide(app.store.user(&caller.id).await?)?,
    };
    for _ in 0..DECISIONS {
        let rename = match renaming {
            Renaming::Already(names) => return Ok(UsernameChanged::answer(&names, now)),
            Renaming::Change(rename) => rename,
        };
        let names = rename.result();
        renaming = match app.store.commit(&Change::Rename(rename)).await? {
            Outcome::Committed => return Ok(UsernameChanged::answer(&names, now)),
            Outcome::Taken(holder) => return Err(Error::taken(&wanted, &holder)),
            Outcome::Stale(truth) => decide(truth.map(|user| *user))?,
        };
    }
    Err(Error::ConcurrentChange)
}

impl UsernameChanged {
    fn answer(names: &Renamed, at: Timestamp) -> Enveloped<Self> {
        let data = Self {
            success: true,
            old_username: names.old.clone(),
            new_username: names.new.clone(),
            next_change_allowed_at: Instant(names.next_change_at),
        };
        Enveloped::new(data, at)
    }
}
