//! Signing in as a model, checked in every order of steps up to a bound.
//!
//! It has one user, with one device or two, strangers, a thief and administrators. A step is one call of
//! DynamoDB, and everything between two calls happens in every order. As for the rename, the model is
//! written by hand and shares no code with the functions.
//!
//! - [`data`] has the plain data: the items, the requests, the states and steps, the faults, and what the
//!   properties know.
//! - [`refresh`] decides and makes the calls of a refresh; [`sign_out`] those of signing out.
//! - [`login`] has the reads of a login, the count of attempts, and the writes.
//! - [`change`] has the change of password by the user; [`admin`] what others do in one step.
//! - [`steps`] lists the steps that may follow a state, and [`protocol`] makes them.
//! - [`properties`] lists what must hold in every state.
//! - [`bounds`] lists the bounds, [`large_bounds`] larger ones, and [`fault_tests`] the deliberate faults.
//! - [`keys`] is a model of its own: the rotation of signing keys.
//!
//! # Races
//!
//! | race | bound | held by |
//! |---|---|---|
//! | login × password change | [`EPOCHS`](bounds::EPOCHS), [`CHANGING`](bounds::CHANGING) | [`NONE_FROM_BEFORE`](properties::NONE_FROM_BEFORE) |
//! | login × block | [`EPOCHS`](bounds::EPOCHS) | [`NONE_FROM_BEFORE`](properties::NONE_FROM_BEFORE) |
//! | login × erase | [`ERASED`](bounds::ERASED) | [`NONE_FROM_BEFORE`](properties::NONE_FROM_BEFORE) |
//! | login × rename between 1 and 2 | [`EPOCHS`](bounds::EPOCHS) | [`PRESENT_NAME`](properties::PRESENT_NAME) |
//! | rehash × change | [`REHASHING`](bounds::REHASHING) | [`REHASH`](properties::REHASH), [`KNOWS_OLD`](properties::KNOWS_OLD) |
//! | rehash × rehash | [`REHASHING`](bounds::REHASHING) | [`REHASH`](properties::REHASH) |
//! | login × login | [`REHASHING`](bounds::REHASHING), [`GUESSING`](bounds::GUESSING) | [`COUNT`](properties::COUNT) |
//! | refresh × refresh | [`PARALLEL`](bounds::PARALLEL), [`PARALLEL_IN_TIME`](bounds::PARALLEL_IN_TIME), 16 in `parallel_tests` | [`ONE_SUCCESSOR`](properties::ONE_SUCCESSOR), [`STAYS_SIGNED_IN`](properties::STAYS_SIGNED_IN) |
//! | refresh × logout | [`PARALLEL_IN_TIME`](bounds::PARALLEL_IN_TIME), [`LATE_LOGOUT`](bounds::LATE_LOGOUT) | [`ENDED`](properties::ENDED) |
//! | refresh × everywhere | [`EVERYWHERE`](bounds::EVERYWHERE) | [`NO_TOKEN_FROM_BEFORE`](properties::NO_TOKEN_FROM_BEFORE), [`EVERYWHERE`](properties::EVERYWHERE) |
//! | change × own refresh | [`CHANGING`](bounds::CHANGING) | [`STAYS_SIGNED_IN`](properties::STAYS_SIGNED_IN) |
//! | change × change | [`TWO_CHANGES`](bounds::TWO_CHANGES) | [`KNOWS_OLD`](properties::KNOWS_OLD) |
//! | TTL late and early | [`ENDING`](bounds::ENDING), [`WINDOWS`](bounds::WINDOWS) | [`OVER`](properties::OVER), [`STAYS_SIGNED_IN`](properties::STAYS_SIGNED_IN), [`GUESSES`](properties::GUESSES) |
//! | attempts × attempts | [`GUESSING`](bounds::GUESSING) | [`GUESSES`](properties::GUESSES), [`RESERVED`](properties::RESERVED), [`NOT_LOCKED_OUT`](properties::NOT_LOCKED_OUT) |
//! | key rotation × caches 1 h old | [`keys`] | [`VERIFIED`](keys::VERIFIED) |
//! | lost answer of every write | every bound that loses answers | [`STAYS_SIGNED_IN`](properties::STAYS_SIGNED_IN), [`ONE_EACH`](properties::ONE_EACH), [`REPEATED_CHANGE`](properties::REPEATED_CHANGE), [`EVERYWHERE`](properties::EVERYWHERE), [`COUNT`](properties::COUNT) |
//!
//! # What the model asks of the protocol
//!
//! Each of these has a fault that leaves it out, and a property that fails then:
//!
//! - A login reads the user before the hash, or both in one transaction. `BatchGetItem` reads in any
//!   order. A login that reads the old hash, and then the epoch that the change has raised, would put a
//!   session of the old password that lives.
//! - A refresh that finds two different epochs reads both items once more, in one transaction. Otherwise
//!   a change of password signs its own client out.
//! - A refresh that has read its token as a good one, and whose write then fails, ends nothing. It gives
//!   the identical successor, or answers 503 if the token is older by now. Otherwise a request whose
//!   client has given up signs that client out when it goes on after two rotations.
//! - A late repeat is counted if the count is the one that was read, and begins a grace of its own.
//!   Otherwise the repeats of several tabs use the whole budget up.
//! - The count of a late repeat asks for a session that was not ended.
//! - An attempt is given back by a call that is not made again.
//! - A counter of attempts outlives its window by more than clocks differ.
//! - Signing out everywhere raises the epoch first and ends the own session second, and takes the
//!   predecessor of the current token as well.
//! - The epoch is raised by adding one to it.
//! - The epoch of a user who is created again is higher than any that an erased user of that id had.
//!
//! # Differences from the functions
//!
//! - One tick is longer than the grace; an idle session ends after five. The clock of a function is
//!   right, or back by one tick.
//! - What an administrator does is one step.
//! - A change of password does not count attempts. There is no count of consecutive failures and none of
//!   sources.
//! - `Put` of a session, and what has the same effect when it is made twice, is not made twice.
//! - A request is under way from its first read on, except in bounds with
//!   [`Bound::torn`](data::bound::Bound::torn). A refresh that has read nothing and arrives after two
//!   rotations ends the session. A test shows it.
//! - A rotation by a clock that is back by more than the grace has no grace: its repeat is a late one. A
//!   test shows it.

pub mod admin;
#[cfg(test)]
mod bound_tests;
pub mod bounds;
pub mod change;
pub mod data;
pub mod fault_tests;
pub mod keys;
pub mod large_bounds;
pub mod login;
#[cfg(test)]
mod parallel_tests;
pub mod properties;
pub mod protocol;
pub mod refresh;
pub mod sign_out;
pub mod steps;
