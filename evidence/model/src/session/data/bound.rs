//! The bound of a model: which requests there are, and what can happen to them.

use super::faults::{Fault, Faults};
use super::history::Event;
use super::request::Request;
use super::table::Tick;

/// A bound. It is also the model that stateright checks.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "five facts, of which none excludes another")]
pub struct Bound {
    /// The name of the bound.
    pub label: &'static str,
    /// The requests. Each one begins at most once, at any time and in any order.
    pub requests: &'static [Request],
    /// The number of late repeats that a session has.
    pub late_repeats: u8,
    /// The number of answers that may be lost.
    pub lost: u8,
    /// The last instant.
    pub horizon: Tick,
    /// Whether the clock of a function may be back.
    pub skewed: bool,
    /// Whether a holder may send a request while another one is under way.
    pub parallel: bool,
    /// Whether the two items of a refresh or of a change are read at different moments, in any order,
    /// and not when the request begins.
    pub torn: bool,
    /// Whether the other device is signed in.
    pub two_devices: bool,
    /// Whether the stored hash is imported, so that a login replaces it.
    pub imported: bool,
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
