//! The rename protocol as a model, checked in every interleaving up to a bound.
//!
//! The tests ask the real code a great many times; the model asks every order of steps. It is written
//! by hand after the code and shares none of it, so it says that the *protocol* is right: the
//! conditions, their order, the token, the frozen instant. That the code is the protocol, the tests
//! say.
//!
//! - [`table`]: the two kinds of item and the conditional writes, after `store/actions.rs`.
//! - [`request`]: what a handler decides between two calls of DynamoDB.
//! - [`protocol`]: the requests under way and every step that may come next: time passes, the sweep
//!   comes or does not, somebody stops half-way.
//! - [`attempt`]: what an attempt does, when it arrives, and when nobody hears its answer.
//! - [`properties`]: what has to hold in every state.
//! - [`bounds`]: how far that is checked.
//! - [`drills`]: deliberate faults, and the property that finds each.
//! - [`regions`]: a second model, of the table in two Regions.
//!
//! What is assumed of DynamoDB: a transaction is one step; a condition sees the item as it is; a
//! client request token that is known is answered as before, which it is for 10 minutes, far longer
//! than a request lives; the TTL sweep takes an item only while `expiresAt` is past.
//!
//! What is coarser than the code: a tick is 15 days, so a request can stay under way for months, and
//! cooldown and hold count from the instant at which it began; a request may be decided anew without
//! end, where a handler stops after four; a status and one field stand for all fields that an update
//! changes, and one request changes one of them; `If-Match` is left out.
//!
//! In every bound, any answer can be lost, and while its request is not told of success, copies of
//! what was carried out can arrive, even after DynamoDB has forgotten the token. An attempt that was
//! *not* carried out arrives late only in bounds with [`Bound::late`](protocol::Bound::late), and of
//! each request one such attempt is on its way at a time. Those bounds are smaller: three users have
//! one rename each. A rename that arrives late does to the table what one does that begins late; a test
//! compares the tables.
//!
//! # Folding
//!
//! A request begins with any instant that has passed and any guess. So a rename that has decided on
//! what it writes and has not written it can do just what a request can do that has not begun. With
//! [`Bound::folds`](protocol::Bound::folds) it is put back among those, and the states that remain are
//! the ones that differ in the table or in what was written. A test compares the tables that are
//! reached with and without.

pub mod attempt;
pub mod bounds;
pub mod check;
pub mod drills;
pub mod faults;
pub mod properties;
pub mod protocol;
pub mod regions;
pub mod request;
pub mod table;
