//! What AWS and the identity provider give in production, on one machine and without an account: an
//! embedded DynamoDB with the table and sample users, an issuer of tokens, and a Lambda Runtime API.
//! For development and tests only.

mod dynamo_db;
pub mod events;
mod issuer;
pub mod lambda;
mod samples;

pub use dynamo_db::{EmbeddedDynamoDb, StartError, TABLE};
pub use issuer::{Issuer, TokenRequest};
pub use samples::Sample;
