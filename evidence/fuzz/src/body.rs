//! A body → the change.

use lambda_http::request::LambdaRequest;
use sandbox::Sample;
use serde_json::{Map, Value, json};

use crate::answer::check;
use crate::api::{api, would_hash};

/// The endpoints that take a body, and who calls them here.
const ENDPOINTS: [(&str, &str, Sample); 4] = [
    ("PATCH", "/api/v1/users/username", Sample::PLAIN),
    ("PATCH", "/v1/users/update", Sample::ADMIN),
    ("POST", "/v1/users", Sample::ADMIN),
    ("PATCH", "/v1/users/update", Sample::PLAIN),
];

/// Sends a body to the endpoint that the input's first byte names. It is refused with at least one
/// sentence, and with pointers to what is there in it; or accepted, and then the fields of the answer are
/// accepted in their turn, and answered as they are.
///
/// # Panics
/// When a rule is broken.
pub fn body(data: &[u8]) {
    let Some((endpoint, body)) = data.split_first() else { return };
    let endpoint = usize::from(*endpoint) % ENDPOINTS.len();
    let Ok(body) = std::str::from_utf8(body) else { return };
    if would_hash(body.as_bytes()) {
        return;
    }
    let answer = send(endpoint, body);
    let status = check(ENDPOINTS[endpoint].0, &answer);
    let said: Value =
        serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
    match status {
        400 | 413 => check_pointers(&said, body, status),
        200 if endpoint == 0 => check_rename(&said, body),
        200 | 201 => check_again(endpoint, &said),
        _ => assert!((403..=412).contains(&status), "{body}: {answer}"),
    }
}

fn send(endpoint: usize, body: &str) -> Value {
    let (method, path, caller) = ENDPOINTS[endpoint];
    let mut api = api();
    let token = Sample::ALL.iter().position(|sample| sample.id == caller.id).expect("a sample");
    let event = json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "application/problem+json",
            "authorization": format!("Bearer {}", api.tokens[token]),
            "content-type": "application/json",
            "host": "api.example.com",
        },
        "requestContext": { "http": { "method": method, "path": path }, "requestId": "id", "stage": "$default" },
        "body": body,
        "isBase64Encoded": false,
    });
    api.table.begin([]);
    api.answer(serde_json::from_value::<LambdaRequest>(event).expect("an event"))
}

/// RFC 6901 section 6: each pointer is a URI fragment, and leads to a value of the body, or to a field that
/// the body should have.
fn check_pointers(problem: &Value, body: &str, status: u64) {
    if status == 413 {
        assert!(body.len() > 16 * 1024, "{}", body.len());
        return;
    }
    let faults = problem["errors"].as_array().expect("faults");
    assert!(!faults.is_empty(), "{problem}");
    let read = serde_json::from_str::<Value>(body);
    for fault in faults {
        assert!(fault["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
        let pointer = fault["pointer"].as_str().expect("a pointer");
        let pointer = decoded(pointer.strip_prefix('#').expect("a fragment"));
        let Ok(body) = &read else {
            assert_eq!(pointer, "", "{problem}");
            continue;
        };
        let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        let is_there = body.pointer(&pointer).is_some();
        let is_missing = ["/newUsername", "/userId", "/username", "/firstName", "/lastName"];
        let is_cut = body.pointer(parent).and_then(Value::as_object).is_some_and(has_odd_name);
        assert!(is_there || is_missing.contains(&&*pointer) || is_cut, "{pointer}: {body}");
    }
}

/// Whether a field's name is longer than a pointer tells, or has control characters, which it leaves out.
fn has_odd_name(object: &Map<String, Value>) -> bool {
    object.keys().any(|name| name.chars().count() > 64 || name.contains(char::is_control))
}

fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = fragment.as_bytes();
    while let [first, others @ ..] = rest {
        if let (b'%', [high, low, others @ ..]) = (first, others) {
            let digits = [*high, *low];
            let digits = std::str::from_utf8(&digits).expect("ASCII");
            bytes.push(u8::from_str_radix(digits, 16).expect("two hexadecimal digits"));
            rest = others;
        } else {
            assert!(
                first.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(first),
                "{fragment}"
            );
            bytes.push(*first);
            rest = others;
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

fn check_rename(said: &Value, body: &str) {
    let body: Value = serde_json::from_str(body).expect("what is accepted is JSON");
    assert_eq!(said["data"]["newUsername"], body["newUsername"], "{said}");
    assert_eq!(body.as_object().map(Map::len), Some(1), "{body}");
}

/// Sends what was answered as a body: nothing of it changes when it is read.
fn check_again(endpoint: usize, user: &Value) {
    // Nobody changes the own roles and status.
    let is_own = user["userId"] == ENDPOINTS[endpoint].2.id;
    let mut again = user.clone();
    let fields = again.as_object_mut().expect("an object");
    fields.retain(|name, value| {
        let is_refused = is_own && ["roles", "status"].contains(&name.as_str());
        !is_refused && (!value.is_null() || name == "midName")
    });
    if endpoint == 2 {
        let account = fields["account"].as_object_mut().expect("an account");
        account
            .retain(|name, _| !["id", "userId", "createdAt", "updatedAt"].contains(&name.as_str()));
    } else {
        fields.remove("account");
    }
    let answer = send(endpoint, &again.to_string());
    let status = check(ENDPOINTS[endpoint].0, &answer);
    assert!(matches!(status, 200 | 201), "{again}: {answer}");
    let said: Value =
        serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
    for (name, value) in again.as_object().into_iter().flatten() {
        if name == "account" {
            for (name, value) in value.as_object().into_iter().flatten() {
                assert_eq!(said["account"][name], *value, "{name}");
            }
        } else {
            assert_eq!(said[name], *value, "{name}");
        }
    }
}
