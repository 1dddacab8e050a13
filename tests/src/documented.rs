//! Compares the API with its reference: the OpenAPI document has every response, and it allows every
//! request that the API accepts.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode};
use jsonschema::Validator;
use reference::Servers;
use serde_json::{Value, json};
use shared::http::context::Language;

use crate::answer::Answer;

/// The OpenAPI document in English.
pub(crate) static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    reference::json(Language::English, &Servers::default()).expect("the OpenAPI document")
});

/// The validators so far, by the JSON pointer to their schema in the document.
static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static Validator>>> =
    LazyLock::new(Mutex::default);

/// The headers that the document does not list, because they belong to HTTP itself or to the content.
const NOT_DOCUMENTED: [&str; 3] = ["allow", "content-length", "content-type"];

/// Checks the response to a request, and the request itself if the API accepted it. Does not check a
/// request to an undocumented operation.
#[track_caller]
pub(crate) fn check(request: &Request<Vec<u8>>, is_courtesy: bool, answer: &Answer) {
    let Some(operation) = operation(request.method(), request.uri().path()) else {
        return;
    };
    if answer.status.is_success() && !is_courtesy {
        check_request(&operation, request);
    }
    let response = resolve(&format!("{operation}/responses/{}", answer.status.as_u16()));
    check_headers(&response, &answer.headers);
    if answer.status == StatusCode::NO_CONTENT {
        assert!(answer.body.is_empty(), "204 has no body");
        return;
    }
    let media_type = answer.header("content-type").replace('/', "~1");
    let body = serde_json::from_slice(&answer.body).expect("a JSON body");
    check_value(&format!("{response}/content/{media_type}/schema"), &body);
}

/// Returns the JSON pointer to the operation in the document.
fn operation(method: &Method, path: &str) -> Option<String> {
    let method = method.as_str().to_ascii_lowercase();
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let fits = |template: &str| {
        let (mut parts, mut found) = (template.split('/'), path.split('/'));
        let is_parameter = |part: &str| part.starts_with('{');
        template.split('/').count() == path.split('/').count()
            && parts.all(|part| found.next().is_some_and(|f| f == part || is_parameter(part)))
    };
    // A path without parameters takes precedence over one with parameters.
    let template =
        paths.keys().filter(|template| fits(template)).min_by_key(|t| t.contains('{'))?;
    let pointer = format!("/paths/{}/{method}", template.replace('/', "~1"));
    DOCUMENT.pointer(&pointer).is_some().then_some(pointer)
}

/// Follows the references from the value at that pointer, and returns the last pointer.
#[track_caller]
fn resolve(pointer: &str) -> String {
    match look_up(pointer)["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => resolve(pointer),
        None => pointer.to_owned(),
    }
}

/// Returns the value at that pointer. Fails when there is none.
#[track_caller]
fn look_up(pointer: &str) -> &'static Value {
    let value = DOCUMENT.pointer(pointer);
    assert!(value.is_some(), "not in the API reference: {pointer}");
    value.expect("just seen")
}

/// Checks that a response has the documented headers and no others.
#[track_caller]
fn check_headers(response: &str, headers: &HeaderMap) {
    let pointer = format!("{response}/headers");
    let documented = look_up(&pointer).as_object().expect("headers");
    for name in documented.keys() {
        let header = resolve(&format!("{pointer}/{name}"));
        let value = headers.get(name);
        if let Some(value) = value {
            check_text(&header, value.to_str().expect("ASCII"));
        }
        let is_there = value.is_some() || look_up(&header)["required"] == false;
        assert!(is_there, "{name} is not there: {response}");
    }
    for name in headers.keys().map(HeaderName::as_str) {
        let is_known = documented.keys().any(|known| known.eq_ignore_ascii_case(name));
        assert!(is_known || NOT_DOCUMENTED.contains(&name), "{name} is not in {response}");
    }
}

/// Checks that the document allows the body and every header of a request that the API accepted.
#[track_caller]
fn check_request(operation: &str, request: &Request<Vec<u8>>) {
    let parameters = look_up(&format!("{operation}/parameters")).as_array();
    for index in 0..parameters.expect("parameters").len() {
        let pointer = resolve(&format!("{operation}/parameters/{index}"));
        let parameter = look_up(&pointer);
        if parameter["in"] == "header" {
            let name = parameter["name"].as_str().expect("a name");
            let values = request.headers().get_all(name).iter();
            let values: Vec<&str> = values.map(|value| value.to_str().expect("ASCII")).collect();
            if ["X-App-Version", "X-Device-ID"].contains(&name) && !values.is_empty() {
                check_text(&pointer, &values.join(","));
                continue;
            }
            // API Gateway joins repeated headers with commas.
            for value in values.into_iter().flat_map(|value| value.split(',')) {
                check_text(&pointer, value.trim());
            }
        }
    }
    let schema = format!("{operation}/requestBody/content/application~1json/schema");
    if DOCUMENT.pointer(&schema).is_some() {
        let body = serde_json::from_slice(request.body()).expect("a JSON body");
        check_value(&schema, &body);
    }
}

/// Checks the value of a header. The value is a number if the schema has the type `integer`.
#[track_caller]
fn check_text(header: &str, text: &str) {
    let schema = format!("{header}/schema");
    let is_number = look_up(&schema)["type"] == "integer";
    let value = if is_number { text.parse().expect("a number") } else { json!(text) };
    check_value(&schema, &value);
}

/// Whether the schema of that name allows the value.
#[cfg(test)]
pub(crate) fn allows(schema: &str, value: &Value) -> bool {
    allows_at(&format!("/components/schemas/{schema}"), value)
}

/// Whether the schema at that JSON pointer allows the value.
#[cfg(test)]
pub(crate) fn allows_at(pointer: &str, value: &Value) -> bool {
    validator(pointer).is_valid(value)
}

/// Checks that the schema at that JSON pointer allows the value.
#[track_caller]
fn check_value(schema: &str, value: &Value) {
    let errors: Vec<String> = validator(schema)
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{value} is not as {schema} says: {errors:#?}");
}

/// Returns the validator of the schema at that JSON pointer.
#[track_caller]
fn validator(pointer: &str) -> &'static Validator {
    let schema = look_up(pointer);
    let mut validators = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    validators.entry(pointer.to_owned()).or_insert_with(|| {
        let whole = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": DOCUMENT["components"],
        });
        let options = jsonschema::options().should_validate_formats(true);
        // The validator lives until the end of the tests.
        Box::leak(Box::new(options.build(&whole).expect("a valid schema")))
    })
}
