//! An event of API Gateway → the router.

use arbitrary::{Result, Unstructured};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::request::LambdaRequest;
use sandbox::Sample;
use serde_json::{Map, Value, json};

use crate::answer::check;
use crate::api::{api, would_hash};
use crate::table::Verdict;

/// Answers an event: the input itself when it is JSON, else one made up from it. No event makes the API
/// panic, end in 500, or give anything to who has no token.
///
/// # Panics
/// When a rule is broken.
pub fn event(data: &[u8]) {
    if data.first() == Some(&b'{') {
        raw(data);
    } else {
        let _ = made_up(&mut Unstructured::new(data));
    }
}

fn raw(data: &[u8]) {
    let Ok(event) = serde_json::from_slice::<Value>(data) else { return };
    let Ok(request) = serde_json::from_value::<LambdaRequest>(event.clone()) else { return };
    if body_of(&event).is_none_or(|body| would_hash(&body)) {
        return;
    }
    let mut api = api();
    api.table.begin([]);
    check(&api.answer(request));
}

/// The body of an event, as bytes. API Gateway encodes none that cannot be decoded, and `lambda_http`
/// panics at one.
fn body_of(event: &Value) -> Option<Vec<u8>> {
    let body = event["body"].as_str().unwrap_or_default();
    match event["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD.decode(body).ok(),
        _ => Some(body.as_bytes().to_vec()),
    }
}

const METHODS: [&str; 7] = ["GET", "PATCH", "POST", "OPTIONS", "PUT", "DELETE", "HEAD"];

const VERDICTS: [Verdict; 5] = [
    Verdict::Commit,
    Verdict::UserChanged,
    Verdict::NameTaken,
    Verdict::NameTooSimilar,
    Verdict::Busy,
];

/// The paths there are; in the place of `*` is text that is made up.
const PATHS: [(&str, &str); 7] = [
    ("PATCH", "/api/v1/users/username"),
    ("PATCH", "/v1/users/update"),
    ("POST", "/v1/users"),
    ("GET", "/v1/users/*"),
    ("GET", "/api/v1/users/username/availability"),
    ("GET", "/api/v1/users/by-username/*"),
    ("GET", "*"),
];

/// Headers and some values of theirs.
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

/// Fields of bodies and some values of theirs.
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

/// Fields of the object in a body.
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

fn made_up(u: &mut Unstructured<'_>) -> Result<()> {
    let verdicts: u8 = u.int_in_range(0..=3)?;
    let verdicts = (0..verdicts).map(|_| u.choose(&VERDICTS).copied());
    let verdicts = verdicts.collect::<Result<Vec<_>>>()?;
    let (method, path) = *u.choose(&PATHS)?;
    let method = if u.ratio(1, 16)? { text_of(u, &METHODS)? } else { method.to_owned() };
    let path = match path.split_once('*') {
        Some((before, _)) => format!("{before}{}", text_of(u, &samples())?),
        None => path.to_owned(),
    };
    let mut headers = Map::new();
    for _ in 0..u.int_in_range(0..=3)? {
        let (name, values) = *u.choose(&HEADERS)?;
        headers.insert(name.to_owned(), json!(text_of(u, values)?));
    }
    headers.entry("content-type").or_insert(json!("application/json"));

    let mut api = api();
    let token = u.choose_index(api.tokens.len() + 2)?;
    let may_call = token < api.tokens.len();
    if may_call {
        headers.insert("authorization".to_owned(), json!(format!("Bearer {}", api.tokens[token])));
    } else if token == api.tokens.len() {
        headers.insert("authorization".to_owned(), json!(text_of(u, &["Bearer", "Bearer a.b.c"])?));
    }
    let query =
        if u.ratio(1, 2)? { format!("username={}", text_of(u, &samples())?) } else { text(u)? };
    let body = if u.ratio(7, 8)? { object(u, true)?.to_string() } else { text(u)? };
    if would_hash(body.as_bytes()) {
        return Ok(());
    }
    let is_base64 = u.ratio(1, 8)?;
    let body = if is_base64 { STANDARD.encode(body) } else { body };
    let is_preflight = method == "OPTIONS";
    let event = event_of(&method, &path, &query, &headers, &body, is_base64);
    let Ok(event) = serde_json::from_value::<LambdaRequest>(event) else { return Ok(()) };
    let is_busy = verdicts.contains(&Verdict::Busy);
    api.table.begin(verdicts);
    let answer = api.answer(event);
    let status = check(&answer);
    assert!(may_call || status >= 400 || is_preflight, "given without a token: {answer}");
    assert!(!may_call || status != 401, "a good token is not accepted: {answer}");
    assert!(is_busy || status != 503, "unavailable: {answer}");
    Ok(())
}

/// An event of API Gateway's, payload format 2.0.
fn event_of(
    method: &str,
    path: &str,
    query: &str,
    headers: &Map<String, Value>,
    body: &str,
    is_base64: bool,
) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.execute-api.eu-central-1.amazonaws.com",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "curl" },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "15/Jan/2026:10:30:00 +0000",
            "timeEpoch": 1_768_473_000_000_i64,
        },
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

/// The names and ids of sample users.
fn samples() -> Vec<&'static str> {
    Sample::ALL.iter().flat_map(|sample| [sample.id, sample.username]).collect()
}

/// One of these texts, or any.
fn text_of(u: &mut Unstructured<'_>, known: &[&str]) -> Result<String> {
    if u.ratio(3, 4)? { Ok((*u.choose(known)?).to_owned()) } else { text(u) }
}

fn text(u: &mut Unstructured<'_>) -> Result<String> {
    let length = u.int_in_range(0..=48)?;
    let bytes = u.bytes(usize::min(length, u.len()))?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

fn object(u: &mut Unstructured<'_>, is_outer: bool) -> Result<Value> {
    let fields: &[(&str, &[&str])] = if is_outer { &FIELDS } else { &ACCOUNT };
    let mut made = Map::new();
    for _ in 0..u.int_in_range(0..=6)? {
        let (name, values) = *u.choose(fields)?;
        let value = match u.int_in_range(0..=9)? {
            0 => Value::Null,
            1 => json!(u.arbitrary::<bool>()?),
            2 => json!(u.arbitrary::<f64>()?),
            3 => json!([text_of(u, values)?]),
            4 if is_outer => object(u, false)?,
            _ => json!(text_of(u, values)?),
        };
        made.insert(name.to_owned(), value);
    }
    if is_outer && made.contains_key("account") && u.ratio(3, 4)? {
        made.insert("account".to_owned(), object(u, false)?);
    }
    Ok(Value::Object(made))
}
