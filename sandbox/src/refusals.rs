//! What DynamoDB says when it refuses, as its low-level API has it, for whoever puts that in its mouth.

use serde_json::{Value, json};

/// An exception of that name.
pub fn exception(name: &str) -> Value {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{name}");
    json!({ "__type": kind, "message": name })
}

/// A transaction that is cancelled, with a reason for each of its actions.
pub fn cancelled(codes: &[&str]) -> Value {
    cancelled_for(codes.iter().map(|code| json!({ "Code": code })).collect())
}

/// A transaction that is cancelled for these reasons, which can have more to them than a code.
pub fn cancelled_for(reasons: Value) -> Value {
    let mut refusal = exception("TransactionCanceledException");
    refusal["CancellationReasons"] = reasons;
    refusal
}
