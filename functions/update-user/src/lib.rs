//! `PATCH /v1/users/update`: changes some fields of a user, all together or none.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use shared::app::App;
use shared::domain::permission::{Field, Refusal, Relation};
use shared::domain::rename::RenamePolicy;
use shared::domain::user::User;
use shared::domain::user_id::UserId;
use shared::error::Error;
use shared::http::Endpoint;
use shared::http::body::{Body, Fields, FromFields};
use shared::http::caller::Caller;
use shared::http::precondition::IfMatch;
use shared::http::reply::UserReply;
use shared::http::user_fields::UserFields;
use shared::store::{Change, Outcome};

/// How often the change is decided anew after somebody else's write came in between.
const RETRIES: usize = 3;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new("update-user", Method::PATCH, "/v1/users/update", update_user, failures)
}

/// What it fails with for reasons of its own.
fn failures(now: Timestamp) -> Vec<Error> {
    let until = now + RenamePolicy::default().cooldown;
    vec![
        Error::AccountNotActive,
        Refusal::Fields(vec![Field::Roles, Field::Status]).into(),
        Refusal::NotYours.into(),
        Error::UserNotFound,
        Error::UsernameTaken,
        Error::UsernameTooSimilar,
        Error::UsernameCooldown { until },
        Error::ConcurrentChange,
        Error::VersionMismatch,
    ]
}

/// The body. What is wrong with the values is kept until it is known that the caller may send them.
#[derive(Debug)]
struct UpdateUser {
    user_id: UserId,
    sent: Vec<Field>,
    values: Result<UserFields, Error>,
}

impl FromFields for UpdateUser {
    const NAME: &str = "UpdateUser";

    fn from_fields(mut fields: Fields) -> Result<Self, Error> {
        let user_id = fields.required::<UserId>("userId");
        let sent = Field::ALL.into_iter().filter(|field| fields.has(field.name())).collect();
        let values = UserFields::take(&mut fields);
        match user_id {
            Some(user_id) => Ok(Self { user_id, sent, values: fields.finish(Some(values)) }),
            None => fields.finish(None),
        }
    }
}

async fn update_user(
    State(app): State<App>,
    caller: Caller,
    if_match: IfMatch,
    Body(UpdateUser { user_id, sent, values }): Body<UpdateUser>,
) -> Result<UserReply, Error> {
    let now = app.now();
    let (account, target) = app.store.users(&caller.id, &user_id).await?;
    let permit = |target| permit(&caller, account.as_ref(), &user_id, target, &sent);
    let (relation, target) = permit(target)?;
    let values = values?;
    let mut user = target.ok_or(Error::UserNotFound)?;
    let patch = values.into_patch(&user).await?;
    for _ in 0..=RETRIES {
        if !if_match.allows(user.version) {
            return Err(Error::VersionMismatch);
        }
        let Some(update) = user.update(&patch, relation.own, now, &app.policy)? else {
            return Ok(UserReply(user));
        };
        let after = update.after.clone();
        user = match app.store.commit(&Change::Update(Box::new(update))).await? {
            Outcome::Committed => return Ok(UserReply(after)),
            Outcome::Taken(holder) => return Err(Error::taken(&after.username, &holder)),
            Outcome::Stale(truth) => {
                permit(truth.map(|user| *user))?.1.ok_or(Error::UserNotFound)?
            }
        };
    }
    Err(Error::ConcurrentChange)
}

/// Decides whether the caller may change these fields, and gives the target as the caller may see
/// it.
fn permit(
    caller: &Caller,
    account: Option<&User>,
    user_id: &UserId,
    target: Option<User>,
    sent: &[Field],
) -> Result<(Relation, Option<User>), Error> {
    let account = if caller.id == *user_id { target.as_ref() } else { account };
    let relation = caller.relation_to(user_id, account)?;
    let target = relation.visible(target);
    relation.check_change(target.as_ref().map(|user| user.roles), sent)?;
    Ok((relation, target))
}
