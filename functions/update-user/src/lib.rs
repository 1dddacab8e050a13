//! `PATCH /v1/users/update`: changes some fields of a user, all together or none.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use shared::app::App;
use shared::domain::access::{AccessDenied, ChangeRequest};
use shared::domain::field::Field;
use shared::domain::password::PasswordText;
use shared::domain::rename::RenamePolicy;
use shared::domain::update::Patch;
use shared::domain::user::User;
use shared::domain::user_id::UserId;
use shared::error::{Error, UsernameConflict, Violation};
use shared::hashing::{self, NewPassword};
use shared::http::body::{Body, Fields, FromFields};
use shared::http::caller::Caller;
use shared::http::precondition::IfMatch;
use shared::http::reply::UserReply;
use shared::http::user_fields::UserFields;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use shared::store::{CallerAndTarget, Change, Outcome, RETRIES, Users};

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "update-user",
        method: Method::PATCH,
        path: "/v1/users/update",
        quota: CallerQuota::Change,
    };
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

/// The body. Its violations are kept until the caller is known to be allowed to send its fields.
#[derive(Debug)]
struct UpdateUser {
    user_id: UserId,
    fields: UserFields,
    violations: Vec<Violation>,
}

impl FromFields for UpdateUser {
    const NAME: &str = "UpdateUser";

    fn from_fields(mut fields: Fields) -> Result<Self, Error> {
        let user_id = fields.required::<UserId>("userId");
        fields.only_in_answers("account");
        let values = UserFields::take(&mut fields);
        match user_id {
            Some(user_id) => {
                Ok(Self { user_id, fields: values, violations: fields.into_violations() })
            }
            None => fields.finish(None),
        }
    }
}

async fn update_user(
    State(app): State<App>,
    caller: Caller,
    if_match: IfMatch,
    Body(UpdateUser { user_id, fields, violations }): Body<UpdateUser>,
) -> Result<UserReply, Error> {
    let now = app.now();
    let UserFields { values, password, sent } = fields;
    let ids = CallerAndTarget { caller: &caller.id, target: &user_id };
    let Users { caller: account, target } = app.store.caller_and_target(ids).await?;
    let request = Request { caller: &caller, account, user_id: &user_id, sent, values: &values };
    let mut user = match request.authorize(target)? {
        Some(user) => user,
        None if violations.is_empty() => return Err(Error::UserNotFound),
        None => return Err(Error::Invalid(violations)),
    };
    let author = caller.author(&user_id, request.account.as_ref());
    let new = password.clone().map(|text| NewPassword { text, own_data: values.own_data(&user) });
    let password_hash = hashing::validate_and_hash(new, violations).await?;
    let mut patch = Patch { password_hash, ..values.clone() };
    for _ in 0..=RETRIES {
        if is_repeated(&app, password.as_ref(), &user, &if_match).await? {
            patch.password_hash = None;
        }
        let update = match user.update(&patch, &author, now, &app.policy) {
            // Also under If-Match: the request whose answer was lost (RFC 9110 section 13.1.1).
            Ok(None) => return Ok(UserReply(user)),
            _ if !if_match.allows(user.version) => return Err(Error::VersionMismatch),
            Ok(Some(update)) => update,
            Err(error) => return Err(error.into()),
        };
        let after = update.after.clone();
        user = match app.store.commit(&Change::Update(Box::new(update))).await? {
            Outcome::Committed => return Ok(UserReply(after)),
            Outcome::Taken(existing) => {
                let conflict = UsernameConflict { wanted: &after.username, existing: &existing };
                return Err(conflict.into());
            }
            Outcome::Conflict => return Err(Error::ConcurrentChange),
            Outcome::Stale(user) => {
                request.authorize(user.map(|user| *user))?.ok_or(Error::UserNotFound)?
            }
        };
    }
    Err(Error::ConcurrentChange)
}

/// Whether the password is the user's already, and `If-Match` names the version just before: then an earlier
/// attempt of this request has set it. Under any other version the two are not compared, because the
/// answer would say whether a guess is right.
async fn is_repeated(
    app: &App,
    password: Option<&PasswordText>,
    user: &User,
    if_match: &IfMatch,
) -> Result<bool, Error> {
    let is_past = !if_match.allows(user.version) && if_match.allows(user.version.saturating_sub(1));
    let Some(text) = password.filter(|_| is_past) else { return Ok(false) };
    match app.store.credential(&user.id).await? {
        Some(present) => hashing::is_own_hash_of(text.clone(), present.hash).await,
        None => Ok(false),
    }
}

/// Who asks for which changes of whom.
struct Request<'a> {
    caller: &'a Caller,
    account: Option<User>,
    user_id: &'a UserId,
    sent: Vec<Field>,
    values: &'a Patch,
}

impl Request<'_> {
    /// Decides whether the caller may make these changes, and gives the target as the caller sees it.
    fn authorize(&self, target: Option<User>) -> Result<Option<User>, Error> {
        let account = self.account.as_ref();
        let (access, target) = self.caller.access_and_view(self.user_id, account, target)?;
        let (sent, patch) = (&self.sent, self.values);
        access.authorize(&ChangeRequest { target: target.as_ref(), sent, patch })?;
        Ok(target)
    }
}
