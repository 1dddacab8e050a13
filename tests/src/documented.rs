//! Holds what the API does against what its reference says: every answer is one that the OpenAPI
//! document has, and every request that is accepted is one that it allows.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, Method, Request};
use jsonschema::Validator;
use reference::Servers;
use serde_json::{Value, json};
use shared::http::context::Language;

use crate::answer::Answer;

/// The OpenAPI document in English.
pub(crate) static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    reference::json(Language::English, &Servers::default()).expect("the OpenAPI document")
});

/// The validators of the schemas so far, by where these are in the document.
static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static Validator>>> =
    LazyLock::new(Mutex::default);

/// Headers that belong to HTTP itself, or to the content.
const NOT_DOCUMENTED: [&str; 3] = ["allow", "content-length", "content-type"];

/// Checks the answer to a request, and the request when it was accepted. What goes to no documented
/// operation is not checked.
#[track_caller]
pub(crate) fn check(request: &Request<Vec<u8>>, is_courtesy: bool, answer: &Answer) {
    let Some(operation) = operation(request.method(), request.uri().path()) else {
        return;
    };
    if answer.status.is_success() && !is_courtesy {
        check_request(&operation, request);
    }
    let response = at(&format!("{operation}/responses/{}", answer.status.as_u16()));
    check_headers(&response, &answer.headers);
    let media_type = answer.header("content-type").replace('/', "~1");
    let body = serde_json::from_slice(&answer.body).expect("a JSON body");
    check_value(&format!("{response}/content/{media_type}/schema"), &body);
}

/// The place of the operation in the document.
fn operation(method: &Method, path: &str) -> Option<String> {
    let method = method.as_str().to_ascii_lowercase();
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let fits = |template: &str| {
        let (mut parts, mut found) = (template.split('/'), path.split('/'));
        let is_parameter = |part: &str| part.starts_with('{');
        template.split('/').count() == path.split('/').count()
            && parts.all(|part| found.next().is_some_and(|f| f == part || is_parameter(part)))
    };
    // A path without parameters goes before one with them.
    let template =
        paths.keys().filter(|template| fits(template)).min_by_key(|t| t.contains('{'))?;
    let place = format!("/paths/{}/{method}", template.replace('/', "~1"));
    DOCUMENT.pointer(&place).is_some().then_some(place)
}

/// The place itself, or the one that it refers to; a place that is not there is a failure.
#[track_caller]
fn at(place: &str) -> String {
    match look_up(place)["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(place) => at(place),
        None => place.to_owned(),
    }
}

#[track_caller]
fn look_up(place: &str) -> &'static Value {
    let value = DOCUMENT.pointer(place);
    assert!(value.is_some(), "not in the API reference: {place}");
    value.expect("just seen")
}

#[track_caller]
fn check_headers(response: &str, headers: &HeaderMap) {
    let place = format!("{response}/headers");
    let documented = look_up(&place).as_object().expect("headers");
    for name in documented.keys() {
        let header = at(&format!("{place}/{name}"));
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

/// What was accepted must be allowed: the body, and every header.
#[track_caller]
fn check_request(operation: &str, request: &Request<Vec<u8>>) {
    let parameters = look_up(&format!("{operation}/parameters")).as_array();
    for index in 0..parameters.expect("parameters").len() {
        let place = at(&format!("{operation}/parameters/{index}"));
        let parameter = look_up(&place);
        if parameter["in"] == "header" {
            let name = parameter["name"].as_str().expect("a name");
            // API Gateway joins repeated headers with commas.
            let values = request.headers().get_all(name).iter().map(|value| value.to_str());
            for value in values.flat_map(|value| value.expect("ASCII").split(',')) {
                check_text(&place, value.trim());
            }
        }
    }
    let schema = format!("{operation}/requestBody/content/application~1json/schema");
    if DOCUMENT.pointer(&schema).is_some() {
        let body = serde_json::from_slice(request.body()).expect("a JSON body");
        check_value(&schema, &body);
    }
}

/// Checks what stands in a header: a number where the schema wants one.
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

/// Whether the schema at that place allows the value.
#[cfg(test)]
pub(crate) fn allows_at(place: &str, value: &Value) -> bool {
    validator(place).is_valid(value)
}

#[track_caller]
fn check_value(schema: &str, value: &Value) {
    let faults: Vec<String> = validator(schema)
        .iter_errors(value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{value} is not as {schema} says: {faults:#?}");
}

/// The validator of the schema at that place, with everything that it refers to.
#[track_caller]
fn validator(place: &str) -> &'static Validator {
    let schema = look_up(place);
    let mut validators = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    validators.entry(place.to_owned()).or_insert_with(|| {
        let whole = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": DOCUMENT["components"],
        });
        let options = jsonschema::options().should_validate_formats(true);
        // Kept to the end of the tests.
        Box::leak(Box::new(options.build(&whole).expect("a valid schema")))
    })
}
