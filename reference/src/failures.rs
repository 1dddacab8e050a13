//! The answers of failure in the document: for each status the codes, the headers and an example of
//! each, taken from the answer that the API itself gives.

use std::collections::BTreeMap;

use axum::response::Response;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};
use shared::error::Error;
use shared::http::openapi::NOW;
use shared::http::openapi::failures::{CODES, answer, status};

use crate::document::reference;
use crate::headers;
use crate::texts::Texts;

/// The answers that are the same wherever they occur, by status.
const SHARED: [(u16, &str); 5] = [
    (401, "Unauthorized"),
    (413, "ContentTooLarge"),
    (415, "UnsupportedMediaType"),
    (500, "InternalServerError"),
    (503, "ServiceUnavailable"),
];

/// The answers of these failures, by status; those that every operation has alike are kept in `shared`.
pub(crate) fn responses(
    failures: &[Error],
    texts: &Texts,
    shared: &mut Map<String, Value>,
) -> BTreeMap<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<&Error>> = BTreeMap::new();
    for code in CODES {
        let failure = failures.iter().find(|failure| failure.code() == code);
        if let Some(failure) = failure {
            by_status.entry(status(failure).as_u16()).or_default().push(failure);
        }
    }
    let responses = by_status.into_iter().map(|(status, failures)| {
        let response = response(&failures, texts);
        let response = match SHARED.iter().find(|(known, _)| *known == status) {
            Some((_, name)) => {
                shared.insert((*name).to_owned(), response);
                reference("responses", name)
            }
            None => response,
        };
        (status.to_string(), response)
    });
    responses.collect()
}

/// The answer with one of these failures, which have one status.
fn response(failures: &[&Error], texts: &Texts) -> Value {
    let codes: Vec<&str> = failures.iter().map(|failure| failure.code()).collect();
    let [envelopes, problems] = [false, true].map(|is_problem| {
        let answer = |error: &&Error| answer(error, texts.language, is_problem, NOW);
        failures.iter().map(answer).collect::<Vec<_>>()
    });
    let own = ["WWW-Authenticate", "Retry-After"]
        .into_iter()
        .filter(|name| envelopes.iter().any(|answer| answer.headers().contains_key(*name)));
    let mut headers = headers::of_answer(own);
    headers.insert(
        "X-Error-Code".to_owned(),
        json!({
            "description": texts.get("headers.X-Error-Code"),
            "required": true,
            "schema": { "type": "string", "enum": codes },
        }),
    );
    let one_of_these = json!({
        "type": "object",
        "properties": { "code": { "type": "string", "enum": codes } },
        "required": ["code"],
    });
    let envelopes = examples(&codes, envelopes, texts);
    let title = envelopes.values().find_map(|example| example["value"]["errors"][0].as_str());
    let names: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    json!({
        "description": format!("{}: {}", title.unwrap_or_default(), names.join(", ")),
        "headers": headers,
        "content": {
            "application/json": { "schema": reference("schemas", "Failure"), "examples": envelopes },
            "application/problem+json": {
                "schema": { "allOf": [reference("schemas", "Problem"), one_of_these] },
                "examples": examples(&codes, problems, texts),
            },
        },
    })
}

/// The answers with these codes as examples.
fn examples(codes: &[&str], answers: Vec<Response>, texts: &Texts) -> Map<String, Value> {
    let example = |(code, answer): (&&str, Response)| {
        let summary = texts.get(&format!("codes.{code}"));
        ((*code).to_owned(), json!({ "summary": summary, "value": body(answer) }))
    };
    codes.iter().zip(answers).map(example).collect()
}

/// The envelope of a failure, for people to read.
pub(crate) fn envelope(failure: &Error, texts: &Texts) -> String {
    let envelope = body(answer(failure, texts.language, false, NOW));
    serde_json::to_string_pretty(&envelope).unwrap_or_default()
}

/// The body of an answer that is all there.
fn body(answer: Response) -> Value {
    let whole = answer.into_body().collect().now_or_never().and_then(Result::ok);
    whole.and_then(|whole| serde_json::from_slice(&whole.to_bytes()).ok()).unwrap_or_default()
}
