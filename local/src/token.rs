//! `nameplate token`: a token for the local server.

use std::error::Error;

use jiff::SignedDuration;
use sandbox::{Sample, TokenRequest};
use shared::clock::{Clock, SystemClock};
use shared::domain::user_id::UserId;

use crate::options::Token;
use crate::settings;

/// How long the tokens of sample users are valid.
const SAMPLE_VALIDITY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A token of a sample user.
pub(crate) fn of_sample(user: &Sample) -> Result<String, Box<dyn Error>> {
    let now = SystemClock.now();
    Ok(settings::issuer().issue(&TokenRequest {
        sub: user.id,
        roles: user.roles,
        username: Some(user.username),
        issued_at: now,
        expires_at: now + SAMPLE_VALIDITY,
    })?)
}

/// Prints the token, alone on a line.
#[expect(clippy::print_stdout, reason = "the token is this command's output")]
pub(crate) fn print(token: &Token) -> Result<(), Box<dyn Error>> {
    UserId::parse(&token.sub).map_err(|error| format!("--sub: {error}"))?;
    let hour = SignedDuration::from_hours(1);
    let now = SystemClock.now();
    let (issued_at, expires_at) = if token.expired {
        (now - hour * 2, now - hour)
    } else {
        (now, now.checked_add(token.expires)?)
    };
    let token = settings::issuer().issue(&TokenRequest {
        sub: &token.sub,
        roles: &token.roles,
        username: token.username.as_deref(),
        issued_at,
        expires_at,
    })?;
    println!("{token}");
    Ok(())
}
