//! The judge: what must hold of all answers of a history.
//!
//! The rules are those of `docs/contract.md`, stated as what no order of whole requests can give. A request
//! without an answer may have happened at any time after it was sent, or not at all, and the judge accepts both.

mod causes;
mod ends;
mod guesses;
mod passwords;

use std::collections::BTreeMap;

use super::record::{Entry, Record};
use super::scenario::{Operation, Response};
use super::table::{ACCESS_LIFETIME, SECOND};

/// Returns a sentence about the first answer that no order of whole requests gives.
pub fn violation(record: &Record) -> Option<String> {
    let rules = [two_successors, passwords::replaced_twice, guesses::too_many];
    let of_history = rules.iter().find_map(|rule| rule(record));
    of_history.or_else(|| record.entries.iter().find_map(|entry| of_answer(record, entry)))
}

fn of_answer(record: &Record, entry: &Entry) -> Option<String> {
    let response = entry.response.as_ref()?;
    let wrong = match response {
        response if response.is_success() => {
            ends::success_after_end(record, entry).or_else(|| passwords::success(record, entry))
        }
        Response::RefreshTokenInvalid | Response::TokenRevoked => {
            causes::end_without_cause(record, entry)
        }
        Response::TokenExpired => expired_too_soon(entry),
        Response::NotActive => causes::blocked_without_cause(record, entry),
        Response::CredentialsInvalid => passwords::refusal(record, entry),
        _ => None,
    };
    wrong.map(|wrong| format!("{wrong}: {:?} -> {response:?}", entry.operation))
}

/// All refresh tokens of one session and generation are one and the same.
fn two_successors(record: &Record) -> Option<String> {
    let mut known = BTreeMap::new();
    for entry in &record.entries {
        let Some(Response::SignedIn(tokens)) = &entry.response else { continue };
        let token = &tokens.refresh;
        let first = known.entry((token.session, token.generation)).or_insert(&token.text);
        if *first != &token.text {
            return Some(format!("a token has two successors: {token:?}"));
        }
    }
    None
}

fn expired_too_soon(entry: &Entry) -> Option<String> {
    let (Operation::Read { access } | Operation::ChangePassword { access, .. }) = &entry.operation
    else {
        return Some("a token expires that nobody sent".to_owned());
    };
    let age = entry.until - access.at;
    (age + SECOND < ACCESS_LIFETIME).then(|| "an access token expires too soon".to_owned())
}
