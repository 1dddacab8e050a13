//! A scan over everything that the tests have the API write: log lines, answers, and what the users' table, whose
//! stream others read, is given. No password, hash, token or private key may stand there, whatever a test is about.

use std::io;
use std::sync::{Mutex, Once, PoisonError};

use sandbox::TABLE;
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

/// What begins a secret: hashes of passwords, a refresh token, a private key in PEM and one as a JWK, the password of
/// the users of the tests.
const BEGINNINGS: [&str; 11] = [
    "$argon2",
    "$2a$",
    "$2b$",
    "$2y$",
    "$scrypt$",
    "$pbkdf2",
    "$firebase",
    "npr_",
    "PRIVATE KEY",
    "\"d\":",
    sandbox::PASSWORD,
];

/// The fields of an answer that hand tokens to whoever signs in.
const TOKENS: [&str; 2] = ["accessToken", "refreshToken"];

/// What was found so far. A handler may survive what it wrote, so the test that ends next fails.
static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Returns the secret that the text has, if it has one.
fn find(text: &str) -> Option<&'static str> {
    let found = BEGINNINGS.into_iter().find(|beginning| text.contains(beginning));
    found.or_else(|| has_jwt(text).then_some("a token"))
}

/// Whether the text has two parts in base64 that both begin as a JSON object does, and a dot between them.
fn has_jwt(text: &str) -> bool {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let mut starts = text.match_indices("eyJ");
    starts.any(|(at, _)| text[at..].trim_start_matches(is_base64).starts_with(".eyJ"))
}

fn scan(place: &str, text: &str) {
    if let Some(secret) = find(text) {
        let found = format!("{secret} in {place}: {text}");
        FOUND.lock().unwrap_or_else(PoisonError::into_inner).push(found);
    }
}

/// Scans lines of the log.
pub(crate) fn scan_log(bytes: &[u8]) {
    scan("the log", &String::from_utf8_lossy(bytes));
}

/// Scans an answer, but for the tokens of who signs in.
pub(crate) fn scan_answer(headers: &str, body: &[u8]) {
    let mut json: Value = serde_json::from_slice(body).unwrap_or_default();
    if let Some(fields) = json.as_object_mut() {
        fields.retain(|name, _| !TOKENS.contains(&name.as_str()));
    }
    let body =
        if json.is_null() { String::from_utf8_lossy(body).into_owned() } else { json.to_string() };
    scan("an answer", &format!("{headers} {body}"));
}

/// Scans what a call of DynamoDB is about to write to the users' table.
pub(crate) fn scan_call(call: &Value) {
    let actions = call["TransactItems"].as_array().into_iter().flatten();
    let actions = actions.filter_map(Value::as_object).flat_map(|action| action.values());
    for action in actions.chain([call]).filter(|action| action["TableName"] == TABLE) {
        scan("a call for the users' table", &action.to_string());
    }
}

/// Fails when something was found.
pub(crate) fn check() {
    let found = std::mem::take(&mut *FOUND.lock().unwrap_or_else(PoisonError::into_inner));
    assert!(found.is_empty(), "secrets were written:\n{}", found.join("\n"));
}

/// Scans what is logged beside the lines of requests, from now on.
pub(crate) fn scan_other_logs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let log = tracing_subscriber::fmt().json().with_writer(Scanned).finish();
        tracing::subscriber::set_global_default(log).expect("no other log");
    });
}

#[derive(Debug, Clone, Copy)]
struct Scanned;

impl io::Write for Scanned {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        scan_log(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Scanned {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        *self
    }
}

#[test]
fn the_scan_knows_a_secret_by_its_beginning_and_a_token_by_its_shape() {
    let hash = sandbox::password_hash().expect("a hash");
    for secret in [
        format!("{{\"cause\":\"{}\"}}", sandbox::PASSWORD),
        "hash $argon2id$v=19$m=19456".to_owned(),
        "npr_AQEB".to_owned(),
        "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x".to_owned(),
        "{\"kty\":\"OKP\",\"d\":\"x\"}".to_owned(),
    ] {
        assert!(find(&secret).is_some(), "{secret}");
    }
    for other in ["eyJ", "eyJ.x", "a name", "PRIVATE", &format!("{hash:?}")] {
        assert!(find(other).is_none(), "{other}");
    }
}
