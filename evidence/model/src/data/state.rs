//! A state of the model, and the steps that lead from one state to the next.

use super::history::History;
use super::request::{Basis, InFlight, Request};
use super::table::{Table, Tick, USERS, UserId};

/// The greatest number of requests under way for one user.
pub const MAX_IN_FLIGHT: usize = 4;

/// Everything there is at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct State {
    /// The present instant.
    pub time: Tick,
    /// The table.
    pub table: Table,
    /// The requests under way, by user, sorted.
    pub in_flight: [[Option<InFlight>; MAX_IN_FLIGHT]; USERS],
    /// The number of requests that each user may still make.
    pub own_left: [u8; USERS],
    /// The number of other requests that may still follow.
    pub others_left: u8,
    /// What only the properties know.
    pub history: History,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Time passes.
    Tick,
    /// The TTL sweep deletes the name record with this key.
    Sweep(u8),
    /// A request begins at this instant and reads the user.
    BeginWithRead(UserId, Request, Tick),
    /// A request begins at this instant and writes at once. The basis is the name in the token, or no
    /// user for a creation.
    BeginWithWrite(UserId, Request, Tick, Basis, Answer),
    /// A request under way makes its next attempt. The number is its index.
    Attempt(UserId, u8, Answer),
    /// An attempt of a request under way arrives late. The attempt has this basis.
    ArriveLate(UserId, u8, Basis),
}

/// What happens to the answer to an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The answer arrives.
    Received,
    /// DynamoDB carries out the write, the answer is lost, and the SDK repeats the attempt.
    Lost,
    /// DynamoDB has not received the attempt yet, and the SDK makes another one.
    Pending,
}
