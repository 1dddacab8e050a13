//! `POST /v1/auth/refresh`: a session goes on with the next refresh token.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use shared::app::App;
use shared::domain::session::{Bytes32, EndReason, Presentation, Presented, RefreshToken, Session};
use shared::domain::status::Status;
use shared::domain::user::User;
use shared::error::Error;
use shared::http::body::{Body, Fields, FromFields};
use shared::http::credentials::GivenRefreshToken;
use shared::http::reply::Bare;
use shared::http::signed_in::SignedIn;
use shared::http::visitor::Visitor;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use shared::sign_in::{SignIn, random};
use shared::store::{Claimed, Store};

/// The most decisions: the first, and one more whenever another request with the same token was faster.
const DECISIONS: usize = 4;

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "refresh-session",
        method: Method::POST,
        path: "/v1/auth/refresh",
        quota: CallerQuota::Visit,
    };
    Endpoint::new(route, refresh_session, errors)
}

/// The errors of the handler itself.
fn errors(_: Timestamp) -> Vec<Error> {
    vec![Error::RefreshTokenInvalid, Error::ConcurrentChange]
}

/// The body: `{"refreshToken": string}`.
#[derive(Debug)]
struct RefreshSession {
    token: Option<RefreshToken>,
}

impl FromFields for RefreshSession {
    const NAME: &str = "RefreshSession";

    fn from_fields(mut fields: Fields) -> Result<Self, Error> {
        let token = fields.required::<GivenRefreshToken>("refreshToken");
        fields.finish(token.map(|GivenRefreshToken(token)| Self { token }))
    }
}

async fn refresh_session(
    State(app): State<App>,
    visitor: Visitor,
    Body(RefreshSession { token }): Body<RefreshSession>,
) -> Result<Bare<SignedIn>, Error> {
    let (service, now) = (app.sign_in()?, app.now());
    let token = token.ok_or(Error::RefreshTokenInvalid)?;
    for decision in 0..DECISIONS {
        let claimed = app.store.claimed(&token).await?;
        let (session, user) =
            live(service, claimed, now).await?.ok_or(Error::RefreshTokenInvalid)?;
        let presented = present(service, &session, &user, &token, now)?;
        // The token was good when this request came: that others were faster is no reuse.
        let is_overtaken = decision > 0;
        if let Some((session, successor)) =
            advance(&app.store, &session, presented, is_overtaken, now).await?
        {
            visitor.is(&user.id);
            let tokens = service.issue(&user, &session, &successor, now).await?;
            return Ok(Bare(SignedIn::new(user, &tokens)));
        }
    }
    Err(Error::ConcurrentChange)
}

/// The session and its user, if the session goes on.
async fn live(
    service: &SignIn,
    Claimed { session, user }: Claimed,
    now: Timestamp,
) -> Result<Option<(Session, User)>, Error> {
    let Some((session, user)) = session.zip(user) else { return Ok(None) };
    let not_before = service.signer.not_before(now).await?;
    let counts = not_before.is_none_or(|instant| session.authenticated_at >= instant);
    let is_live =
        session.is_live(&user, &service.settings.sessions, now) && session.user_id == user.id;
    Ok((counts && is_live && user.status == Status::Active).then_some((session, user)))
}

fn present(
    service: &SignIn,
    session: &Session,
    user: &User,
    token: &RefreshToken,
    now: Timestamp,
) -> Result<Presented, Error> {
    let policy = &service.settings.sessions;
    let (is_staff, nonce) = (user.roles.are_staff(), Bytes32(random()?));
    Ok(session.present(token, Presentation { now, policy, is_staff, nonce }))
}

/// The session as the token leaves it, and the token after this one; `None` when another request was faster.
async fn advance(
    store: &Store,
    session: &Session,
    presented: Presented,
    is_overtaken: bool,
    now: Timestamp,
) -> Result<Option<(Session, RefreshToken)>, Error> {
    match presented {
        Presented::Forged => Err(Error::RefreshTokenInvalid),
        Presented::Rotate(rotation) => {
            let is_rotated = store.rotate(&rotation).await?;
            Ok(is_rotated.then_some((rotation.after, rotation.successor)))
        }
        Presented::Repeat(successor) => Ok(Some((session.clone(), successor))),
        Presented::RepeatLate(successor) if is_overtaken => Ok(Some((session.clone(), successor))),
        Presented::Reused if is_overtaken => Err(Error::ConcurrentChange),
        Presented::RepeatLate(successor) => {
            let is_counted = store.count_late_repeat(session, now).await?;
            if is_counted {
                tracing::info!(
                    event = "late_refresh",
                    "a refresh token was repeated after the grace"
                );
            }
            Ok(is_counted.then(|| (session.clone(), successor)))
        }
        Presented::Reused => {
            store.end_session(session.id, EndReason::Reuse, now).await?;
            tracing::warn!(event = "reuse_detected", "an old refresh token was used again");
            Err(Error::RefreshTokenInvalid)
        }
    }
}
