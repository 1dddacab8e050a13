//! `nameplate token`: a token for the local server.

use std::error::Error;
use std::net::Ipv4Addr;

use jiff::{SignedDuration, Timestamp};
use sandbox::{Sample, SampleIssuer, TokenRequest};
use shared::clock::{Clock, SystemClock};
use shared::domain::role::Role;
use shared::domain::user_id::UserId;

use crate::explain;
use crate::options::{IssuerOptions, Token};
use crate::settings::Settings;

/// How long the tokens of sample users are valid.
const SAMPLE_VALIDITY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A token of a sample user.
pub(crate) fn of_sample(settings: &Settings, user: &Sample) -> Result<String, Box<dyn Error>> {
    of_sample_named(settings, user, user.username)
}

/// A token of a sample user who has that name now.
pub(crate) fn of_sample_named(
    settings: &Settings,
    user: &Sample,
    username: &str,
) -> Result<String, Box<dyn Error>> {
    let now = SystemClock.now();
    settings.issue(&TokenRequest {
        sub: user.id,
        roles: user.roles,
        username: Some(username),
        issued_at: now,
        expires_at: now + SAMPLE_VALIDITY,
    })
}

/// A token that has expired an hour ago.
pub(crate) fn expired(settings: &Settings) -> Result<String, Box<dyn Error>> {
    let (issued_at, expires_at) = an_hour_ago(SystemClock.now());
    let Sample { id: sub, roles, .. } = Sample::PLAIN;
    settings.issue(&TokenRequest { sub, roles, username: None, issued_at, expires_at })
}

/// When a token was issued that has expired an hour ago, and when it did.
fn an_hour_ago(now: Timestamp) -> (Timestamp, Timestamp) {
    let hour = SignedDuration::from_hours(1);
    (now - hour * 2, now - hour)
}

/// Prints a token, alone on a line, or explains one.
pub(crate) fn run(token: &Token) -> Result<(), Box<dyn Error>> {
    let settings = Settings {
        sample: sample_issuer(&token.issuer, token.issuer.issuer_port),
        ..Settings::default()
    };
    match (&token.explain, &token.sample, &token.sub) {
        (Some(explained), ..) => explain::run(&settings, explained, token.fetch),
        (None, Some(Sample { id, roles, username, .. }), _) => {
            print(&settings, token, id, roles, Some(username))
        }
        (None, None, Some(sub)) => {
            print(&settings, token, sub, &token.roles, token.username.as_deref())
        }
        (None, None, None) => Err("give the user's id with --sub".into()),
    }
}

/// The sample issuer of the options, at that port.
pub(crate) fn sample_issuer(options: &IssuerOptions, port: u16) -> Option<SampleIssuer> {
    let origin = format!("http://{}:{port}", Ipv4Addr::LOCALHOST);
    options.provider.map(|provider| SampleIssuer { provider, origin })
}

#[expect(clippy::print_stdout, reason = "the token is this command's output")]
fn print(
    settings: &Settings,
    token: &Token,
    sub: &str,
    roles: &[Role],
    username: Option<&str>,
) -> Result<(), Box<dyn Error>> {
    UserId::parse(sub).map_err(|error| format!("--sub: {error}"))?;
    let now = SystemClock.now();
    let (issued_at, expires_at) =
        if token.expired { an_hour_ago(now) } else { (now, now.checked_add(token.expires)?) };
    let token = settings.issue(&TokenRequest { sub, roles, username, issued_at, expires_at })?;
    println!("{token}");
    Ok(())
}
