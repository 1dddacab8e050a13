//! The record of a history: every request and its answer, in the order in which clients saw them.

use std::collections::BTreeMap;

use super::scenario::{Operation, Password, Response, Tokens};
use crate::server::RequestError;
use crate::subject::kind_of;

/// A request.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The position of the request among all requests and answers.
    pub began: u32,
    /// The position of the answer, if there is one. 503 is none.
    pub answered: Option<u32>,
    /// The instant of the request, in milliseconds since 1970.
    pub at: i64,
    /// The instant of the answer, or of the end of waiting.
    pub until: i64,
    /// The operation.
    pub operation: Operation,
    /// The answer.
    pub response: Option<Response>,
}

impl Entry {
    /// Whether the operation was carried out for certain.
    pub fn is_success(&self) -> bool {
        self.response.as_ref().is_some_and(Response::is_success)
    }

    /// Whether the operation may have been carried out, or may be later.
    pub fn may_happen(&self) -> bool {
        self.is_success() || matches!(self.response, None | Some(Response::Conflict))
    }

    /// Whether the answer came before that position, and nothing can happen any more.
    pub fn is_settled_before(&self, position: u32) -> bool {
        self.answered.is_some_and(|answered| answered < position)
            && self.response != Some(Response::Conflict)
    }
}

/// The beginning of a session.
#[derive(Debug, Clone, Copy)]
pub struct Beginning {
    /// The position of the request.
    pub began: u32,
    /// The position of the answer.
    pub answered: u32,
    /// The instant of the request.
    pub at: i64,
    /// The password that was verified, if one was.
    pub password: Option<Password>,
}

/// Everything that was asked and answered.
#[derive(Debug, Default)]
pub struct Record {
    /// The requests.
    pub entries: Vec<Entry>,
    /// The beginnings of the sessions, by their numbers.
    pub sessions: BTreeMap<usize, Beginning>,
    /// How often each kind of response came.
    pub responses: BTreeMap<String, u64>,
    /// The first answer that must not be.
    pub failure: Option<String>,
    position: u32,
}

impl Record {
    fn next_position(&mut self) -> u32 {
        self.position += 1;
        self.position
    }

    /// Records the request. Returns its number.
    pub fn begin(&mut self, operation: Operation, at: i64) -> usize {
        let began = self.next_position();
        let entry = Entry { began, answered: None, at, until: i64::MAX, operation, response: None };
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// Records the answer, and notes in its tokens where in the history they come from.
    pub fn end(
        &mut self,
        number: usize,
        response: Result<Response, RequestError>,
        until: i64,
    ) -> Option<Response> {
        let position = self.next_position();
        let entry = self.entries.get_mut(number)?;
        entry.until = until;
        let mut response = match response {
            Ok(response) => response,
            Err(RequestError::Unavailable) => return None,
            Err(RequestError::Unexpected(answer)) => {
                let failure = format!("an answer that must not be: {answer}");
                self.failure.get_or_insert(failure);
                return None;
            }
        };
        *self.responses.entry(kind_of(&response)).or_default() += 1;
        if let Response::SignedIn(Tokens { access: Some(access), .. })
        | Response::PasswordChanged(access) = &mut response
        {
            (access.issued, access.at) = (position, entry.at);
        }
        if let Response::SignedIn(tokens) = &response {
            let password = match entry.operation {
                Operation::LogIn { password, .. } => Some(password),
                _ => None,
            };
            let beginning =
                Beginning { began: entry.began, answered: position, at: entry.at, password };
            self.sessions.entry(tokens.refresh.session).or_insert(beginning);
        }
        entry.answered = Some(position);
        entry.response = Some(response.clone());
        Some(response)
    }
}

/// The name of the figure of sessions.
pub const SESSIONS: &str = "sessions";
/// The name of the figure of refreshes.
pub const REFRESHES: &str = "refreshes answered with tokens";
/// The name of the figure of counted repeats.
pub const LATE_REPEATS: &str = "late repeats counted";
/// The name of the figure of ends.
pub const ENDS: &str = "requests that ended sessions";
/// The name of the figure of guesses.
pub const GUESSES: &str = "passwords that were wrong";

impl Record {
    /// The numbers of interest.
    pub fn figures(&self, late_repeats: u64) -> Vec<(&'static str, u64)> {
        let count = |is_meant: &dyn Fn(&Entry) -> bool| {
            self.entries.iter().filter(|entry| is_meant(entry)).count() as u64
        };
        let refreshes = count(&|entry| {
            matches!(entry.operation, Operation::Refresh { .. }) && entry.is_success()
        });
        let ends = count(&|entry| {
            let ends = matches!(
                entry.operation,
                Operation::LogOut { .. }
                    | Operation::ChangePassword { .. }
                    | Operation::SetPassword { .. }
                    | Operation::SetActive { active: false }
            );
            ends && entry.is_success()
        });
        let guesses = count(&|entry| entry.response == Some(Response::CredentialsInvalid));
        vec![
            (SESSIONS, self.sessions.len() as u64),
            (REFRESHES, refreshes),
            (LATE_REPEATS, late_repeats),
            (ENDS, ends),
            (GUESSES, guesses),
        ]
    }
}
