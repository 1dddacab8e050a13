//! The target `event`: an event of API Gateway → the router.

use arbitrary::{Result, Unstructured};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::request::LambdaRequest;
use sandbox::Sample;
use serde_json::{Map, Value, json};

use crate::api::{api, would_hash};
use crate::response::check;
use crate::table::WriteOutcome;

/// Sends an event to the API: the input itself if it begins with `{`, otherwise an event that is generated
/// from it. No event may cause a panic or a 500. A generated event without a good token may not succeed.
///
/// # Panics
/// When a rule is broken.
pub fn event(data: &[u8]) {
    if data.first() == Some(&b'{') {
        send_raw(data);
    } else {
        let _ = send_generated(&mut Unstructured::new(data));
    }
}

/// Sends the input as an event.
fn send_raw(data: &[u8]) {
    let Ok(event) = serde_json::from_slice::<Value>(data) else { return };
    let Ok(request) = serde_json::from_value::<LambdaRequest>(event.clone()) else { return };
    if would_hash(&body_of(&event)) {
        return;
    }
    let mut api = api();
    api.table.reset([]);
    let method = event["requestContext"]["http"]["method"].as_str().unwrap_or_default();
    check(method, &api.handle(request));
}

/// Returns the body of an event as bytes.
fn body_of(event: &Value) -> Vec<u8> {
    let body = event["body"].as_str().unwrap_or_default();
    let decoded = if event["isBase64Encoded"] == true { STANDARD.decode(body).ok() } else { None };
    decoded.unwrap_or_else(|| body.into())
}

const METHODS: [&str; 7] = ["GET", "PATCH", "POST", "OPTIONS", "PUT", "DELETE", "HEAD"];

const OUTCOMES: [WriteOutcome; 5] = [
    WriteOutcome::Commit,
    WriteOutcome::UserChanged,
    WriteOutcome::NameTaken,
    WriteOutcome::NameTooSimilar,
    WriteOutcome::Busy,
];

/// The routes. Generated text replaces `*`.
const PATHS: [(&str, &str); 15] = [
    ("PATCH", "/api/v1/users/username"),
    ("PATCH", "/v1/users/update"),
    ("POST", "/v1/users"),
    ("GET", "/v1/users/*"),
    ("GET", "/v1/users/me"),
    ("PATCH", "/v1/accounts/update"),
    ("GET", "/api/v1/users/username/availability"),
    ("GET", "/api/v1/users/by-username/*"),
    ("POST", "/v1/auth/login"),
    ("POST", "/v1/auth/refresh"),
    ("POST", "/v1/auth/logout"),
    ("POST", "/v1/users/change-password"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "*"),
];

/// Headers with some values.
const HEADERS: [(&str, &[&str]); 10] = [
    ("x-language", &["en", "tr", "tr,tr", "en,tr"]),
    ("x-timezone", &["UTC", "UTC+03:00", "UTC-09:30", "Europe/Istanbul"]),
    ("x-platform", &["web", "mobile_ios", "all"]),
    ("x-app-version", &["1.2.3", "ada@example.com"]),
    ("x-device-id", &["device", "a,a"]),
    ("accept", &["application/problem+json", "application/problem+json;q=0", "*/*"]),
    ("content-type", &["application/json", "application/json; charset=utf-8", "text/plain"]),
    ("if-match", &["\"1\"", "\"2\"", "*", "W/\"1\""]),
    ("host", &["api.example.com", ""]),
    ("origin", &["https://example.com"]),
];

/// Fields of bodies with some values.
const FIELDS: [(&str, &[&str]); 14] = [
    ("newUsername", &["new_username", "old_username", "adrnin", "çağrı", "OLD_USERNAME"]),
    ("userId", &["3c90c3cc-0d44-4b50-8888-8dd25736052a", "88a52d74-ebee-49a4-9631-cfe492f4bf53"]),
    ("username", &["new_username", "name@domain.com", "Ada@exämple.com", "rnodern"]),
    ("password", &["password1234", "old_username1", "correct horse"]),
    ("firstName", &["Ada", " İpek ", "\u{202E}"]),
    ("midName", &["Bob"]),
    ("lastName", &["Lovelace"]),
    ("locale", &["tr_TR", "en-US", "zh-Hant-TW-x-a"]),
    ("timezone", &["Europe/Istanbul", "utc"]),
    ("roles", &["API_USER", "['API_USER']", "ROOT"]),
    ("status", &["ACTIVE", "BLOCKED", "DELETED"]),
    ("empty", &["true"]),
    ("account", &["{}"]),
    ("unknown~/", &["1"]),
];

/// Fields of the `account` of a body with some values.
const ACCOUNT: [(&str, &[&str]); 9] = [
    ("type", &["FREE", "free"]),
    ("mobilePhoneNumber", &["+905321234567", "0532"]),
    ("location", &["İzmir"]),
    ("company", &["Nameplate"]),
    ("profilePictureUrl", &["https://example.com/ada.png", "http://example.com"]),
    ("subscriptionPlan", &["PREMIUM"]),
    ("emailVerified", &["true"]),
    ("id", &["1"]),
    ("unknown~/", &["1"]),
];

/// Sends an event that is generated from the input.
fn send_generated(u: &mut Unstructured<'_>) -> Result<()> {
    let outcomes = (0..u.int_in_range(0..=3)?).map(|_| u.choose(&OUTCOMES).copied());
    let outcomes = outcomes.collect::<Result<Vec<_>>>()?;
    let (method, path) = target(u)?;
    let query =
        if u.ratio(1, 2)? { format!("username={}", text_of(u, &samples())?) } else { text(u)? };
    let body = if u.ratio(7, 8)? { generate_object(u, true)?.to_string() } else { text(u)? };
    if would_hash(body.as_bytes()) {
        return Ok(());
    }
    let is_base64 = u.ratio(1, 8)?;
    let body = if is_base64 { STANDARD.encode(body) } else { body };
    let mut api = api();
    let (headers, has_token) = headers(u, &api.tokens)?;
    let event = json!({
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "domainName": "api.example.com",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1" },
            "requestId": "JKJaXmPLvHcESHA=",
            "stage": "$default",
        },
        "body": body,
        "isBase64Encoded": is_base64,
    });
    let Ok(event) = serde_json::from_value::<LambdaRequest>(event) else { return Ok(()) };
    let is_busy = outcomes.contains(&WriteOutcome::Busy);
    api.table.reset(outcomes);
    let response = api.handle(event);
    let status = check(&method, &response);
    assert!(has_token || status >= 400 || method == "OPTIONS", "given without a token: {response}");
    assert!(!has_token || status != 401, "a good token is not accepted: {response}");
    assert!(is_busy || status != 503, "unavailable: {response}");
    Ok(())
}

/// Generates a method and a path.
fn target(u: &mut Unstructured<'_>) -> Result<(String, String)> {
    let (method, path) = *u.choose(&PATHS)?;
    let method = if u.ratio(1, 16)? { text_of(u, &METHODS)? } else { method.to_owned() };
    let path = match path.split_once('*') {
        Some((before, _)) => format!("{before}{}", text_of(u, &samples())?),
        None => path.to_owned(),
    };
    Ok((method, path))
}

/// Generates headers. Returns them, and whether they have a good token.
fn headers(u: &mut Unstructured<'_>, tokens: &[String]) -> Result<(Map<String, Value>, bool)> {
    let mut headers = Map::new();
    headers.insert("content-type".to_owned(), json!("application/json"));
    for _ in 0..u.int_in_range(0..=3)? {
        let (name, values) = *u.choose(&HEADERS)?;
        headers.insert(name.to_owned(), json!(text_of(u, values)?));
    }
    let has_token = u.ratio(3, 4)?;
    let authorization = if has_token {
        format!("Bearer {}", u.choose(tokens)?)
    } else {
        text_of(u, &["", "Bearer", "Bearer a.b.c"])?
    };
    headers.insert("authorization".to_owned(), json!(authorization));
    Ok((headers, has_token))
}

/// Returns the ids and the names of the sample users.
fn samples() -> Vec<&'static str> {
    Sample::ALL.iter().flat_map(|sample| [sample.id, sample.username]).collect()
}

/// Generates one of the known texts, or any text.
fn text_of(u: &mut Unstructured<'_>, known: &[&str]) -> Result<String> {
    if u.ratio(3, 4)? { Ok((*u.choose(known)?).to_owned()) } else { text(u) }
}

fn text(u: &mut Unstructured<'_>) -> Result<String> {
    let length = u.int_in_range(0..=48)?;
    let bytes = u.bytes(usize::min(length, u.len()))?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// Generates an object with fields of a body, or with fields of an account.
fn generate_object(u: &mut Unstructured<'_>, is_body: bool) -> Result<Value> {
    let fields: &[(&str, &[&str])] = if is_body { &FIELDS } else { &ACCOUNT };
    let mut object = Map::new();
    for _ in 0..u.int_in_range(0..=6)? {
        let (name, values) = *u.choose(fields)?;
        let value = match u.int_in_range(0..=9)? {
            0 => Value::Null,
            1 => json!(u.arbitrary::<bool>()?),
            2 => json!(u.arbitrary::<f64>()?),
            3 => json!([text_of(u, values)?]),
            4..=6 if name == "account" => generate_object(u, false)?,
            _ => json!(text_of(u, values)?),
        };
        object.insert(name.to_owned(), value);
    }
    Ok(Value::Object(object))
}
