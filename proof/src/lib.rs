//! No name is ever lost or held twice: shown on the real handlers, the real SDK client and the embedded
//! DynamoDB, with faults between them.
//!
//! A seed decides everything: what three clients ask for, when, what goes wrong on the way, and when the clock
//! is moved. All of it happens on one thread in virtual time, so a seed that fails fails again. Two judges
//! look at it. After every write the items of the table must be consistent ([`invariants`]). And the answers
//! must be those that *some* order of whole requests would have given ([`spec`]): linearizability
//! (Herlihy and Wing, 1990), where a request without an answer may have happened at any time, or not at all.
//!
//! So that finding nothing means something, [`mutant`] has deliberate faults, each of which must be found.

pub mod cast;
pub mod history;
pub mod invariants;
pub mod mutant;
pub mod spec;
pub mod wire;
pub mod world;
