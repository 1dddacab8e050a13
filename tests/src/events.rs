//! The sample events. Each one runs in this process with a fresh table.

use std::collections::BTreeSet;
use std::fs;

use sandbox::events::Sample;
use sandbox::{Issuer, events};
use serde_json::Value;
use uuid::Uuid;

use crate::sample_events::answer;

#[tokio::test]
async fn every_sample_event_has_its_expected_answer() {
    let mut failures = Vec::new();
    for endpoint in api::endpoints() {
        for sample in events::of(endpoint.route.operation).unwrap() {
            let answer = answer(endpoint.route.operation, &sample.event).await;
            for difference in events::differences(&sample.expected, &answer) {
                failures
                    .push(format!("{}/{}: {difference}", endpoint.route.operation, sample.case));
            }
            let id = &answer["headers"]["x-request-id"];
            assert_eq!(id, "JKJaXmPLvHcESHA=", "the gateway's own id");
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Changes the sample event of success, and returns the response of the function to it.
async fn answer_to(function: &str, change: impl FnOnce(&mut Value)) -> Value {
    let samples = events::of(function).unwrap();
    let success = samples.iter().find(|sample| sample.case == "success").unwrap();
    let mut event = serde_json::from_str(&success.event).unwrap();
    change(&mut event);
    answer(function, &event.to_string()).await
}

#[tokio::test]
async fn a_path_that_api_gateway_has_decoded_is_read_as_the_client_wrote_it() {
    for (path, status) in [("/v1/users/auth0|1", 404), ("/v1/users/a b", 400), ("/v1/users/ç", 400)]
    {
        let answer = answer_to("get-user", |event| event["rawPath"] = path.into()).await;
        assert_eq!(answer["statusCode"], status, "{path}: {answer}");
    }
    // None of these characters ends the path.
    for end in ["#", "?", "%", "\\"] {
        let append = |event: &mut Value| {
            let path = format!("{}{end}", event["rawPath"].as_str().unwrap());
            event["rawPath"] = path.into();
        };
        let answer = answer_to("get-user", append).await;
        assert_eq!(answer["headers"]["x-error-code"], "VALIDATION_FAILED", "{end}: {answer}");
    }
}

#[tokio::test]
async fn a_query_with_characters_that_no_uri_has_is_read() {
    for query in ["username=<b>", "username=a b", "username=\"\u{7f}ş#", "username=%zz%"] {
        let change = |event: &mut Value| event["rawQueryString"] = query.into();
        let answer = answer_to("check-username", change).await;
        assert_eq!(answer["statusCode"], 200, "{query}: {answer}");
        assert!(
            answer["body"].as_str().unwrap().contains("VALIDATION_FAILED"),
            "{query}: {answer}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_declared_as_base64_but_is_not_is_read_as_it_is() {
    for (body, status) in [("{}", 400), ("%%%", 400), ("{\"newUsername\":\"hopper\"}", 200)] {
        let answer = answer_to("change-username", |event| {
            event["isBase64Encoded"] = true.into();
            event["body"] = body.into();
        });
        let answer = answer.await;
        assert_eq!(answer["statusCode"], status, "{body}: {answer}");
    }
}

#[tokio::test]
async fn an_invalid_host_does_not_change_the_response() {
    for host in ["", "a b:c", "[", "other.example.com:99999"] {
        let answer = answer_to("get-user", |event| event["headers"]["host"] = host.into()).await;
        assert_eq!(answer["statusCode"], 200, "{host}: {answer}");
    }
}

#[tokio::test]
async fn a_response_has_a_new_request_id_when_that_of_the_gateway_is_invalid() {
    for id in ["", " ", "a b", "a\nb", "\u{7f}", "ş"] {
        let change = |event: &mut Value| event["requestContext"]["requestId"] = id.into();
        let answer = answer_to("get-user", change).await;
        let own = answer["headers"]["x-request-id"].as_str().map(str::parse::<Uuid>);
        assert!(matches!(own, Some(Ok(_))), "{id:?}: {answer}");
    }
}

#[test]
fn every_function_has_events_for_success_and_no_folder_is_left_over() {
    let functions: BTreeSet<String> =
        api::endpoints().iter().map(|endpoint| endpoint.route.operation.to_owned()).collect();
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
fn every_documented_error_of_an_operation_has_a_sample_event() {
    // Sample events cannot cause these errors, or the errors do not depend on the operation.
    let without_event = [
        "INTERNAL",
        "UNAVAILABLE",
        "CONCURRENT_CHANGE",
        "TOO_MANY_REQUESTS",
        "TOKEN_INVALID",
        "TOKEN_EXPIRED",
        "TOKEN_REVOKED",
        "TOO_MANY_ATTEMPTS",
    ];
    for endpoint in api::endpoints() {
        let samples = events::of(endpoint.route.operation).unwrap();
        let code = |sample: &Sample| {
            sample.expected["headers"]["X-Error-Code"].as_str().map(str::to_owned)
        };
        let answered: BTreeSet<String> = samples.iter().filter_map(code).collect();
        for code in
            endpoint.documentation.description().errors.iter().map(|error| error.code().as_str())
        {
            let is_known = without_event.contains(&code) || answered.contains(code);
            assert!(is_known, "{} never answers {code}", endpoint.route.operation);
        }
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
        ("JWT_USERNAME_CLAIM", "username"),
        ("TABLE_NAME", sandbox::TABLE),
        ("CREDENTIALS_TABLE_NAME", sandbox::CREDENTIALS_TABLE),
        ("STAGE", "local"),
    ] {
        assert_eq!(file["Parameters"][name], value, "{name}");
    }
}
