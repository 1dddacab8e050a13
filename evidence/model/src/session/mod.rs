//! Signing in as a model.
pub mod admin;
pub mod bounds;
pub mod change;
pub mod data;
pub mod fault_tests;
pub mod keys;
pub mod login;
#[cfg(test)]
mod parallel_tests;
pub mod properties;
pub mod protocol;
pub mod refresh;
pub mod sign_out;
pub mod steps;
