//! Replacements for AWS and the identity provider on one machine, without an account: an embedded
//! DynamoDB with the tables and sample users, a KMS, an issuer of tokens, a Lambda Runtime API, and TLS.
//!
//! They are for development and tests only.

mod clock;
mod dynamo_db;
pub mod events;
mod in_process;
mod issuer;
mod issuer_key;
mod kms;
pub mod lambda;
mod provider;
pub mod refusals;
mod samples;
mod sessions;
mod tls;

pub use clock::FakeClock;
pub use dynamo_db::{CREDENTIALS_TABLE, EmbeddedDynamoDb, StartError, TABLE, settings_at, tables};
pub use in_process::InProcessDynamoDb;
pub use issuer::{Issuer, TokenRequest};
pub use issuer_key::{IssuerKey, key_set, pem};
pub use kms::EmbeddedKms;
pub use provider::{Provider, SampleIssuer};
pub use samples::{PASSWORD, Sample, password_hash};
pub use sessions::SampleSession;
pub use tls::Tls;
