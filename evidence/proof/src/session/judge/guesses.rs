//! Whoever guesses has ten guesses in a window, whatever is lost.

use super::super::record::{Entry, Record};
use super::super::scenario::{Operation, Password, Response};

/// The most guesses in a window.
const GUESSES: usize = 10;
/// How long the last attempt keeps all of them counted, in milliseconds. Histories never wait for about as long:
/// either for much less, or for much more.
const WINDOW: i64 = 15 * 60 * 1000;

/// Counts the guesses that were verified, window by window.
pub(super) fn too_many(record: &Record) -> Option<String> {
    let mut guesses = 0;
    let mut last: Option<i64> = None;
    for entry in record.entries.iter().filter(|entry| is_attempt(entry)) {
        if last.is_some_and(|last| entry.at - last >= WINDOW) {
            guesses = 0;
        }
        if entry.response != Some(Response::TooManyAttempts) {
            last = last.max(Some(entry.at));
        }
        let is_guess =
            matches!(entry.operation, Operation::LogIn { password: Password::WRONG, .. });
        if is_guess && entry.response == Some(Response::CredentialsInvalid) {
            guesses += 1;
        }
        if guesses > GUESSES {
            return Some(format!("a window has more than {GUESSES} guesses: {guesses}"));
        }
    }
    None
}

/// Whether the request is an attempt of a stranger.
fn is_attempt(entry: &Entry) -> bool {
    matches!(entry.operation, Operation::LogIn { device: None, .. })
}
