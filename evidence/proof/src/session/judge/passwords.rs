//! An old password does not count after a change was answered, and the new one does.

use super::super::record::{Entry, Record};
use super::super::scenario::{Operation, Password};

/// Returns the password that the request sets, if it sets one.
fn set_by(entry: &Entry) -> Option<Password> {
    match &entry.operation {
        Operation::ChangePassword { new, .. } | Operation::SetPassword { new } => Some(*new),
        _ => None,
    }
}

/// The position of the first request that sets the password. A request is repeated with the same one.
pub(super) fn first_request(record: &Record, password: Password) -> u32 {
    let requests = record.entries.iter().filter(|entry| set_by(entry) == Some(password));
    requests.map(|entry| entry.began).min().unwrap_or(0)
}

/// Whether the password `later` may have been set after the password `earlier` was.
pub(super) fn may_follow(record: &Record, later: Password, earlier: Password) -> bool {
    let first = first_request(record, earlier);
    let mut requests = record.entries.iter().filter(|entry| set_by(entry) == Some(later));
    requests.any(|entry| entry.may_happen() && !entry.is_settled_before(first))
}

/// Returns a sentence if the request succeeded with a password that was certainly not the user's then.
pub(super) fn success(record: &Record, entry: &Entry) -> Option<String> {
    let (password, also) = match &entry.operation {
        Operation::LogIn { password, .. } => (*password, None),
        Operation::ChangePassword { old, new, .. } => (*old, Some(*new)),
        _ => return None,
    };
    if password == Password::WRONG {
        return Some("a wrong password signs in".to_owned());
    }
    let is_replaced = |password: Password| {
        record.entries.iter().any(|change| {
            let Some(new) = set_by(change).filter(|new| *new != password) else { return false };
            change.is_success()
                && change.is_settled_before(entry.began)
                && !may_follow(record, password, new)
        })
    };
    let counts = !is_replaced(password) || also.is_some_and(|new| !is_replaced(new));
    (!counts).then(|| "an old password counts".to_owned())
}

/// Returns a sentence if the request was refused for a password that certainly was the user's then.
pub(super) fn refusal(record: &Record, entry: &Entry) -> Option<String> {
    let (Operation::LogIn { password, .. } | Operation::ChangePassword { old: password, .. }) =
        &entry.operation
    else {
        return Some("a request without a password has a wrong one".to_owned());
    };
    let answered = entry.answered?;
    let is_set = *password == Password::FIRST
        || record.entries.iter().any(|change| {
            set_by(change) == Some(*password)
                && change.is_success()
                && change.is_settled_before(entry.began)
        });
    let may_be_replaced = record.entries.iter().any(|change| {
        set_by(change).is_some_and(|new| new != *password && may_follow(record, new, *password))
            && change.may_happen()
            && change.began < answered
    });
    (is_set && !may_be_replaced).then(|| "the present password is refused".to_owned())
}

/// Of two changes of one password only one succeeds, for each later password is chosen once.
pub(super) fn replaced_twice(record: &Record) -> Option<String> {
    let changes: Vec<_> = record
        .entries
        .iter()
        .filter(|entry| entry.is_success())
        .filter_map(|entry| match &entry.operation {
            Operation::ChangePassword { old, new, .. } => Some((*old, *new)),
            _ => None,
        })
        .collect();
    let is_same = |(number, (old, new)): (usize, &(Password, Password))| {
        changes.iter().skip(number).any(|(other, to)| other == old && to != new)
    };
    let mut found = changes.iter().enumerate().filter(|change| is_same(*change));
    found.next().map(|(_, change)| format!("a password is replaced twice: {change:?}"))
}
