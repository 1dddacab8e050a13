//! Why a session may have ended.

use super::super::record::{Beginning, Entry, Record};
use super::super::scenario::{Operation, RefreshToken};
use super::super::table::{GRACE, LATE_REPEATS, SECOND};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// How long a session lasts without being used.
const IDLE: i64 = 30 * DAY;
/// How long it lasts in any case.
const LIFETIME: i64 = 180 * DAY;

/// A device keeps its session until something ends it.
pub(super) fn end_without_cause(record: &Record, entry: &Entry) -> Option<String> {
    let (session, needs_refresh) = match &entry.operation {
        Operation::Refresh { token, stolen: false } => (token.session, true),
        Operation::Read { access } => (access.session, false),
        Operation::ChangePassword { access, .. } => (access.session, true),
        _ => return None,
    };
    let answered = entry.answered?;
    let may_have_ended = if needs_refresh {
        may_have_ended_beside(record, session, entry)
            || may_have_new_epoch_for_change(record, entry, answered)
    } else {
        may_have_new_epoch(record, session, answered)
    };
    (!may_have_ended).then(|| "a device is signed out, and nobody has done so".to_owned())
}

/// Only who was blocked is not active.
pub(super) fn blocked_without_cause(record: &Record, entry: &Entry) -> Option<String> {
    let answered = entry.answered?;
    let is_cause = |other: &Entry| {
        matches!(other.operation, Operation::SetActive { active: false })
            && other.began < answered
            && other.may_happen()
    };
    let is_caused = record.entries.iter().any(is_cause);
    (!is_caused).then(|| "a user is not active, and nobody has blocked the user".to_owned())
}

/// Whether something beside the request may have ended the session before the request was answered, so that a refresh
/// token of it fails.
pub(super) fn may_have_ended_beside(record: &Record, session: usize, request: &Entry) -> bool {
    let Some(beginning) = record.sessions.get(&session) else { return true };
    let before = request.answered.unwrap_or(u32::MAX);
    let is_cause = |entry: &Entry| {
        let ends = match &entry.operation {
            Operation::LogOut { token, everywhere } => *everywhere || token.session == session,
            Operation::ChangePassword { access, .. } => access.session != session,
            Operation::SetPassword { .. } | Operation::SetActive { active: false } => true,
            Operation::Refresh { token, stolen } => *stolen && token.session == session,
            _ => false,
        };
        ends && entry.began != request.began && can_affect(entry, beginning, before)
    };
    record.entries.iter().any(is_cause)
        || late_repeats(record, session, before) > LATE_REPEATS
        || is_over(record, session, beginning, request.until)
}

/// Whether the user's epoch may have changed since the session began, so that an access token of it fails.
fn may_have_new_epoch(record: &Record, session: usize, before: u32) -> bool {
    let Some(beginning) = record.sessions.get(&session) else { return true };
    let is_cause = |entry: &Entry| {
        let raises = matches!(
            entry.operation,
            Operation::LogOut { everywhere: true, .. }
                | Operation::ChangePassword { .. }
                | Operation::SetPassword { .. }
                | Operation::SetActive { active: false }
        );
        raises && can_affect(entry, beginning, before)
    };
    record.entries.iter().any(is_cause)
}

/// Whether another change of password by the same session may have made the caller's access token an old one.
fn may_have_new_epoch_for_change(record: &Record, entry: &Entry, before: u32) -> bool {
    let Operation::ChangePassword { access, .. } = &entry.operation else { return false };
    let is_cause = |other: &Entry| {
        let by_same = matches!(
            &other.operation,
            Operation::ChangePassword { access: by, .. } if by.session == access.session
        );
        by_same && other.began != entry.began && other.began < before && other.may_happen()
    };
    record.entries.iter().any(is_cause)
}

/// Whether the request may have happened after the session began and before that position.
fn can_affect(entry: &Entry, beginning: &Beginning, before: u32) -> bool {
    // A stolen token can end the session also when it is refused.
    let may_happen = entry.may_happen() || matches!(entry.operation, Operation::Refresh { .. });
    may_happen && entry.began < before && !entry.is_settled_before(beginning.began)
}

/// The most late repeats that the session can have: a token that is presented more than a minute after it was
/// first presented. Those at one instant are one, because a counted repeat begins a new grace.
pub(super) fn late_repeats(record: &Record, session: usize, before: u32) -> u64 {
    let presented: Vec<(&RefreshToken, i64)> = record
        .entries
        .iter()
        .filter(|entry| entry.began < before)
        .filter_map(|entry| match &entry.operation {
            Operation::Refresh { token, .. } | Operation::LogOut { token, .. } => {
                Some((token, entry.at))
            }
            _ => None,
        })
        .filter(|(token, _)| token.session == session)
        .collect();
    let first = |token: &RefreshToken| {
        presented.iter().filter(|(other, _)| *other == token).map(|(_, at)| *at).min()
    };
    let mut late: Vec<_> = presented
        .iter()
        .filter(|(token, at)| first(token).is_some_and(|first| at - first > GRACE))
        .map(|(token, at)| (token.generation, *at))
        .collect();
    late.sort_unstable();
    late.dedup();
    late.len() as u64
}

/// Whether nobody may have used the session for too long, or it may have lasted too long.
fn is_over(record: &Record, session: usize, beginning: &Beginning, until: i64) -> bool {
    let token_of = |entry: &Entry| match &entry.operation {
        Operation::Refresh { token, .. } if token.session == session => Some(token.generation),
        _ => None,
    };
    // A repeat does not renew the session, so the first request with a token is the use of it.
    let first = |generation: u32| {
        let requests = record.entries.iter().filter(|e| token_of(e) == Some(generation));
        requests.map(|entry| entry.at).min()
    };
    let used = record.entries.iter().filter(|e| e.is_success() && e.until < until);
    let last = used.filter_map(token_of).filter_map(first).fold(beginning.at, i64::max);
    until + SECOND >= last + IDLE || until + SECOND >= beginning.at + LIFETIME
}
