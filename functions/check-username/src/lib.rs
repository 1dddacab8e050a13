//! `GET /api/v1/users/username/availability?username=`: whether the caller could change the own
//! username to this one now, and if not, why, and which names are free.
//!
//! The handler applies the same rules in the same order as the change itself, so except in a race it
//! promises nothing that the change refuses.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::domain::user::User;
use shared::domain::username::{InvalidUsername, NameRecord, Username, candidates};
use shared::error::{Error, ErrorCode, Location, UsernameConflict, Violation};
use shared::http::caller::Caller;
use shared::http::context::ClientContext;
use shared::http::query::UsernameInQuery;
use shared::http::read::Handle;
use shared::http::reply::Enveloped;
use shared::http::write::Instant;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use utoipa::ToSchema;
use utoipa::openapi::Object;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

/// The most names that are suggested.
const SUGGESTIONS: usize = 3;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "check-username",
        method: Method::GET,
        path: "/api/v1/users/username/availability",
        quota: CallerQuota::Lookup,
    };
    Endpoint::new(route, check_username, errors)
}

/// The errors of the handler itself.
fn errors(_: Timestamp) -> Vec<Error> {
    vec![Error::AccountNotActive, Error::UserNotFound]
}

/// The data of the answer. `reason` is the error code with which the change would fail.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Availability {
    username: String,
    available: bool,
    #[schema(required, schema_with = reason)]
    reason: Option<ErrorCode>,
    #[schema(max_items = 3)]
    suggestions: Vec<Handle>,
    #[schema(required)]
    next_change_allowed_at: Option<Instant>,
}

/// The codes that a reason can be, or `null`.
fn reason() -> Object {
    let codes = [
        ErrorCode::ValidationFailed,
        ErrorCode::UsernameTaken,
        ErrorCode::UsernameTooSimilar,
        ErrorCode::UsernameCooldown,
    ];
    let values = codes.map(|code| Some(code.as_str())).into_iter().chain([None]);
    let reason =
        ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]));
    reason.enum_values(Some(values)).build()
}

/// What the name's availability depends on.
struct Request<'a> {
    app: &'a App,
    caller: &'a Caller,
    account: Option<&'a User>,
    now: Timestamp,
}

async fn check_username(
    State(app): State<App>,
    caller: Caller,
    UsernameInQuery(requested): UsernameInQuery,
    client: ClientContext,
) -> Result<Enveloped<Availability>, Error> {
    let now = app.now();
    let wanted = Username::parse_handle_unless(&requested, &app.reserved);
    let key = wanted.as_ref().ok().map(Username::key);
    let (account, record) = app.store.user_and_name(&caller.id, key).await?;
    if let Some(account) = &account {
        account.check_usable()?;
    }
    caller.require_session(account.as_ref())?;
    let request = Request { app: &app, caller: &caller, account: account.as_ref(), now };
    let refusal = request.refusal(wanted, record.as_ref());
    let suggestions = match &refusal {
        None | Some(Error::UsernameCooldown { .. }) => Vec::new(),
        Some(_) => request.suggestions(&requested).await?,
    };
    let data = Availability {
        username: requested,
        available: refusal.is_none(),
        reason: refusal.as_ref().map(Error::code),
        suggestions,
        next_change_allowed_at: account.map(|user| Instant(user.next_change_at(&app.policy))),
    };
    Ok(Enveloped::with_reason(data, refusal.as_ref(), &client, now))
}

impl Request<'_> {
    /// The error with which the change would fail, in the order in which it decides: the form of the
    /// name, the cooldown, who has the name.
    fn refusal(
        &self,
        wanted: Result<Username, Vec<InvalidUsername>>,
        record: Option<&NameRecord>,
    ) -> Option<Error> {
        let wanted = match wanted {
            Ok(wanted) => wanted,
            Err(invalid) => {
                let violation = |kind| Violation::new(Location::Parameter("username"), kind);
                return Some(Error::Invalid(invalid.into_iter().map(violation).collect()));
            }
        };
        let decision = self.account.map(|user| user.rename(&wanted, self.now, &self.app.policy));
        if let Some(Err(error)) = decision {
            return Some(error.into());
        }
        let taken = record.filter(|record| !record.is_available_to(&self.caller.id, self.now))?;
        Some(UsernameConflict { wanted: &wanted, existing: &taken.username }.into())
    }

    /// A few names close to the requested one that the caller could have now.
    async fn suggestions(&self, requested: &str) -> Result<Vec<Handle>, Error> {
        let own = self.account.map(|user| user.username.key());
        let mut names = candidates(requested, &self.app.reserved);
        names.retain(|name| Some(name.key()) != own);
        let records = self.app.store.names(&names).await?;
        names.retain(|name| {
            let is_taken = |record: &NameRecord| {
                record.username.key() == name.key()
                    && !record.is_available_to(&self.caller.id, self.now)
            };
            !records.iter().any(is_taken)
        });
        Ok(names.into_iter().take(SUGGESTIONS).map(Handle).collect())
    }
}
