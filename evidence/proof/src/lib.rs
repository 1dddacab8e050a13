//! Checks the API under injected faults: that no name is ever lost and that no name ever has two owners, and that
//! who is signed in stays so, and who was signed out does not.
//!
//! The checks run on the real handlers, the real SDK client and the embedded DynamoDB, with faults on the
//! connection between them.
//!
//! A seed decides everything in a history: the requests of the clients, their times, the faults, and the
//! advances of the clock. A history runs on one thread in virtual time, so the same seed always gives the
//! same history. There are two [`subject`]s:
//!
//! - [`names`]: some order of whole requests explains all responses, and the items are consistent after every
//!   write. This is linearizability (Herlihy and Wing, 1990). A request without a response may have happened at
//!   any time, or not at all.
//! - [`session`]: rules about sessions, passwords and guesses hold for every response.
//!
//! Each deliberate fault in [`names::mutant`] and [`session::mutant`] must be found. This shows that the checks
//! can find faults.

pub mod call;
pub mod fault;
pub mod names;
pub mod server;
pub mod session;
pub mod subject;
pub mod totals;
pub mod wire;
