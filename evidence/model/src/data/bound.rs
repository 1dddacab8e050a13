//! The bound of a model: how many users, names and requests it has, and for how long it runs.

use super::faults::{Fault, Faults};
use super::history::Event;
use super::request::Request;
use super::table::{Name, Status, Tick};

/// A bound. It is also the model that stateright checks.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The name of the bound.
    pub label: &'static str,
    /// The number of users. User `i` begins with the `i`-th name.
    pub users: u8,
    /// The names that a request can ask for.
    pub names: &'static [Name],
    /// Whether the last user does not exist at first.
    pub last_is_new: bool,
    /// The kinds of request that each user makes, each with every name.
    pub own: &'static [fn(Name) -> Request],
    /// The number of requests that each user makes.
    pub own_requests: u8,
    /// The kinds of other request that somebody makes for a user.
    pub others: &'static [OtherRequest],
    /// The number of other requests for all users together.
    pub other_requests: u8,
    /// The last instant.
    pub horizon: Tick,
    /// Whether a rename that has written nothing is put back among the requests that have not begun.
    pub folds: bool,
    /// Whether an unanswered attempt may be pending and arrive at any time. If not, only copies of
    /// attempts that were carried out arrive late.
    pub late: bool,
    /// The event that the model looks for, if there is one. Each state remembers whether it happened.
    pub looked_for: Option<Event>,
    /// The faults of the protocol.
    pub faults: Faults,
}

impl Bound {
    /// Whether the protocol has the fault.
    pub fn has(&self, fault: Fault) -> bool {
        self.faults.has(fault)
    }
}

/// A kind of request that is not a rename by the user and not a creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherRequest {
    /// A `POWER_USER` renames the user.
    Rename,
    /// An `ADMIN` sets a status.
    Status(Status),
    /// The user changes a field other than the name.
    Field,
}
