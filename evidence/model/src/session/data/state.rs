//! A state of the model, and the steps that lead from one state to the next.

use super::history::History;
use super::request::{Access, HOLDERS, Holder, InFlight, Token};
use super::table::{SessionId, Table, Tick};

/// The greatest number of requests.
pub const MAX_REQUESTS: usize = 7;

/// Everything there is at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct State {
    /// The present instant.
    pub time: Tick,
    /// The table.
    pub table: Table,
    /// The requests under way, by their number in the bound.
    pub in_flight: [Option<InFlight>; MAX_REQUESTS],
    /// The requests that have begun, one bit for each.
    pub begun: u8,
    /// The refresh token of each holder.
    pub tokens: [Option<Token>; HOLDERS],
    /// The access token of each holder.
    pub access: [Option<Access>; HOLDERS],
    /// The number of lost answers so far.
    pub lost: u8,
    /// What only the properties know.
    pub history: History,
}

impl State {
    /// Returns the refresh token of a holder.
    pub fn token(&self, holder: Holder) -> Option<Token> {
        self.tokens[holder as usize]
    }
}

/// A step. Each number of a request is its number in the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Time passes.
    Tick,
    /// DynamoDB deletes a session whose time is over.
    SweepSession(SessionId),
    /// DynamoDB deletes the counters of a window.
    SweepAttempts(u8),
    /// A request begins, in a function whose clock is so far back.
    Begin(usize, Tick),
    /// A request reads the user.
    ReadUser(usize),
    /// A request reads the session or the hash.
    ReadItem(usize),
    /// A request makes its next call.
    Call(usize),
    /// A request makes its next call. DynamoDB carries it out, and the answer to the function is lost.
    CallUnanswered(usize),
    /// The sender of a request gives up. The request goes on, or stops for ever.
    GiveUp(usize),
}
