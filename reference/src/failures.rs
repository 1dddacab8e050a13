//! The answers of failure in the document: for each status the codes, the headers and an example of
//! each, taken from the answer that the API itself gives.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::Response;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use shared::error::Place;
use shared::http::context::Language;
use shared::http::openapi::failures;

use crate::document::reference;
use crate::headers;
use crate::texts::Texts;

/// The instant of every example.
const NOW: Timestamp = Timestamp::constant(1_705_363_200, 0);

/// The answers that are the same wherever they occur, by status.
const SHARED: [(u16, &str); 5] = [
    (401, "Unauthorized"),
    (413, "ContentTooLarge"),
    (415, "UnsupportedMediaType"),
    (500, "InternalServerError"),
    (503, "ServiceUnavailable"),
];

/// The answers of failure with these codes, by status; those that every operation has alike are kept
/// in `shared`. `place` is where the examples' fault is.
pub(crate) fn responses(
    codes: &BTreeSet<&'static str>,
    place: &Place,
    texts: &Texts,
    shared: &mut Map<String, Value>,
) -> BTreeMap<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<&'static str>> = BTreeMap::new();
    for code in failures::CODES.into_iter().filter(|code| codes.contains(code)) {
        if let Some(error) = failures::example(code, place.clone(), NOW) {
            by_status.entry(failures::status(&error).as_u16()).or_default().push(code);
        }
    }
    let responses = by_status.into_iter().map(|(status, codes)| {
        let response = response(&codes, place, texts);
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

/// The answer with one of these codes, which have one status.
fn response(codes: &[&'static str], place: &Place, texts: &Texts) -> Value {
    let [envelopes, problems] =
        [false, true].map(|is_problem| answers(codes, place, texts.language, is_problem));
    let own = ["WWW-Authenticate", "Retry-After"]
        .into_iter()
        .filter(|name| envelopes.iter().any(|(_, answer)| answer.headers().contains_key(*name)));
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
    let envelopes = examples(envelopes, texts);
    let title = envelopes.values().find_map(|example| example["value"]["errors"][0].as_str());
    let names: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    json!({
        "description": format!("{}: {}", title.unwrap_or_default(), names.join(", ")),
        "headers": headers,
        "content": {
            "application/json": { "schema": reference("schemas", "Failure"), "examples": envelopes },
            "application/problem+json": {
                "schema": { "allOf": [reference("schemas", "Problem"), one_of_these] },
                "examples": examples(problems, texts),
            },
        },
    })
}

/// What the API answers with each of these codes.
fn answers(
    codes: &[&'static str],
    place: &Place,
    language: Language,
    is_problem: bool,
) -> Vec<(&'static str, Response)> {
    let answer = |code: &&'static str| {
        let error = failures::example(code, place.clone(), NOW)?;
        Some((*code, failures::answer(&error, language, is_problem, NOW)))
    };
    codes.iter().filter_map(answer).collect()
}

/// The bodies of answers as examples, by code.
fn examples(answers: Vec<(&'static str, Response)>, texts: &Texts) -> Map<String, Value> {
    let example = |(code, answer): (&str, Response)| {
        let summary = texts.get(&format!("codes.{code}"));
        (code.to_owned(), json!({ "summary": summary, "value": body(answer) }))
    };
    answers.into_iter().map(example).collect()
}

/// The body of an answer that is all there.
fn body(answer: Response) -> Value {
    let whole = answer.into_body().collect().now_or_never().and_then(Result::ok);
    whole.and_then(|whole| serde_json::from_slice(&whole.to_bytes()).ok()).unwrap_or_default()
}
