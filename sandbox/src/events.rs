//! The sample events in `events/`: requests of API Gateway with the expected responses of a function.
//!
//! `events/<function>/<case>.json` is an event (payload format 2.0). `<case>.response.json` is the expected
//! response: `statusCode`, some `headers`, and `body` as an object. `"*"` stands for a value that varies.

use std::error::Error;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};
use shared::domain::session::SessionPolicy;
use shared::sign_in::rotate;
use shared::store::{Custody, Kms, Store, https};
use shared::token::SigningAlgorithm;
use tokio::net::TcpListener;

use crate::dynamo_db::{CREDENTIALS_TABLE, EmbeddedDynamoDb, TABLE, tables};
use crate::issuer::Issuer;
use crate::kms::EmbeddedKms;
use crate::lambda::{Answer, Function};
use crate::sessions::SampleSession;

/// The issuer of the tokens of those who sign in with a sample event.
pub const SIGN_IN_ISSUER: &str = "http://localhost:8080";

/// A sample event with its expected response.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The name of the file without its extension.
    pub case: String,
    /// The content of the file.
    pub event: String,
    /// The expected response.
    pub expected: Value,
}

/// Returns the folder with the events of every function.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// Returns the sample events of a function, sorted by case.
///
/// # Errors
/// When a file is missing or is not JSON.
pub fn of(function: &str) -> io::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for entry in fs::read_dir(folder().join(function))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(case) = name.strip_suffix(".json").filter(|case| !case.ends_with(".response")) {
            let expected = fs::read(path.with_extension("response.json"))?;
            samples.push(Sample {
                case: case.to_owned(),
                event: fs::read_to_string(&path)?,
                expected: serde_json::from_slice(&expected)?,
            });
        }
    }
    samples.sort_by(|one, other| one.case.cmp(&other.case));
    Ok(samples)
}

/// Returns the settings of a function that handles the sample events with that DynamoDB and that KMS.
pub fn settings(dynamo_db: &EmbeddedDynamoDb, kms: &EmbeddedKms) -> Vec<(&'static str, String)> {
    let issuer = Issuer::development();
    vec![
        ("STAGE", "local".to_owned()),
        ("TABLE_NAME", TABLE.to_owned()),
        ("CREDENTIALS_TABLE_NAME", CREDENTIALS_TABLE.to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", dynamo_db.endpoint().to_owned()),
        ("AWS_ENDPOINT_URL_KMS", kms.endpoint().to_owned()),
        ("SIGN_IN", "on".to_owned()),
        ("SIGN_IN_ISSUER", SIGN_IN_ISSUER.to_owned()),
        ("JWT_ISSUER", issuer.issuer),
        ("JWT_AUDIENCE", issuer.audience),
        ("JWT_HS256_SECRET", issuer.secret),
        ("JWT_USERNAME_CLAIM", "username".to_owned()),
        ("LOG_FINGERPRINT_KEY", "nameplate-local".to_owned()),
    ]
}

/// Returns the differences between the expected and the actual response.
pub fn differences(expected: &Value, answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if expected["statusCode"] != answer["statusCode"] {
        found.push(format!(
            "statusCode is {}, not {}",
            answer["statusCode"], expected["statusCode"]
        ));
    }
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        let sent = answer["headers"].get(name.to_ascii_lowercase()).unwrap_or(&Value::Null);
        compare(&format!("header {name}"), value, sent, &mut found);
    }
    let body = answer["body"].as_str().unwrap_or_default();
    let body = serde_json::from_str(body).unwrap_or(Value::Null);
    compare("body", &expected["body"], &body, &mut found);
    found
}

/// Adds the differences between two values at that location.
fn compare(location: &str, expected: &Value, found: &Value, differences: &mut Vec<String>) {
    match (expected, found) {
        (Value::String(any), value) if any == "*" && !value.is_null() => {}
        (Value::Object(expected), Value::Object(found)) if expected.keys().eq(found.keys()) => {
            for (key, value) in expected {
                compare(&format!("{location}/{key}"), value, &found[key], differences);
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (at, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare(&format!("{location}/{at}"), expected, found, differences);
            }
        }
        (expected, found) if expected == found => {}
        (expected, found) => differences.push(format!("{location} is {found}, not {expected}")),
    }
}

/// Puts into the tables what the sample events are about: the sample users, their sessions, and a signing key that the
/// KMS keeps.
///
/// # Errors
/// When the DynamoDB or the KMS does not answer.
pub async fn prepare(
    dynamo_db: &EmbeddedDynamoDb,
    kms: &EmbeddedKms,
) -> Result<(), Box<dyn Error>> {
    let store = Store::new(dynamo_db.settings().client(https()?), tables());
    let now = SystemClock.now();
    crate::Sample::create_all(&store, now).await?;
    SampleSession::begin_all(&store, now).await?;
    let custody =
        Kms::new(&dynamo_db.settings(), https()?, Some(kms.endpoint().to_owned()), "local");
    let custody = Custody::Envelope(custody.encrypting_with("local".to_owned()));
    let lifetime = SessionPolicy::default().access_token;
    rotate(&store, &custody, SigningAlgorithm::default(), lifetime, now).await?;
    Ok(())
}

/// Runs the built binary of a function under a Runtime API, with a fresh DynamoDB. It sends the sample
/// events, then malformed events, then a sample event again. The function may give any answer to a
/// malformed event, but it must not end.
///
/// # Errors
/// A text with every difference from the expected responses.
pub async fn check_binary(function: &str, binary: &Path) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let dynamo_db = EmbeddedDynamoDb::start(listener, None)?;
    let kms = EmbeddedKms::start(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?)?;
    prepare(&dynamo_db, &kms).await?;
    let mut running = Function::start(binary, &settings(&dynamo_db, &kms)).await?;
    let samples = of(function)?;
    let mut failures = Vec::new();
    for sample in &samples {
        match running.invoke(sample.event.clone()).await? {
            Answer::Response(answer) => failures.extend(
                differences(&sample.expected, &answer)
                    .into_iter()
                    .map(|difference| format!("{}: {difference}", sample.case)),
            ),
            other => failures.push(format!("{}: {other:?}", sample.case)),
        }
    }
    for event in malformed_events(&samples) {
        if let Answer::InitError(error) = running.invoke(event.clone()).await? {
            failures.push(format!("{event}: {error}"));
        }
    }
    let again = samples.iter().find(|sample| sample.case == "method-not-allowed");
    let again = again.ok_or("every function has the case method-not-allowed")?;
    match running.invoke(again.event.clone()).await? {
        Answer::Response(answer) if differences(&again.expected, &answer).is_empty() => {}
        other => failures.push(format!("after odd events: {other:?}")),
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}

/// Returns events that API Gateway does not send, but that a person could send by hand.
fn malformed_events(samples: &[Sample]) -> Vec<String> {
    let mut malformed: Vec<String> =
        ["null", "{}", "[]", "\"\"", "1", "{\"version\":\"2.0\"}", "{", "\u{0}"]
            .map(str::to_owned)
            .to_vec();
    let good = samples.iter().find(|sample| sample.case == "success");
    let good: Value =
        good.and_then(|good| serde_json::from_str(&good.event).ok()).unwrap_or_default();
    let changes = [
        ("/isBase64Encoded", json!(true)),
        ("/body", json!("%%%")),
        ("/body", Value::Null),
        ("/rawPath", json!("")),
        ("/rawPath", json!("no slash \u{0} \u{1F339}")),
        ("/rawPath", json!("//[")),
        ("/rawQueryString", json!("%%%&=&")),
        ("/requestContext/http/method", json!("")),
        ("/requestContext/http/method", json!("G T")),
        ("/requestContext/http", json!({})),
        ("/requestContext", json!({})),
        ("/headers", json!({})),
        ("/headers/host", json!("a b:c")),
        ("/headers/host", json!("")),
        ("/headers/x-language", json!("\u{0}")),
        ("/headers/accept", json!("ş")),
        ("/version", json!("1.0")),
    ];
    for (pointer, value) in changes {
        let mut event = good.clone();
        if let Some(present) = event.pointer_mut(pointer) {
            *present = value;
        } else if let Some((parent, name)) = pointer.rsplit_once('/')
            && let Some(Value::Object(parent)) = event.pointer_mut(parent)
        {
            parent.insert(name.to_owned(), value);
        }
        malformed.push(event.to_string());
    }
    malformed
}
