//! `GET /api/v1/users/username/availability?username=`: whether the caller could change the own
//! username to this one now, and if not, why, and what would be free.
//!
//! It is decided by the same rules in the same order as the change itself, so it promises nothing
//! that the change would refuse, but for a race.

use std::time::Duration;

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::domain::user::User;
use shared::domain::username::{Holding, Username, UsernameFault, candidates};
use shared::error::{Error, Fault, Place};
use shared::http::Endpoint;
use shared::http::caller::Caller;
use shared::http::context::Client;
use shared::http::query::UsernameInQuery;
use shared::http::read::Handle;
use shared::http::reply::{Enveloped, ErrorCode, Instant};
use shared::limit::TooMany;

/// The most names that are suggested.
const SUGGESTIONS: usize = 3;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    Endpoint::new(
        "check-username",
        Method::GET,
        "/api/v1/users/username/availability",
        check_username,
        failures,
    )
}

/// What it fails with for reasons of its own.
fn failures(_: Timestamp) -> Vec<Error> {
    vec![Error::AccountNotActive, Error::UserNotFound, TooMany(Duration::from_secs(2)).into()]
}

/// The data of the answer. `reason` is the error code with which the change would be refused.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
struct Availability {
    username: String,
    available: bool,
    #[cfg_attr(feature = "openapi", schema(required, schema_with = reason))]
    reason: Option<ErrorCode>,
    #[cfg_attr(feature = "openapi", schema(max_items = 3))]
    suggestions: Vec<Handle>,
    #[cfg_attr(feature = "openapi", schema(required))]
    next_change_allowed_at: Option<Instant>,
}

/// The codes that a reason can be, or `null`.
#[cfg(feature = "openapi")]
fn reason() -> utoipa::openapi::Object {
    use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
    let codes =
        ["VALIDATION_FAILED", "USERNAME_TAKEN", "USERNAME_TOO_SIMILAR", "USERNAME_COOLDOWN"];
    let values = codes.map(Some).into_iter().chain([None]);
    let reason =
        ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Null]));
    reason.enum_values(Some(values)).build()
}

async fn check_username(
    State(app): State<App>,
    caller: Caller,
    UsernameInQuery(wish): UsernameInQuery,
    client: Client,
) -> Result<Enveloped<Availability>, Error> {
    app.caller_limit.check(&caller.id)?;
    let now = app.now();
    let wanted = Username::parse_handle(&wish);
    let key = wanted.as_ref().ok().map(Username::key);
    let (account, holding) = app.store.user_and_name(&caller.id, key.as_ref()).await?;
    if let Some(account) = &account {
        account.check_usable()?;
    }
    let refusal = refusal(&app, &caller, wanted, account.as_ref(), holding.as_ref(), now);
    let suggestions = match &refusal {
        None | Some(Error::UsernameCooldown { .. }) => Vec::new(),
        Some(_) => suggestions(&app, &caller, &wish, account.as_ref(), now).await?,
    };
    let data = Availability {
        username: wish,
        available: refusal.is_none(),
        reason: refusal.as_ref().map(|refusal| ErrorCode(refusal.code())),
        suggestions,
        next_change_allowed_at: account.map(|user| Instant(user.next_change_at(&app.policy))),
    };
    Ok(Enveloped::with_reason(data, refusal.as_ref(), &client, now))
}

/// Why the change would be refused, in the order in which it decides: the form of the name, the
/// cooldown, who has the name.
fn refusal(
    app: &App,
    caller: &Caller,
    wanted: Result<Username, Vec<UsernameFault>>,
    account: Option<&User>,
    holding: Option<&Holding>,
    now: Timestamp,
) -> Option<Error> {
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(faults) => {
            let fault = |fault| Fault::new(Place::Parameter("username"), fault);
            return Some(Error::Invalid(faults.into_iter().map(fault).collect()));
        }
    };
    if let Some(Err(refused)) = account.map(|user| user.rename(&wanted, now, &app.policy)) {
        return Some(refused.into());
    }
    let holding = holding.filter(|holding| !holding.is_free_for(&caller.id, now))?;
    Some(Error::taken(&wanted, &holding.username))
}

/// A few names close to the wish that the caller could have now.
async fn suggestions(
    app: &App,
    caller: &Caller,
    wish: &str,
    account: Option<&User>,
    now: Timestamp,
) -> Result<Vec<Handle>, Error> {
    let own = account.map(|user| user.username.key());
    let mut names = candidates(wish);
    names.retain(|name| Some(name.key()) != own);
    let holdings = app.store.names(&names).await?;
    names.retain(|name| {
        let key = name.key();
        let taken = |holding: &Holding| {
            holding.username.key() == key && !holding.is_free_for(&caller.id, now)
        };
        !holdings.iter().any(taken)
    });
    Ok(names.into_iter().take(SUGGESTIONS).map(Handle).collect())
}
