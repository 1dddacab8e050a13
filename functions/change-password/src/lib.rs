//! `POST /v1/users/change-password`: the caller changes the own password. All other sessions end.

use axum::extract::State;
use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde::Serialize;
use shared::app::App;
use shared::domain::access::AccessDenied;
use shared::domain::attempt::DeviceHash;
use shared::domain::password::{PasswordHash, PasswordText};
use shared::domain::session::Session;
use shared::domain::status::Status;
use shared::domain::update::Patch;
use shared::domain::user::User;
use shared::domain::user_id::UserId;
use shared::error::{Error, Violation};
use shared::hashing::{self, NewPassword};
use shared::http::body::{Body, Fields, FromFields};
use shared::http::caller::Caller;
use shared::http::credentials::GivenPassword;
use shared::http::reply::Bare;
use shared::http::visitor::Client;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use shared::sign_in::{Guess, SignIn};
use shared::store::{Candidate, Credential, PasswordChange, RETRIES};
use shared::token::TokenError;
use utoipa::ToSchema;

const NEW_PASSWORD: &str = "newPassword";
/// How long after a change its request may be repeated.
const REPEATED_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "change-password",
        method: Method::POST,
        path: "/v1/users/change-password",
        quota: CallerQuota::Change,
    };
    Endpoint::new(route, change_password, errors)
}

/// The errors of the handler itself.
fn errors(now: Timestamp) -> Vec<Error> {
    let until = now + SignedDuration::from_mins(15);
    vec![
        Error::CredentialsInvalid,
        Error::AccountNotActive,
        AccessDenied::NotOwner.into(),
        Error::UserNotFound,
        Error::TooManyAttempts { until },
        Error::ConcurrentChange,
    ]
}

/// The body. Its violations are kept until the caller is known to be the user.
#[derive(Debug)]
struct ChangePassword {
    user_id: UserId,
    old: Option<PasswordText>,
    new: Option<PasswordText>,
    violations: Vec<Violation>,
}

impl FromFields for ChangePassword {
    const NAME: &str = "ChangePassword";

    fn from_fields(mut fields: Fields) -> Result<Self, Error> {
        let user_id = fields.required::<UserId>("userId");
        let old = fields.required::<GivenPassword>("oldPassword");
        let new = fields.required::<PasswordText>(NEW_PASSWORD);
        let old = old.map(|GivenPassword(old)| old);
        match user_id {
            Some(user_id) => Ok(Self { user_id, old, new, violations: fields.into_violations() }),
            None => fields.finish(None),
        }
    }
}

/// The answer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PasswordChanged {
    user_id: UserId,
    /// Of the session that goes on. A caller with a token of another issuer has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<i64>,
}

async fn change_password(
    State(app): State<App>,
    caller: Caller,
    client: Client,
    Body(ChangePassword { user_id, old, new, violations }): Body<ChangePassword>,
) -> Result<Bare<PasswordChanged>, Error> {
    let (service, now) = (app.sign_in()?, app.now());
    let mut found = Found::read(&app, &caller, &user_id, now).await?;
    let own_data = Patch::default().own_data(&found.user);
    let judged = new.clone().map(|text| NewPassword { text, own_data });
    let judged = hashing::judge(judged, NEW_PASSWORD, violations).await?;
    let (Some(old), Some(new), Some(judged_new)) = (old, new, judged) else {
        return Err(Error::Invalid(Vec::new()));
    };
    let guess = Guess {
        name: found.user.username.key().as_str(),
        of: found.credential.as_ref().map(|credential| (&found.user.id, credential)),
        source: client.source,
        device: client.device.as_ref(),
        passwords: found.candidates(old, new, now),
    };
    let judged = service.judge(&app.store, guess, now).await?;
    let Some(Credential { hash: old_hash, .. }) = found.credential.clone() else {
        return Err(Error::CredentialsInvalid);
    };
    // It was right, whatever comes now.
    service.give_back(&app.store, &judged).await;
    if judged.index == 0 {
        let new_hash = hashing::hash_judged(judged_new).await?;
        let hashes = Hashes { old: &old_hash, new: &new_hash };
        found = write(&app, &caller, found, hashes, client.device.as_ref(), now).await?;
    }
    answer(service, found, now).await.map(Bare)
}

/// The hash that was verified, and the one that takes its place.
#[derive(Clone, Copy)]
struct Hashes<'a> {
    old: &'a PasswordHash,
    new: &'a PasswordHash,
}

/// The caller's own user, password and session.
struct Found {
    user: User,
    credential: Option<Credential>,
    session: Option<Session>,
}

impl Found {
    /// The passwords that count. Soon after a change it is the new one as well: who lost the answer repeats the request.
    fn candidates(
        &self,
        old: PasswordText,
        new: PasswordText,
        now: Timestamp,
    ) -> Vec<PasswordText> {
        let is_recent = |at: Timestamp| now.duration_since(at) <= REPEATED_WITHIN;
        match self.user.password_changed_at {
            Some(at) if is_recent(at) => vec![old, new],
            _ => vec![old],
        }
    }

    /// Reads them, if the caller is that user, and may go on.
    async fn read(
        app: &App,
        caller: &Caller,
        user_id: &UserId,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let policy = app.sessions()?;
        let session = caller.session.as_ref().map(|session| session.id);
        let candidate = app.store.candidate(Some(&caller.id), session).await?;
        let Candidate { user, credential, session } = candidate;
        let user = user.filter(|user| user.status != Status::Deleted).ok_or(Error::UserNotFound)?;
        if !caller.access_to(user_id, Some(&user))?.is_self {
            return Err(AccessDenied::NotOwner.into());
        }
        let is_live = |session: &Session| session.is_live(&user, policy, now);
        let session = session.filter(|session| session.user_id == user.id && is_live(session));
        if caller.session.is_some() && session.is_none() {
            // It was signed out of, though its access token has not run out.
            return Err(TokenError::Revoked.into());
        }
        Ok(Self { user, credential, session })
    }
}

/// Changes the password; gives the user and the session after it.
async fn write(
    app: &App,
    caller: &Caller,
    mut found: Found,
    hashes: Hashes<'_>,
    device: Option<&DeviceHash>,
    now: Timestamp,
) -> Result<Found, Error> {
    let Hashes { old: old_hash, new: new_hash } = hashes;
    let author = caller.author(&caller.id, Some(&found.user));
    for _ in 0..=RETRIES {
        let update = found.user.set_password(new_hash.clone(), &author, now);
        let session = found.session.as_ref();
        let change = PasswordChange { update: &update, old_hash, new_hash, device, session };
        if app.store.change_password(change).await? {
            let epoch = update.after.session_epoch;
            let session = found.session.map(|session| Session { epoch, ..session });
            return Ok(Found { user: update.after, session, ..found });
        }
        found = Found::read(app, caller, &caller.id, now).await?;
        if found.credential.as_ref().is_none_or(|credential| credential.hash != *old_hash) {
            break;
        }
    }
    Err(Error::ConcurrentChange)
}

async fn answer(
    service: &SignIn,
    Found { user, session, .. }: Found,
    now: Timestamp,
) -> Result<PasswordChanged, Error> {
    let Some(session) = session else {
        return Ok(PasswordChanged { user_id: user.id, access_token: None, expires_in: None });
    };
    let token = service.access_token(&user, &session, now).await?;
    Ok(PasswordChanged {
        user_id: user.id,
        access_token: Some(token.expose_secret().to_owned()),
        expires_in: Some(service.settings.sessions.access_token.as_secs()),
    })
}
