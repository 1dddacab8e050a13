//! `PATCH /v1/users/update`: changes some fields of a user, all together or none.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use shared::app::App;
use shared::domain::access::{Access, AccessDenied, Field};
use shared::domain::rename::RenamePolicy;
use shared::domain::update::UpdatedBy;
use shared::domain::user::User;
use shared::domain::user_id::UserId;
use shared::error::{Error, UsernameConflict};
use shared::hashing;
use shared::http::body::{Body, Fields, FromFields};
use shared::http::caller::Caller;
use shared::http::precondition::IfMatch;
use shared::http::reply::UserReply;
use shared::http::user_fields::UserFields;
use shared::http::{Endpoint, Route};
use shared::store::{CallerAndTarget, Change, Outcome, Users};

/// The most decisions after the first: one whenever somebody else's write comes in between.
const RETRIES: usize = 3;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route { operation: "update-user", method: Method::PATCH, path: "/v1/users/update" };
    Endpoint::new(route, update_user, errors)
}

/// The errors of the handler itself.
fn errors(now: Timestamp) -> Vec<Error> {
    let until = now + RenamePolicy::default().cooldown;
    vec![
        Error::AccountNotActive,
        AccessDenied::Fields(vec![Field::Roles, Field::Status]).into(),
        AccessDenied::NotYours.into(),
        Error::UserNotFound,
        Error::UsernameTaken,
        Error::UsernameTooSimilar,
        Error::UsernameCooldown { until },
        Error::ConcurrentChange,
        Error::VersionMismatch,
    ]
}

/// The body. The violations of its values are kept until the caller is known to be allowed to send
/// them.
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
        let (values, sent) = UserFields::take(&mut fields);
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
    let ids = CallerAndTarget { caller: &caller.id, target: &user_id };
    let Users { caller: account, target } = app.store.caller_and_target(ids).await?;
    let authorize = |target| authorize(&caller, account.as_ref(), &user_id, target, &sent);
    let (access, target) = authorize(target)?;
    let by = if access.is_self { UpdatedBy::Owner } else { UpdatedBy::Others };
    let values = values?;
    let mut user = target.ok_or(Error::UserNotFound)?;
    let password_hash = match values.password.clone() {
        Some(password) => Some(hashing::check_and_hash(password, values.own_data(&user)).await?),
        None => None,
    };
    let patch = values.into_patch(password_hash);
    for _ in 0..=RETRIES {
        if !if_match.allows(user.version) {
            return Err(Error::VersionMismatch);
        }
        let Some(update) = user.update(&patch, by, now, &app.policy)? else {
            return Ok(UserReply(user));
        };
        let after = update.after.clone();
        user = match app.store.commit(&Change::Update(Box::new(update))).await? {
            Outcome::Committed => return Ok(UserReply(after)),
            Outcome::Taken(existing) => {
                return Err(
                    UsernameConflict { wanted: &after.username, existing: &existing }.into()
                );
            }
            Outcome::Stale(user) => {
                authorize(user.map(|user| *user))?.1.ok_or(Error::UserNotFound)?
            }
        };
    }
    Err(Error::ConcurrentChange)
}

/// Decides whether the caller may change these fields, and gives the target as the caller sees it.
fn authorize(
    caller: &Caller,
    account: Option<&User>,
    user_id: &UserId,
    target: Option<User>,
    sent: &[Field],
) -> Result<(Access, Option<User>), Error> {
    let account = if caller.id == *user_id { target.as_ref() } else { account };
    let access = caller.access_to(user_id, account)?;
    let target = access.visible(target);
    access.authorize(target.as_ref().map(|user| user.roles), sent)?;
    Ok((access, target))
}
