//! The error responses in the document: for each status the codes, the headers and an example of
//! each, taken from the answer that the API itself gives.

use std::collections::BTreeMap;

use axum::response::Response;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};
use shared::error::{Error, ErrorCode};
use shared::http::openapi::NOW;
pub(crate) use shared::http::openapi::errors::status;
use shared::http::openapi::errors::{Form, answer};

use crate::component::reference;
use crate::headers;
use crate::texts::Texts;

/// The responses that are the same in most operations, by status.
const SHARED: [(u16, &str); 5] = [
    (401, "Unauthorized"),
    (413, "ContentTooLarge"),
    (415, "UnsupportedMediaType"),
    (500, "InternalServerError"),
    (503, "ServiceUnavailable"),
];

/// The headers that some errors have.
const OF_SOME: [&str; 2] = ["WWW-Authenticate", "Retry-After"];

/// The errors that belong to no operation.
pub(crate) fn of_no_operation() -> [Error; 2] {
    let methods = "GET, HEAD".to_owned();
    [Error::RouteNotFound { meant: None }, Error::MethodNotAllowed { methods, meant: None }]
}

/// The responses of these errors, by status. Responses that every operation shares go to `shared`.
pub(crate) fn responses(
    errors: &[Error],
    texts: &Texts,
    shared: &mut Map<String, Value>,
) -> BTreeMap<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<&Error>> = BTreeMap::new();
    for code in ErrorCode::ALL {
        let error = errors.iter().find(|error| error.code() == *code);
        if let Some(error) = error {
            by_status.entry(status(error).as_u16()).or_default().push(error);
        }
    }
    let responses = by_status.into_iter().map(|(status, errors)| {
        let response = response(&errors, texts);
        let response = match SHARED.iter().find(|(known, _)| *known == status) {
            // Whoever signs in is refused with codes of its own.
            Some((_, name)) if shared.get(*name).is_none_or(|known| *known == response) => {
                shared.insert((*name).to_owned(), response);
                reference("responses", name)
            }
            _ => response,
        };
        (status.to_string(), response)
    });
    responses.collect()
}

/// The response with one of these errors, which have one status.
fn response(errors: &[&Error], texts: &Texts) -> Value {
    let codes: Vec<&str> = errors.iter().map(|error| error.code().as_str()).collect();
    let [envelopes, problems] = [Form::Envelope, Form::Problem].map(|form| {
        let answer = |error: &&Error| answer(error, texts.language, form, NOW);
        errors.iter().map(answer).collect::<Vec<_>>()
    });
    let own = OF_SOME
        .into_iter()
        .filter(|name| envelopes.iter().any(|answer| answer.headers().contains_key(*name)));
    let is_unsupported = errors.iter().any(|e| e.code() == ErrorCode::UnsupportedMediaType);
    let of_unsupported = ["Accept-Patch", "Accept-Encoding"].into_iter().filter(|_| is_unsupported);
    let mut headers = headers::of_answer(own.chain(of_unsupported));
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
            "application/json": { "schema": reference("schemas", "ErrorResponse"), "examples": envelopes },
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
        let own = OF_SOME.into_iter().filter(|name| answer.headers().contains_key(*name));
        let own: Vec<&str> = own.collect();
        let mut example = json!({ "summary": summary, "value": body(answer) });
        if !own.is_empty() {
            // Which of the response's headers come with this code.
            example["x-headers"] = json!(own);
        }
        ((*code).to_owned(), example)
    };
    codes.iter().zip(answers).map(example).collect()
}

/// The answer of an error in that form, for people to read.
pub(crate) fn pretty(error: &Error, form: Form, texts: &Texts) -> String {
    let body = body(answer(error, texts.language, form, NOW));
    serde_json::to_string_pretty(&body).unwrap_or_default()
}

/// The body of an answer that is all there.
fn body(answer: Response) -> Value {
    let whole = answer.into_body().collect().now_or_never().and_then(Result::ok);
    whole.and_then(|whole| serde_json::from_slice(&whole.to_bytes()).ok()).unwrap_or_default()
}
