//! Tests of what `docs/contract.md` promises, on the real handlers, the real SDK client and an embedded
//! DynamoDB.
//!
//! Each rule of the API has a test, and the name of the test is the rule as a sentence. [`TestApp`] is
//! the whole API with its own table and a clock that only the test advances.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test fails when its setup fails or a response is not as expected"
)]

mod answer;
mod app;
mod captured_log;
mod documented;
mod request;
pub mod sample_events;
mod secrets;
mod user;
mod wire;

#[cfg(test)]
mod access;
#[cfg(test)]
mod attack;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod change_username;
#[cfg(test)]
mod check_username;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod create_user;
#[cfg(test)]
mod deployment;
#[cfg(test)]
mod discovery;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod door;
#[cfg(test)]
mod events;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod find_user;
#[cfg(test)]
mod get_me;
#[cfg(test)]
mod get_user;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod jwks;
#[cfg(test)]
mod jws;
#[cfg(test)]
mod log;
#[cfg(test)]
mod older_folder;
#[cfg(test)]
mod provider_keys;
#[cfg(test)]
mod providers;
#[cfg(test)]
mod publisher;
#[cfg(test)]
mod quotas;
#[cfg(test)]
mod real_users;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod sentences;
#[cfg(test)]
mod signing_in;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod update_account;
#[cfg(test)]
mod update_user;
#[cfg(test)]
mod user_fields;

pub use answer::Answer;
pub use app::TestApp;
pub use captured_log::CapturedLog;
pub use request::{Request, percent_encoded};
pub use user::{NewUser, TestUser};
pub use wire::{FaultInjector, Injection};
