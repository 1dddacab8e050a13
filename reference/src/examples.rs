//! A request and its answer for every operation: the sample events, which the tests have answered.

use serde_json::{Value, json};

/// The files of one operation.
macro_rules! samples {
    ($($operation:literal)+) => {
        &[$((
            $operation,
            include_str!(concat!("../../events/", $operation, "/success.json")),
            include_str!(concat!("../../events/", $operation, "/success.response.json")),
        )),+]
    };
}

const SAMPLES: &[(&str, &str, &str)] = samples!(
    "change-username" "update-user" "create-user" "get-user" "check-username" "find-user"
);

/// The body that a client sends, `null` where it sends none, and the one that it gets.
pub(crate) struct Example {
    pub(crate) request: Value,
    pub(crate) answer: Value,
}

/// The example of an operation.
pub(crate) fn of(operation: &str) -> Example {
    let sample = SAMPLES.iter().find(|(name, ..)| *name == operation);
    let (_, event, answer) = sample.copied().unwrap_or_default();
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let request = parsed(parsed(event)["body"].as_str().unwrap_or_default());
    let mut answer = parsed(answer)["body"].take();
    fill(&mut answer);
    Example { request, answer }
}

/// Writes a value where the sample says that it varies.
fn fill(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match (name.as_str(), &value) {
                    ("id", Value::String(any)) if any == "*" => {
                        *value = json!("8e94a551-5b86-40ba-ae55-b019dee5cc25");
                    }
                    ("nextChangeAllowedAt", Value::String(any)) if any == "*" => {
                        *value = json!("2024-02-15T00:00:00.000Z");
                    }
                    (_, Value::String(any)) if any == "*" => {
                        *value = json!("2024-01-16T00:00:00.000Z");
                    }
                    _ => fill(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(fill),
        _ => {}
    }
}
