//! Error responses of DynamoDB's low-level API, for tests that inject them.

use serde_json::{Value, json};

/// Returns the body of an exception with that name.
pub fn exception(name: &str) -> Value {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{name}");
    json!({ "__type": kind, "message": name })
}

/// Returns the body for a cancelled transaction, with one code for each action.
pub fn cancelled(codes: &[&str]) -> Value {
    cancelled_for(codes.iter().map(|code| json!({ "Code": code })).collect())
}

/// Returns the body for a cancelled transaction, with these reasons. A reason can have more than a code.
pub fn cancelled_for(reasons: Value) -> Value {
    let mut body = exception("TransactionCanceledException");
    body["CancellationReasons"] = reasons;
    body
}
