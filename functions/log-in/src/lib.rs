//! `POST /v1/auth/login`: somebody logs in with name and password.
//!
//! Every way of being wrong is one answer, by the same calls and the same work: a name that nobody has, an old name, a
//! user without a password, a wrong password.

use axum::extract::State;
use axum::http::Method;
use jiff::{SignedDuration, Timestamp};
use shared::app::App;
use shared::domain::attempt::AttemptPool;
use shared::domain::password::PasswordText;
use shared::domain::session::{Randomness, Session, SessionId, SignedIn as Beginning};
use shared::domain::status::Status;
use shared::domain::user::User;
use shared::domain::username::{MAX_EMAIL_LENGTH, Username};
use shared::error::Error;
use shared::http::body::{Body, Fields, FromFields};
use shared::http::credentials::{GivenPassword, SignInName};
use shared::http::reply::Bare;
use shared::http::signed_in::SignedIn;
use shared::http::visitor::Visitor;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use shared::sign_in::{Guess, Judged, SignIn, random};
use shared::store::{Credential, CredentialUpdate, Store, StoreError};

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "log-in",
        method: Method::POST,
        path: "/v1/auth/login",
        quota: CallerQuota::Visit,
    };
    Endpoint::new(route, log_in, errors)
}

/// The errors of the handler itself.
fn errors(now: Timestamp) -> Vec<Error> {
    let until = now + SignedDuration::from_mins(15);
    vec![Error::CredentialsInvalid, Error::AccountNotActive, Error::TooManyAttempts { until }]
}

/// The body: `{"username": string, "password": string}`.
#[derive(Debug)]
struct Credentials {
    username: Username,
    password: PasswordText,
}

impl FromFields for Credentials {
    const NAME: &str = "LogIn";

    fn from_fields(mut fields: Fields) -> Result<Self, Error> {
        let username = fields.required::<SignInName>("username");
        let password = fields.required::<GivenPassword>("password");
        let both = username.zip(password);
        fields.finish(
            both.map(|(SignInName(username), GivenPassword(password))| Self { username, password }),
        )
    }
}

async fn log_in(
    State(app): State<App>,
    visitor: Visitor,
    Body(Credentials { username, password }): Body<Credentials>,
) -> Result<Bare<SignedIn>, Error> {
    let (service, now) = (app.sign_in()?, app.now());
    let found = find(&app.store, &username).await?;
    let guess = Guess {
        name: username.key().as_str(),
        of: found.as_ref().map(|(user, credential)| (&user.id, credential)),
        source: visitor.client.source,
        device: visitor.client.device.as_ref(),
        passwords: vec![password],
    };
    let judged = service.judge(&app.store, guess, now).await?;
    let (user, credential) = found.ok_or(Error::CredentialsInvalid)?;
    visitor.is(&user.id);
    if user.status != Status::Active {
        service.give_back(&app.store, &judged).await;
        return Err(Error::AccountNotActive);
    }
    let signed_in = (user, credential);
    Box::pin(begin_session(&app.store, service, &visitor, signed_in, &judged, now)).await
}

/// The user who has exactly this name now, in any case of its letters, with the password. Two calls, whatever is
/// found.
async fn find(store: &Store, name: &Username) -> Result<Option<(User, Credential)>, StoreError> {
    let key = name.key();
    // No record has a longer key.
    let key = (key.as_str().len() <= MAX_EMAIL_LENGTH).then_some(key);
    let record = store.name_record(key).await?;
    let owner = record.filter(|record| record.held_until.is_none()).map(|record| record.owner);
    let candidate = store.candidate(owner.as_ref(), None).await?;
    // The name may have moved on between the two reads.
    let user = candidate
        .user
        .filter(|user| user.username.is_same_in_any_case(name) && user.status != Status::Deleted);
    Ok(user.zip(candidate.credential))
}

async fn begin_session(
    store: &Store,
    service: &SignIn,
    visitor: &Visitor,
    (user, credential): (User, Credential),
    judged: &Judged,
    now: Timestamp,
) -> Result<Bare<SignedIn>, Error> {
    let beginning = Beginning {
        user_id: user.id.clone(),
        epoch: user.session_epoch,
        is_staff: user.roles.are_staff(),
        device: visitor.client.device.as_ref().map(|device| device.as_str().to_owned()),
        platform: visitor.platform.to_owned(),
    };
    let randomness = Randomness { id: SessionId(random()?), secret: random()?, tag_key: random()? };
    let (session, token) = Session::begin(beginning, &randomness, &service.settings.sessions, now);
    // Signed before it is written: without the key, nobody is signed in.
    let tokens = match service.issue(&user, &session, &token, now).await {
        Ok(tokens) => tokens,
        Err(error) => {
            service.give_back(store, judged).await;
            return Err(error);
        }
    };
    let strangers = AttemptPool::strangers(user.username.key().as_str());
    let update = CredentialUpdate {
        user_id: &user.id,
        before: &credential,
        device: visitor.client.device.as_ref(),
        rehashed: judged.rehashed.as_ref(),
        // Giving back an attempt of theirs ends the row as well.
        strangers: Some(&strangers).filter(|strangers| **strangers != judged.pool),
    };
    let (begun, ()) =
        tokio::join!(store.begin_session(&session, update), service.give_back(store, judged));
    begun?;
    Ok(Bare(SignedIn::new(user, &tokens)))
}
