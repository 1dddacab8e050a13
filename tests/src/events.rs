//! The sample events, each against a fresh table, in this process.

use std::collections::BTreeSet;
use std::fs;

use lambda_http::request::LambdaRequest;
use lambda_http::tower::ServiceExt;
use lambda_http::{Adapter, Context, LambdaEvent, service_fn};
use sandbox::{Issuer, Sample, events};
use serde_json::{Value, json};

use crate::TestApp;

/// An app with the sample users, which accepts the sample tokens.
async fn sample_app() -> TestApp {
    let issuer = Issuer::development();
    let app = TestApp::start_with(|settings| {
        settings.issuer = issuer.issuer;
        settings.audience = issuer.audience;
        settings.hs256_secret = Some(issuer.secret.into());
    })
    .await;
    Sample::create_all(&app.app().store, app.now()).await.unwrap();
    app
}

/// What the function answers API Gateway.
async fn answer(function: &str, event: &str) -> Value {
    let app = sample_app().await;
    let endpoints = api::endpoints().into_iter().filter(|endpoint| endpoint.operation == function);
    let router = shared::http::serve(endpoints, app.app().clone());
    let service = service_fn(move |request| shared::lambda::call(router.clone(), request));
    let event: LambdaRequest = serde_json::from_str(event).unwrap();
    let answer = Adapter::from(service).oneshot(LambdaEvent::new(event, Context::default())).await;
    serde_json::to_value(answer.unwrap()).unwrap()
}

#[tokio::test]
async fn every_sample_event_has_its_expected_answer() {
    let mut wrong = Vec::new();
    for endpoint in api::endpoints() {
        for sample in events::of(endpoint.operation).unwrap() {
            let answer = answer(endpoint.operation, &sample.event).await;
            for difference in events::differences(&sample.expected, &answer) {
                wrong.push(format!("{}/{}: {difference}", endpoint.operation, sample.case));
            }
            let id = &answer["headers"]["x-request-id"];
            assert_eq!(id, "JKJaXmPLvHcESHA=", "the gateway's own id");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_has_events_for_success_and_no_folder_is_left_over() {
    let functions: BTreeSet<String> =
        api::endpoints().iter().map(|endpoint| endpoint.operation.to_owned()).collect();
    let entries = fs::read_dir(events::folder()).unwrap().map(Result::unwrap);
    let folders: BTreeSet<String> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders, functions);
    for function in functions {
        let cases = events::of(&function).unwrap();
        assert!(cases.iter().any(|sample| sample.case == "success"), "{function}");
    }
}

#[test]
fn the_settings_for_sam_local_are_those_of_the_sample_events() {
    let file = fs::read(events::folder().join("local-env.json")).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let issuer = Issuer::development();
    for (name, value) in [
        ("JWT_ISSUER", issuer.issuer.as_str()),
        ("JWT_AUDIENCE", &issuer.audience),
        ("JWT_HS256_SECRET", &issuer.secret),
        ("TABLE_NAME", sandbox::TABLE),
        ("STAGE", "local"),
    ] {
        assert_eq!(file["Parameters"][name], value, "{name}");
    }
}

/// The headers of an expected answer: these as they are, and those with any value.
const FIXED: [&str; 6] =
    ["X-Error-Code", "Content-Language", "Content-Type", "ETag", "Allow", "WWW-Authenticate"];
const VARYING: [&str; 3] = ["Retry-After", "Location", "X-Request-Id"];

#[tokio::test]
#[ignore = "writes the expected answers anew: run it alone, then read what it changed"]
async fn write_the_expected_answers_of_the_sample_events() {
    for endpoint in api::endpoints() {
        for entry in fs::read_dir(events::folder().join(endpoint.operation)).unwrap() {
            let path = entry.unwrap().path();
            if path.to_string_lossy().ends_with(".response.json") {
                continue;
            }
            let answer = answer(endpoint.operation, &fs::read_to_string(&path).unwrap()).await;
            let sent = |name: &str| answer["headers"].get(name.to_ascii_lowercase()).cloned();
            let fixed = FIXED.iter().filter_map(|name| Some((*name, sent(name)?)));
            let varying = VARYING.iter().filter_map(|name| sent(name).map(|_| (*name, json!("*"))));
            let headers: serde_json::Map<String, Value> =
                fixed.chain(varying).map(|(name, value)| (name.to_owned(), value)).collect();
            let mut body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
            blank_what_varies(&mut body, endpoint.operation == "create-user");
            let expected =
                json!({ "statusCode": answer["statusCode"], "headers": headers, "body": body });
            let text = serde_json::to_string_pretty(&expected).unwrap();
            fs::write(path.with_extension("response.json"), text + "\n").unwrap();
        }
    }
}

/// Puts `"*"` where a value differs from run to run.
fn blank_what_varies(value: &mut Value, is_created: bool) {
    const INSTANTS: [&str; 4] = ["timestamp", "nextChangeAllowedAt", "createdAt", "updatedAt"];
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let is_id = ["userId", "id"].contains(&name.as_str());
                if INSTANTS.contains(&name.as_str()) || (is_created && is_id) {
                    *value = json!("*");
                } else {
                    blank_what_varies(value, is_created);
                }
            }
        }
        Value::Array(values) => {
            for value in values {
                blank_what_varies(value, is_created);
            }
        }
        Value::String(text) if text.contains("(UTC") => *value = json!("*"),
        _ => {}
    }
}
