//! `POST /v1/auth/logout`: a session ends, or all of a user's.

use axum::extract::State;
use axum::http::Method;
use jiff::Timestamp;
use shared::app::App;
use shared::domain::author::Author;
use shared::domain::session::{Bytes32, EndReason, Presentation, Presented, RefreshToken};
use shared::domain::user::User;
use shared::error::Error;
use shared::http::body::{Body, Fields, FromFields};
use shared::http::credentials::GivenRefreshToken;
use shared::http::reply::Done;
use shared::http::visitor::Visitor;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;
use shared::store::{Change, Claimed, Outcome, RETRIES};

/// This endpoint.
pub fn endpoint() -> Endpoint {
    let route = Route {
        operation: "log-out",
        method: Method::POST,
        path: "/v1/auth/logout",
        quota: CallerQuota::Visit,
    };
    Endpoint::new(route, log_out, errors)
}

/// The errors of the handler itself.
fn errors(_: Timestamp) -> Vec<Error> {
    vec![Error::ConcurrentChange]
}

/// The body: `{"refreshToken": string, "everywhere"?: boolean}`.
#[derive(Debug)]
struct LogOut {
    token: Option<RefreshToken>,
    everywhere: bool,
}

impl FromFields for LogOut {
    const NAME: &str = "LogOut";

    fn from_fields(mut fields: Fields) -> Result<Self, Error> {
        let token = fields.required::<GivenRefreshToken>("refreshToken");
        let everywhere = fields.optional::<bool>("everywhere").unwrap_or_default();
        fields.finish(token.map(|GivenRefreshToken(token)| Self { token, everywhere }))
    }
}

/// A token that no session made is as good as one whose session has ended (RFC 7009 section 2.2).
async fn log_out(
    State(app): State<App>,
    visitor: Visitor,
    Body(LogOut { token, everywhere }): Body<LogOut>,
) -> Result<Done, Error> {
    let (policy, now) = (app.sessions()?, app.now());
    let Some(token) = token else { return Ok(Done) };
    let Claimed { session, user } = app.store.claimed(&token).await?;
    let Some(session) = session.filter(|session| session.issued(&token)) else { return Ok(Done) };
    visitor.is(&session.user_id);
    let user = user.filter(|user| session.is_live(user, policy, now));
    let at = Presentation { now, policy, is_staff: false, nonce: Bytes32([0; 32]) };
    let is_good = matches!(
        session.present(&token, at),
        Presented::Rotate(_) | Presented::Repeat(_) | Presented::RepeatLate(_)
    );
    if let Some(user) = user.filter(|_| everywhere && is_good) {
        end_all(&app, user, &visitor.author(&session.user_id), now).await?;
    }
    app.store.end_session(session.id, EndReason::SignedOut, now).await?;
    Ok(Done)
}

/// Ends all of the user's sessions.
async fn end_all(app: &App, mut user: User, author: &Author, now: Timestamp) -> Result<(), Error> {
    let epoch = user.session_epoch;
    for _ in 0..=RETRIES {
        let update = user.end_sessions(author, now);
        user = match app.store.commit(&Change::Update(Box::new(update))).await? {
            Outcome::Stale(Some(user)) if user.session_epoch == epoch => *user,
            // Or somebody else has ended them meanwhile, or there is nobody left to sign out.
            Outcome::Committed | Outcome::Stale(_) => return Ok(()),
            Outcome::Conflict | Outcome::Taken(_) => return Err(Error::ConcurrentChange),
        };
    }
    Err(Error::ConcurrentChange)
}
