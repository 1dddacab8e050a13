//! What every function of Nameplate shares: the rules ([`domain`]), the table ([`store`]), the HTTP
//! door ([`http`]), and what it takes to run ([`app`], [`config`], [`lambda`]).

rust_i18n::i18n!("locales", fallback = "en");

pub mod app;
pub mod clock;
pub mod config;
pub mod domain;
pub mod error;
pub mod fingerprint;
pub mod hashing;
pub mod http;
pub mod json;
pub mod lambda;
pub mod limit;
pub mod log;
pub mod meter;
mod report;
pub mod sign_in;
pub mod store;
pub mod token;
