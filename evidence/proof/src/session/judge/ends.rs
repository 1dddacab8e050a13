//! What began after an answered end does not succeed with tokens from before.

use super::super::record::{Entry, Record};
use super::super::scenario::{Operation, Password, RefreshToken, Response};
use super::super::table::LATE_REPEATS;
use super::causes;
use super::passwords::{first_request, may_follow};

/// A token that a request succeeded with.
#[derive(Clone, Copy)]
struct Used {
    session: usize,
    /// The position of the answer with the token, if it is an access token.
    access_issued: Option<u32>,
    /// Whether the endpoint asks for a session that goes on, beside the epoch.
    needs_session: bool,
}

/// Returns a sentence if the request succeeded with a token from before an end that was answered before it began.
pub(super) fn success_after_end(record: &Record, entry: &Entry) -> Option<String> {
    let used = match &entry.operation {
        Operation::Refresh { token, .. } => {
            Used { session: token.session, access_issued: None, needs_session: true }
        }
        Operation::Read { access } => Used {
            session: access.session,
            access_issued: Some(access.issued),
            needs_session: false,
        },
        Operation::ChangePassword { access, .. } => Used {
            session: access.session,
            access_issued: Some(access.issued),
            needs_session: true,
        },
        _ => return None,
    };
    let is_over = |end: &&Entry| end.is_settled_before(entry.began) && ends(record, end, used);
    let end = record.entries.iter().find(is_over)?;
    Some(format!("a token outlives {}", name(&end.operation)))
}

fn name(end: &Operation) -> &'static str {
    match end {
        Operation::LogOut { everywhere: false, .. } => "a log-out",
        Operation::LogOut { everywhere: true, .. } => "a log-out everywhere",
        Operation::ChangePassword { .. } => "a change of password",
        Operation::SetPassword { .. } => "a password that was set",
        Operation::SetActive { .. } => "a block",
        Operation::Refresh { .. } => "its own reuse",
        _ => "something else",
    }
}

/// Whether the end was certainly carried out, and certainly ended the token.
fn ends(record: &Record, end: &Entry, used: Used) -> bool {
    match &end.operation {
        Operation::LogOut { token, everywhere } => {
            let own = used.session == token.session && used.needs_session && end.is_success();
            own || (*everywhere && end.is_success() && ends_all(record, end, token, used))
        }
        Operation::ChangePassword { access, new, .. } => {
            let began = first_request(record, *new);
            let is_own = access.session == used.session;
            let is_from_before = match used.access_issued {
                Some(issued) if is_own => issued < began,
                None if is_own => false,
                _ => begun_before(record, used, began) || begun_with(record, used, *new),
            };
            end.is_success() && is_from_before
        }
        Operation::SetPassword { new } => {
            let began = first_request(record, *new);
            let is_from_before =
                begun_before(record, used, began) || begun_with(record, used, *new);
            end.is_success() && is_from_before
        }
        Operation::SetActive { active: false } => {
            let is_from_before = begun_before(record, used, end.began)
                || begun_while_blocking(record, end, used.session);
            end.is_success() && is_from_before
        }
        Operation::Refresh { token, .. } => {
            end.response == Some(Response::RefreshTokenInvalid)
                && token.session == used.session
                && used.needs_session
                && is_reuse(record, end, token)
        }
        _ => false,
    }
}

/// Whether the session was handed out before that position.
fn begun_before(record: &Record, used: Used, position: u32) -> bool {
    record.sessions.get(&used.session).is_some_and(|session| session.answered < position)
}

/// Whether the session began with a password that the change to `new` has replaced for certain: the log-in came
/// before the change, whenever it was answered.
fn begun_with(record: &Record, used: Used, new: Password) -> bool {
    let password = record.sessions.get(&used.session).and_then(|session| session.password);
    password.is_some_and(|password| password != new && !may_follow(record, password, new))
}

/// Whether the session began while the block was under way, and nobody unblocked the user: the log-in came before
/// the block.
fn begun_while_blocking(record: &Record, block: &Entry, session: usize) -> bool {
    let Some(session) = record.sessions.get(&session) else { return false };
    let may_unblock = |entry: &Entry| {
        entry.operation == Operation::SetActive { active: true }
            && entry.began < session.answered
            && !entry.is_settled_before(block.began)
    };
    let is_before = block.answered.is_some_and(|answered| session.began < answered);
    is_before && !record.entries.iter().any(may_unblock)
}

/// Whether a log-out everywhere certainly had a good token, and the other token is from before.
fn ends_all(record: &Record, end: &Entry, token: &RefreshToken, used: Used) -> bool {
    let is_from_before = match used.access_issued {
        Some(issued) if used.session == token.session => issued < end.began,
        _ => begun_before(record, used, end.began),
    };
    is_from_before && was_good(record, end, token)
}

/// Whether nothing but the log-out itself can have ended its session, and the token is its latest.
fn was_good(record: &Record, end: &Entry, token: &RefreshToken) -> bool {
    let Some(answered) = end.answered else { return false };
    let handed_out = record.entries.iter().filter_map(|entry| match &entry.response {
        Some(Response::SignedIn(tokens)) => Some(&tokens.refresh),
        _ => None,
    });
    let of_session = handed_out.filter(|other| other.session == token.session);
    of_session.map(|other| other.generation).max() == Some(token.generation)
        && causes::late_repeats(record, token.session, answered) < LATE_REPEATS
        && !causes::may_have_ended_beside(record, token.session, end)
}

/// Whether the token was certainly two generations old: its successor had been used before.
fn is_reuse(record: &Record, end: &Entry, token: &RefreshToken) -> bool {
    record.entries.iter().any(|entry| match &entry.response {
        Some(Response::SignedIn(tokens)) => {
            tokens.refresh.session == token.session
                && tokens.refresh.generation >= token.generation + 2
                && entry.is_settled_before(end.began)
        }
        _ => false,
    })
}
