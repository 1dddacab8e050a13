//! `PATCH /v1/accounts/update`: changes some fields of a user's account, all together or none.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use shared::app::App;
use shared::domain::access::AccessDenied;
use shared::domain::account::{AccountPatch, Label};
use shared::domain::user::User;
use shared::domain::user_id::UserId;
use shared::error::{Error, Violation};
use shared::http::body::{Body, Fields, FromFields};
use shared::http::caller::Caller;
use shared::http::precondition::IfMatch;
use shared::http::read::AnyPhoneNumber;
use shared::http::reply::AccountReply;
use shared::http::write::Instant;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use shared::store::{CallerAndTarget, Change, Outcome, RETRIES, Users};

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "update-account",
        method: Method::PATCH,
        path: "/v1/accounts/update",
        quota: CallerQuota::Change,
    };
    Endpoint::new(route, update_account, errors)
}

/// The errors of the handler itself.
fn errors(_: Timestamp) -> Vec<Error> {
    vec![
        Error::AccountNotActive,
        AccessDenied::NotYours.into(),
        AccessDenied::TargetIsAdmin.into(),
        Error::UserNotFound,
        Error::ConcurrentChange,
        Error::VersionMismatch,
    ]
}

/// The body. Its violations are kept until the caller is known to be allowed to change the account.
#[derive(Debug)]
struct UpdateAccount {
    /// The caller's own user when absent.
    user_id: Option<UserId>,
    /// The account has to be that user's.
    account_id: Option<String>,
    patch: AccountPatch,
    violations: Vec<Violation>,
}

impl FromFields for UpdateAccount {
    const NAME: &str = "UpdateAccount";

    fn from_fields(mut fields: Fields) -> Result<Self, Error> {
        let names_user = fields.has("userId");
        let user_id = fields.optional::<UserId>("userId");
        let account_id = fields.optional("accountId");
        let number = fields.nullable::<AnyPhoneNumber>("mobilePhoneNumber");
        let patch = AccountPatch {
            kind: fields.optional::<Label>("type"),
            mobile_phone_number: number.map(|number| number.map(|AnyPhoneNumber(number)| number)),
            location: fields.nullable("location"),
            company: fields.nullable("company"),
            industry: fields.nullable("industry"),
            profile_picture_url: fields.nullable("profilePictureUrl"),
        };
        fields.read_only::<String>("id");
        fields.read_only::<Instant>("createdAt");
        fields.read_only::<Instant>("updatedAt");
        fields.read_only::<Label>("subscriptionPlan");
        fields.read_only::<bool>("emailVerified");
        fields.read_only::<bool>("mobilePhoneNumberVerified");
        if names_user && user_id.is_none() {
            return fields.finish(None);
        }
        Ok(Self { user_id, account_id, patch, violations: fields.into_violations() })
    }
}

async fn update_account(
    State(app): State<App>,
    caller: Caller,
    if_match: IfMatch,
    Body(UpdateAccount { user_id, account_id, patch, violations }): Body<UpdateAccount>,
) -> Result<AccountReply, Error> {
    let now = app.now();
    let user_id = user_id.unwrap_or_else(|| caller.id.clone());
    let ids = CallerAndTarget { caller: &caller.id, target: &user_id };
    let Users { caller: account, target } = app.store.caller_and_target(ids).await?;
    let authorize = |target: Option<User>| -> Result<Option<User>, Error> {
        let (access, target) = caller.access_and_view(&user_id, account.as_ref(), target)?;
        access.authorize_account(target.as_ref())?;
        Ok(target)
    };
    let target = authorize(target)?;
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let is_account_of = |user: &User| {
        let id = user.account.id.to_string();
        account_id.as_ref().is_none_or(|account_id| account_id.eq_ignore_ascii_case(&id))
    };
    let mut user = target.filter(is_account_of).ok_or(Error::UserNotFound)?;
    let author = caller.author(&user_id, account.as_ref());
    for _ in 0..=RETRIES {
        // Also under If-Match: the request whose answer was lost (RFC 9110 section 13.1.1).
        let Some(update) = user.update_account(&patch, &author, now) else {
            return Ok(AccountReply(user));
        };
        if !if_match.allows(user.version) {
            return Err(Error::VersionMismatch);
        }
        let after = update.after.clone();
        user = match app.store.commit(&Change::Update(Box::new(update))).await? {
            Outcome::Committed => return Ok(AccountReply(after)),
            Outcome::Conflict | Outcome::Taken(_) => return Err(Error::ConcurrentChange),
            Outcome::Stale(user) => {
                authorize(user.map(|user| *user))?.ok_or(Error::UserNotFound)?
            }
        };
    }
    Err(Error::ConcurrentChange)
}
