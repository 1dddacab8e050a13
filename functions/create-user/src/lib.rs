//! `POST /v1/users`: an `ADMIN` creates a user.

mod account;

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use serde_json::Value;
use shared::app::App;
use shared::domain::permission::Field;
use shared::domain::text::PersonName;
use shared::domain::user::User;
use shared::domain::user_id::UserId;
use shared::domain::username::Username;
use shared::error::{Error, Problem};
use shared::http::Endpoint;
use shared::http::body::{Body, Fields, FromFields};
use shared::http::caller::Caller;
use shared::http::read::FromValue;
use shared::http::reply::UserCreated;
use shared::http::user_fields::UserFields;
use shared::store::{Change, Outcome};
use uuid::{NoContext, Uuid};

use crate::account::AccountFields;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new("create-user", Method::POST, "/v1/users", create_user, failures)
}

/// What it fails with for reasons of its own.
fn failures(_: Timestamp) -> Vec<Error> {
    vec![
        Error::AccountNotActive,
        Error::NotAdmin,
        Error::UsernameTaken,
        Error::UsernameTooSimilar,
        Error::UserExists,
    ]
}

/// The body. What is wrong with it is kept until it is known that the caller is an `ADMIN`.
struct CreateUser(Result<NewUser, Error>);

/// A body that can become a user.
struct NewUser {
    id: Option<UserId>,
    username: Username,
    first_name: PersonName,
    last_name: PersonName,
    rest: UserFields,
    account: Option<AccountFields>,
}

impl FromFields for CreateUser {
    const NAME: &str = "CreateUser";

    fn from_fields(mut fields: Fields) -> Result<Self, Error> {
        for name in [Field::Username, Field::FirstName, Field::LastName] {
            fields.require(name.name());
        }
        let id = fields.optional::<NewUserId>("userId").map(|NewUserId(id)| id);
        let rest = UserFields::take(&mut fields);
        let account = fields.object("account", AccountFields::take);
        let new_user = (|| {
            Some(NewUser {
                id,
                username: rest.values.username.clone()?,
                first_name: rest.values.first_name.clone()?,
                last_name: rest.values.last_name.clone()?,
                rest,
                account,
            })
        })();
        Ok(Self(fields.finish(new_user)))
    }
}

async fn create_user(
    State(app): State<App>,
    caller: Caller,
    Body(CreateUser(body)): Body<CreateUser>,
) -> Result<UserCreated, Error> {
    let now = app.now();
    let account = app.store.user(&caller.id).await?;
    if !caller.relation_to(&caller.id, account.as_ref())?.is_admin() {
        return Err(Error::NotAdmin);
    }
    let user = body?.into_user(now).await?;
    match app.store.commit(&Change::Create(Box::new(user.clone()))).await? {
        Outcome::Committed => Ok(UserCreated(user)),
        Outcome::Taken(holder) => Err(Error::taken(&user.username, &holder)),
        Outcome::Stale(_) => Err(Error::UserExists),
    }
}

impl NewUser {
    /// The user, created at the instant `now`, with defaults for what the body does not say.
    async fn into_user(self, now: Timestamp) -> Result<User, Error> {
        let id = match self.id {
            Some(id) => id,
            None => UserId::from(new_uuid(now)),
        };
        let names = (self.first_name, self.last_name);
        let mut user = User::new(id, self.username, names, new_uuid(now), now);
        if let Some(account) = self.account {
            user.account = account.fill(user.account);
        }
        let patch = self.rest.into_patch(&user).await?;
        Ok(user.with(&patch))
    }
}

/// An id that sorts by time (RFC 9562, version 7).
fn new_uuid(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds))
}

/// A user id that `GET /v1/users/{userId}` can be asked for: not a segment that a path loses (RFC 3986
/// section 5.2.4), nor the name of another endpoint.
struct NewUserId(UserId);

impl FromValue for NewUserId {
    fn from_value(value: &Value) -> Result<Self, Vec<Problem>> {
        let id = UserId::from_value(value)?;
        if [".", "..", "update"].contains(&id.as_str()) {
            return Err(vec![Problem::NotAUserId]);
        }
        Ok(Self(id))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for NewUserId {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::{RefOr, Schema};
        let mut schema = UserId::schema();
        if let RefOr::T(Schema::Object(id)) = &mut schema {
            let any = id.pattern.as_deref().unwrap_or_default().trim_start_matches('^');
            id.pattern = Some(format!("^(?!(?:\\.{{1,2}}|update)$){any}"));
        }
        schema
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for NewUserId {
    fn name() -> std::borrow::Cow<'static, str> {
        "NewUserId".into()
    }
}
