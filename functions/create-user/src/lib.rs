//! `POST /v1/users`: an `ADMIN` creates a user.

mod account;
mod new_user_id;

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use shared::app::App;
use shared::domain::field::Field;
use shared::domain::password::PasswordHash;
use shared::domain::text::PersonName;
use shared::domain::user::{RequiredFields, User};
use shared::domain::user_id::UserId;
use shared::domain::username::Username;
use shared::error::{Error, UsernameConflict, Violation};
use shared::hashing::{self, NewPassword};
use shared::http::body::{Body, Fields, FromFields};
use shared::http::caller::Caller;
use shared::http::reply::UserCreated;
use shared::http::user_fields::UserFields;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use shared::store::{Change, Outcome};
use uuid::{NoContext, Uuid};

use crate::account::AccountFields;
use crate::new_user_id::NewUserId;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "create-user",
        method: Method::POST,
        path: "/v1/users",
        quota: CallerQuota::Change,
    };
    Endpoint::new(route, create_user, errors)
}

/// The errors of the handler itself.
fn errors(_: Timestamp) -> Vec<Error> {
    vec![
        Error::AccountNotActive,
        Error::NotAdmin,
        Error::UsernameTaken,
        Error::UsernameTooSimilar,
        Error::UserExists,
        Error::ConcurrentChange,
    ]
}

/// The body. Its violations are kept until the caller is known to be an `ADMIN`.
struct CreateUser {
    new_user: Option<NewUser>,
    violations: Vec<Violation>,
}

/// A body that can become a user.
struct NewUser {
    id: Option<UserId>,
    username: Username,
    first_name: PersonName,
    rest: UserFields,
    account: Option<AccountFields>,
}

impl FromFields for CreateUser {
    const NAME: &str = "CreateUser";

    fn from_fields(mut fields: Fields) -> Result<Self, Error> {
        for name in [Field::Username, Field::FirstName] {
            fields.require(name.name());
        }
        let id = fields.optional::<NewUserId>("userId").map(|NewUserId(id)| id);
        let rest = UserFields::take(&mut fields);
        let account = fields.object("account", AccountFields::take);
        let (username, first_name) = (rest.values.username.clone(), rest.values.first_name.clone());
        let new_user = username.zip(first_name);
        let new_user = new_user.map(|(username, first_name)| NewUser {
            id,
            username,
            first_name,
            rest,
            account,
        });
        Ok(Self { new_user, violations: fields.into_violations() })
    }
}

async fn create_user(
    State(app): State<App>,
    caller: Caller,
    Body(CreateUser { new_user, violations }): Body<CreateUser>,
) -> Result<UserCreated, Error> {
    let now = app.now();
    let account = app.store.user(&caller.id).await?;
    if !caller.access_to(&caller.id, account.as_ref())?.is_admin() {
        return Err(Error::NotAdmin);
    }
    let (mut user, password_hash) = match new_user {
        Some(new_user) => new_user.into_user(now, violations).await?,
        None => return Err(Error::Invalid(violations)),
    };
    user.written_by = Some(caller.author(&user.id, account.as_ref()));
    let create = Change::Create(Box::new(user.clone()), password_hash);
    match app.store.commit(&create).await? {
        Outcome::Committed => Ok(UserCreated(user)),
        Outcome::Taken(existing) => {
            Err(UsernameConflict { wanted: &user.username, existing: &existing }.into())
        }
        Outcome::Conflict => Err(Error::ConcurrentChange),
        Outcome::Stale(_) => Err(Error::UserExists),
    }
}

impl NewUser {
    /// The user, created at the instant `now`, with defaults for what the body leaves out, and the hash of the
    /// password, if the body has one.
    async fn into_user(
        self,
        now: Timestamp,
        violations: Vec<Violation>,
    ) -> Result<(User, Option<PasswordHash>), Error> {
        let UserFields { values, password, .. } = self.rest;
        let required = RequiredFields {
            id: self.id.unwrap_or_else(|| UserId::from(new_uuid(now))),
            username: self.username,
            first_name: self.first_name,
            account_id: new_uuid(now),
        };
        let mut user = User::new(required, now);
        if let Some(account) = self.account {
            user.account = account.fill(user.account);
        }
        let password = password.map(|text| NewPassword { text, own_data: values.own_data(&user) });
        let password_hash = hashing::validate_and_hash(password, violations).await?;
        if password_hash.is_some() {
            user.mark_password(now);
        }
        Ok((user.with(&values), password_hash))
    }
}

/// An id that sorts by time (RFC 9562, version 7).
fn new_uuid(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds))
}
