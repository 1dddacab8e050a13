//! The rename protocol as a model, checked in every order of steps up to a bound. [`session`] is a second
//! model, of signing in.
//!
//! The tests run the real code many times; the model covers every order of steps. The model is written
//! by hand after the code and shares none of it. It shows that the *protocol* is right: the conditions,
//! their order, the token and the frozen instant. The tests show that the code follows the protocol.
//!
//! [`data`] has the plain data: the items of the table, the transactions, the requests, the states and
//! steps, the faults, and what the properties know. The other modules are the behaviour:
//!
//! - [`transact`] carries out conditional writes on the table, as `store/actions.rs` does.
//! - [`handler`] decides what a handler does between two calls of DynamoDB.
//! - [`attempt`] makes an attempt, whether its answer arrives, is lost or comes late.
//! - [`recorder`] records what the properties need to know.
//! - [`properties`] lists what must hold in every state.
//! - [`steps`] lists the steps that may follow a state: time passes, the TTL sweep runs, a request
//!   begins or continues.
//! - [`protocol`] puts these together as a stateright model.
//! - [`bounds`] lists the bounds up to which the model is checked.
//! - [`fault_tests`] lists deliberate faults, and the property that finds each one.
//! - [`check`] runs the checker.
//!
//! # Assumptions about DynamoDB
//!
//! - A transaction is one step.
//! - A condition sees the present item.
//! - DynamoDB answers a known client request token as before. It knows a token for 10 minutes, which is
//!   far longer than a request lasts.
//! - The TTL sweep deletes an item only after `expiresAt`.
//!
//! # Differences from the code
//!
//! - A tick is 15 days. A request can therefore be under way for months; cooldown and hold count from
//!   the instant at which it began.
//! - A request may decide anew without limit. A handler stops after four times.
//! - A status and one other field stand for all fields that an update can change, and one request
//!   changes one of them.
//! - The model has no `If-Match`.
//!
//! # Lost answers and late arrivals
//!
//! In every bound any answer can be lost. Until the client is told of success, copies of an attempt
//! that was carried out can arrive, even when DynamoDB has forgotten the token.
//!
//! An attempt that was *not* carried out arrives late only in bounds with
//! [`Bound::late`](data::bound::Bound::late), and each request has at most one such attempt. Those
//! bounds are smaller: three users make one rename each. A rename that arrives late changes the table
//! just as one that begins late. A test compares the tables.
//!
//! # Folding
//!
//! A request may begin at any past instant and with any name in its token. A rename that has written
//! nothing can therefore do exactly what a request can do that has not begun. With
//! [`Bound::folds`](data::bound::Bound::folds) the model puts such a rename back among the requests
//! that have not begun. The remaining states differ in the table or in the writes so far. A test
//! compares the tables that the model reaches with and without folding.

pub mod attempt;
pub mod bounds;
pub mod check;
pub mod data;
pub mod fault_tests;
pub mod handler;
pub mod properties;
pub mod protocol;
pub mod recorder;
pub mod session;
pub mod steps;
pub mod transact;
