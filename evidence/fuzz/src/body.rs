//! The target `body`: a request body → the change.

use lambda_http::request::LambdaRequest;
use sandbox::Sample;
use serde_json::{Map, Value, json};

use crate::api::{api, would_hash};
use crate::response::check;

const RENAME: &str = "/api/v1/users/username";
const UPDATE: &str = "/v1/users/update";
const CREATE: &str = "/v1/users";

/// An endpoint that takes a body, with a caller.
struct Endpoint {
    method: &'static str,
    path: &'static str,
    caller: Sample,
}

static ENDPOINTS: [Endpoint; 4] = [
    Endpoint { method: "PATCH", path: RENAME, caller: Sample::PLAIN },
    Endpoint { method: "PATCH", path: UPDATE, caller: Sample::ADMIN },
    Endpoint { method: "POST", path: CREATE, caller: Sample::ADMIN },
    Endpoint { method: "PATCH", path: UPDATE, caller: Sample::PLAIN },
];

/// Sends a body to an endpoint. The first byte of the input selects the endpoint, and the rest is the body.
///
/// An error response has at least one sentence, and its pointers lead to parts of the body. After
/// success, the endpoint accepts the fields of the response as a body, and returns them unchanged.
///
/// # Panics
/// When a rule is broken.
pub fn body(data: &[u8]) {
    let Some((endpoint, body)) = data.split_first() else { return };
    let endpoint = &ENDPOINTS[usize::from(*endpoint) % ENDPOINTS.len()];
    let Ok(body) = std::str::from_utf8(body) else { return };
    if would_hash(body.as_bytes()) {
        return;
    }
    let response = send(endpoint, body);
    let status = check(endpoint.method, &response);
    let content = content_of(&response);
    // Nameplate reads a body with UTF-8's byte order mark (RFC 8259 section 8.1); `serde_json` does not.
    let body = body.strip_prefix('\u{feff}').unwrap_or(body);
    match status {
        400 | 413 => check_pointers(&content, body, status),
        200 if endpoint.path == RENAME => check_rename(&content, body),
        200 | 201 => check_round_trip(endpoint, &content),
        _ => assert!((403..=412).contains(&status), "{body}: {response}"),
    }
}

/// Sends the body to the endpoint, and returns the response.
fn send(endpoint: &Endpoint, body: &str) -> Value {
    let Endpoint { method, path, caller } = endpoint;
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
    api.table.reset([]);
    api.handle(serde_json::from_value::<LambdaRequest>(event).expect("an event"))
}

/// Returns the body of a response as JSON.
fn content_of(response: &Value) -> Value {
    serde_json::from_str(response["body"].as_str().unwrap_or_default()).unwrap_or_default()
}

/// Checks that each pointer of the problem details is a URI fragment (RFC 6901 section 6) that leads to
/// a value of the body, or to a required field that the body does not have.
fn check_pointers(problem: &Value, body: &str, status: u64) {
    if status == 413 {
        assert!(body.len() > 16 * 1024, "{}", body.len());
        return;
    }
    let violations = problem["errors"].as_array().expect("violations");
    assert!(!violations.is_empty(), "{problem}");
    let read = serde_json::from_str::<Value>(body);
    for violation in violations {
        assert!(violation["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{problem}");
        let pointer = violation["pointer"].as_str().expect("a pointer");
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

/// Whether some field's name differs from its pointer. The pointer shortens a name of more than 64
/// characters, and leaves out control characters.
fn has_odd_name(object: &Map<String, Value>) -> bool {
    object.keys().any(|name| name.chars().count() > 64 || name.contains(char::is_control))
}

/// Decodes a URI fragment (RFC 3986 section 3.5).
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

/// Checks the response to a rename.
fn check_rename(content: &Value, body: &str) {
    let body: Value = serde_json::from_str(body).expect("what is accepted is JSON");
    assert_eq!(content["data"]["newUsername"], body["newUsername"], "{content}");
    assert_eq!(body.as_object().map(Map::len), Some(1), "{body}");
}

/// Sends the user of a response as a body. The next response has the same values.
fn check_round_trip(endpoint: &Endpoint, user: &Value) {
    let is_own = user["userId"] == endpoint.caller.id;
    let mut again = user.clone();
    let fields = again.as_object_mut().expect("an object");
    fields.retain(|name, value| {
        // No caller may change the own roles and status.
        let is_forbidden = is_own && ["roles", "status"].contains(&name.as_str());
        !is_forbidden && (!value.is_null() || name == "midName")
    });
    if endpoint.path == CREATE {
        let account = fields["account"].as_object_mut().expect("an account");
        account
            .retain(|name, _| !["id", "userId", "createdAt", "updatedAt"].contains(&name.as_str()));
    } else {
        fields.remove("account");
    }
    let response = send(endpoint, &again.to_string());
    let status = check(endpoint.method, &response);
    assert!(matches!(status, 200 | 201), "{again}: {response}");
    let content = content_of(&response);
    for (name, value) in again.as_object().into_iter().flatten() {
        if name == "account" {
            for (name, value) in value.as_object().into_iter().flatten() {
                assert_eq!(content["account"][name], *value, "{name}");
            }
        } else {
            assert_eq!(content[name], *value, "{name}");
        }
    }
}
