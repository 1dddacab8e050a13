//! What AWS and the identity provider give in production, on one machine and without an account:
//! an embedded DynamoDB with the table, and an issuer of tokens. For development and tests only.

mod dynamo_db;
mod issuer;

pub use dynamo_db::{EmbeddedDynamoDb, StartError, TABLE};
pub use issuer::{DEVELOPMENT_SECRET, Issuer, TokenRequest};
