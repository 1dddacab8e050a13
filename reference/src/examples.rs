//! An example of every operation: its sample event and the answer, which the tests check.

use serde_json::{Value, json};

/// A client's request and the answer.
pub(crate) struct Example {
    /// The parameters of the path or the query, by name.
    pub(crate) parameters: Value,
    /// The body; `null` where there is none.
    pub(crate) request: Value,
    /// The body of the answer.
    pub(crate) answer: Value,
}

/// The example of an operation.
pub(crate) fn of(operation: &str) -> Example {
    let sample = api::SAMPLES.iter().find(|sample| sample.operation == operation);
    let (event, answer) = sample.map_or(("", ""), |sample| (sample.event, sample.answer));
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (mut event, mut answer) = (parsed(event), parsed(answer)["body"].take());
    fill(&mut answer);
    let parameters = ["pathParameters", "queryStringParameters"].map(|name| event[name].take());
    Example {
        parameters: parameters.into_iter().find(Value::is_object).unwrap_or_default(),
        request: parsed(event["body"].as_str().unwrap_or_default()),
        answer,
    }
}

/// The body that a reader begins with, where the sample event's is not one that a person would send.
pub(crate) fn to_begin_with(operation: &str) -> Option<Value> {
    (operation == "update-user").then(|| {
        json!({
            "userId": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
            "firstName": "Augusta Ada",
            "timezone": "Europe/London",
        })
    })
}

/// Writes a value wherever the sample says that it varies.
fn fill(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match value.as_str().filter(|value| *value == "*").and(varying(name)) {
                    Some(example) => *value = example,
                    None => fill(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(fill),
        _ => {}
    }
}

/// A value of a field that varies.
fn varying(name: &str) -> Option<Value> {
    Some(match name {
        "id" => json!("8e94a551-5b86-40ba-ae55-b019dee5cc25"),
        "userId" => json!("018d0fd2-3c00-7c3a-9d21-4f8e6a5b0001"),
        "nextChangeAllowedAt" => json!("2024-02-15T00:00:00.000Z"),
        "createdAt" | "updatedAt" | "timestamp" => json!("2024-01-16T00:00:00.000Z"),
        "accessToken" => json!("eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJSUzI1NiIsImtpZCI6Ii4uLiJ9.e30.c2ln"),
        "refreshToken" => json!("npr_AQEBAQEBAQEBAQEBAQEBAQEA"),
        "refreshExpiresIn" => json!(2_592_000),
        "keys" => json!([{
            "kty": "OKP",
            "kid": "018d0fd2-3c00-4c3a-9d21-4f8e6a5b0001",
            "alg": "EdDSA",
            "use": "sig",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        }]),
        _ => return None,
    })
}
