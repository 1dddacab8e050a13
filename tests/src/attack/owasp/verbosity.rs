//! API8, API10: the log has the cause of a failure, and the response does not.

use serde_json::{Value, json};

use crate::access::{app_with_callers, request};
use crate::{Answer, Injection};

/// Words about the inside of the service, which no response may have.
const INSIDE: [&str; 34] = [
    "dynamo",
    "amazon",
    "aws",
    "table",
    "nameplate",
    "attribute",
    "pk",
    "item",
    "#",
    "condition",
    "expression",
    "transact",
    "throttl",
    "exception",
    "capacity",
    "shard",
    "eu-central",
    "arn:",
    "sdk",
    "smithy",
    "hyper",
    "tokio",
    "rust",
    "serde",
    "panic",
    "stack",
    "backtrace",
    "src/",
    ".rs",
    "unwrap",
    "refused",
    "127.0.0.1",
    "localhost",
    "secret",
];

/// A fault of DynamoDB: its name, the injection, and the outcome.
type Fault = (&'static str, fn() -> Injection, &'static str);

/// Returns the faults.
fn faults() -> Vec<Fault> {
    fn error(status: u16, kind: &str, message: &str) -> Injection {
        let kind = format!("com.amazonaws.dynamodb.v20120810#{kind}");
        Injection::Answer(status, json!({ "__type": kind, "message": message, "Message": message }))
    }
    vec![
        ("refused", || Injection::Refuse, "503 UNAVAILABLE"),
        ("garbage", || Injection::Garbage, "503 UNAVAILABLE"),
        (
            "throttled",
            || error(400, "ThrottlingException", "Rate exceeded for table nameplate, shard 7"),
            "503 UNAVAILABLE",
        ),
        (
            "broken",
            || error(500, "InternalServerError", "stack: at com.amazonaws.dynamodb.Node.java:7"),
            "503 UNAVAILABLE",
        ),
        (
            "no table",
            || error(400, "ResourceNotFoundException", "Requested resource: Table: nameplate"),
            "500 INTERNAL",
        ),
        (
            "no permission",
            || error(400, "AccessDeniedException", "User: arn:aws:sts::1:role is not authorized"),
            "500 INTERNAL",
        ),
        (
            "a mistake",
            || error(400, "ValidationException", "Invalid ConditionExpression: attribute pk"),
            "500 INTERNAL",
        ),
    ]
}

/// Returns the sentences of every response with that status, in that language.
fn sentences(status: u16, language: &str) -> &'static [&'static str] {
    match (status, language) {
        (500, "en") => &["Something went wrong on our side"],
        (500, _) => &["Bizim tarafımızda bir şeyler ters gitti"],
        (_, "en") => &[
            "Service temporarily unavailable",
            "Nothing was lost; send the same request again in a moment.",
        ],
        _ => &[
            "Hizmet geçici olarak kullanılamıyor",
            "Hiçbir şey kaybolmadı; aynı isteği birazdan yeniden gönderin.",
        ],
    }
}

/// Checks that the response has none of the words.
fn check(answer: &Answer, label: &str) {
    let headers = answer.headers.iter().map(|(name, value)| {
        let id = if name == "x-request-id" { "" } else { value.to_str().unwrap() };
        format!("{name}: {id}")
    });
    let body = String::from_utf8(answer.body.clone()).unwrap();
    let shown = headers.chain([body]).collect::<Vec<_>>().join("\n").to_lowercase();
    for word in INSIDE {
        assert!(!shown.contains(word), "{label}: {word} in {shown}");
    }
}

#[tokio::test]
async fn every_failure_of_dynamodb_answers_constant_sentences() {
    let (app, callers) = app_with_callers().await;
    let (target, root) = (callers[2].as_ref().unwrap(), callers[4].as_ref().unwrap());
    let before = app.dump().await;
    // What is published is read from the memory of the process.
    let is_published = |path: &str| path.starts_with("/.well-known/");
    for endpoint in api::endpoints().iter().filter(|e| !is_published(e.route.path)) {
        for (name, fault, outcome) in faults() {
            for (language, accept) in [
                ("en", "application/json"),
                ("tr", "application/json"),
                ("en", "application/problem+json"),
            ] {
                for _ in 0..24 {
                    app.wire.inject(fault());
                }
                let request = request(&app, endpoint.route.operation, target).bearer(root);
                let request = request.header("x-language", language).header("accept", accept);
                let answer = request.send().await;
                app.wire.discard();
                let label = format!("{} with {name}", endpoint.route.operation);
                assert_eq!(answer.outcome(), outcome, "{label}");
                check(&answer, &label);
                if accept == "application/json" {
                    assert_eq!(answer.errors(), sentences(answer.status.as_u16(), language));
                }
            }
        }
    }
    assert_eq!(app.dump().await, before);
    // The log has the cause.
    let log: String = app.log.take().iter().map(Value::to_string).collect();
    assert!(log.contains("refused") && log.contains("DynamoDB"), "{log}");
}

#[tokio::test]
async fn a_corrupt_item_is_an_internal_error_that_shows_nothing_of_the_item() {
    let (app, callers) = app_with_callers().await;
    let (target, root) = (callers[2].as_ref().unwrap(), callers[4].as_ref().unwrap());
    let item = json!({
        "pk": { "S": "USER#secret" }, "passwordHash": { "N": "7" }, "username": { "S": "secret" }
    });
    let found =
        json!({ "Item": item, "Responses": { "nameplate": [item] }, "UnprocessedKeys": {} });
    for operation in ["get-user", "update-user", "find-user", "create-user"] {
        app.wire.inject(Injection::Answer(200, found.clone()));
        let answer = request(&app, operation, target).bearer(root).send().await;
        app.wire.discard();
        assert_eq!(answer.outcome(), "500 INTERNAL", "{operation}");
        assert_eq!(answer.errors(), sentences(500, "en"), "{operation}");
        check(&answer, operation);
    }
}
