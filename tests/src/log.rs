//! The content of the log, and the texts that the log never has.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::role::Role;

use crate::{Injection, TestApp, TestUser};

#[tokio::test]
async fn each_request_writes_one_line_in_cloudwatch_s_embedded_metric_format() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let request = app.rename(&ada, "lovelace").header("x-platform", "mobile_ios");
    let request = request.header("x-app-version", "1.2.3").header("x-device-id", "device-of-ada");
    let answer = request.send().await.expect("200");
    let [line]: [Value; 1] = app.log.take().try_into().unwrap();
    let metrics = json!([
        { "Name": "Requests", "Unit": "Count" },
        { "Name": "Duration", "Unit": "Milliseconds" },
        { "Name": "DynamoDbCalls", "Unit": "Count" },
        { "Name": "CapacityUnits", "Unit": "Count" },
        { "Name": "ColdStarts", "Unit": "Count" }
    ]);
    let expected = json!({
        "_aws": {
            "Timestamp": app.now().as_millisecond(),
            "CloudWatchMetrics": [
                { "Namespace": "Nameplate/local", "Dimensions": [["Operation"]], "Metrics": metrics },
                {
                    "Namespace": "Nameplate/local",
                    "Dimensions": [["Code"], ["Operation", "Code"]],
                    "Metrics": [{ "Name": "Requests", "Unit": "Count" }]
                },
                {
                    "Namespace": "Nameplate/local",
                    "Dimensions": [[]],
                    "Metrics": [{ "Name": "KeyFetchFailures", "Unit": "Count" }]
                }
            ]
        },
        "RequestId": answer.header("x-request-id"),
        "Operation": "change-username",
        "Route": "PATCH /api/v1/users/username",
        "Status": "200",
        "Code": "OK",
        "Caller": ada.id,
        "Platform": "mobile_ios",
        "AppVersion": "1.2.3",
        "Device": line["Device"],
        "Requests": 1,
        "Duration": 0,
        "DynamoDbCalls": 1,
        "CapacityUnits": 6,
        "ColdStarts": 1
    });
    assert_eq!(line, expected);
    assert_eq!(line["Device"].as_str().unwrap().len(), 16);

    app.rename(&ada, "another").send().await.expect("409 USERNAME_COOLDOWN");
    let line = app.log.take().remove(0);
    assert_eq!((&line["Code"], &line["ColdStarts"]), (&json!("USERNAME_COOLDOWN"), &json!(0)));
    assert_eq!(line.get("Device"), None);
}

#[tokio::test]
async fn a_refused_token_is_logged_and_counted_by_its_cause_without_a_value_of_it() {
    let app = TestApp::start().await;
    let mut claims = crate::tokens::claims(&app);
    claims["aud"] = json!(null);
    claims["client_id"] = json!("client-of-somebody");
    let token = app.issuer.sign(&claims).unwrap();
    crate::tokens::ask(&app, &token).await.expect("401 TOKEN_INVALID");
    let line = app.log.take().remove(0);
    assert_eq!(line["Cause"], "aud is absent and client_id is not accepted");
    assert_eq!((&line["TokenError"], &line["RefusedTokens"]), (&json!("aud"), &json!(1)));
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    assert_eq!(directives.last().unwrap()["Dimensions"], json!([["TokenError"]]));
    assert!(!line.to_string().contains("client-of-somebody"), "{line}");

    // Without a refused token, a line declares no such dimension.
    app.patch("/api/v1/users/username").send().await.expect("401 TOKEN_MISSING");
    let line = app.log.take().remove(0);
    assert!(!line.to_string().contains("TokenError"), "{line}");
}

#[tokio::test]
async fn an_id_that_could_be_an_address_or_a_telephone_number_is_logged_as_a_fingerprint() {
    let app = TestApp::start().await;
    for (id, is_personal) in [("ada+x@example.com", true), ("+905321234567", true), ("a+b", false)]
    {
        let token = app.token(id, &[], None);
        app.get("/v1/users/me").token(&token).send().await.expect("404 USER_NOT_FOUND");
        let line = app.log.take().remove(0);
        assert_eq!(line.to_string().contains(id), !is_personal, "{id}: {line}");
    }
}

#[tokio::test]
async fn unknown_paths_are_logged_without_the_path() {
    let app = TestApp::start().await;
    app.get("/ada@example.com").send().await.expect("404 ROUTE_NOT_FOUND");
    app.post("/v1/users/update").send().await.expect("405 METHOD_NOT_ALLOWED");
    for line in app.log.take() {
        assert_eq!((&line["Operation"], &line["Route"]), (&json!("none"), &json!("none")));
    }
}

#[tokio::test]
async fn the_cause_of_a_failure_is_logged_with_every_attempt_counted() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for _ in 0..3 {
        app.wire.inject(Injection::Refuse);
    }
    app.rename(&ada, "lovelace").send().await.expect("503 UNAVAILABLE");
    let line = app.log.take().remove(0);
    assert_eq!((&line["Code"], &line["DynamoDbCalls"]), (&json!("UNAVAILABLE"), &json!(3)));
    let cause = line["Cause"].as_str().unwrap();
    assert!(cause.starts_with("DynamoDB is unavailable: ") && cause.contains("refused"), "{cause}");
}

#[tokio::test]
async fn no_secret_and_no_personal_datum_is_logged() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let ada = app.user("ada@example.com").await;
    let mail = TestUser { token: app.token("auth0|ada@example.com", &[], None), ..ada.clone() };
    let password = "newStr0ng!P@ssw0rd";
    let body = json!({
        "username": "lovelace@example.com", "password": password, "firstName": "Augusta",
        "lastName": "Byron"
    });
    for user in [&root, &ada, &mail] {
        for fault in
            [None, Some(Injection::Garbage), Some(Injection::exception("ValidationException"))]
        {
            if let Some(fault) = fault {
                app.wire.inject(fault);
            }
            let request =
                app.update(user, &ada, body.clone()).header("x-device-id", "device-of-ada");
            request.send().await;
            app.get(&format!("/v1/users/{}", ada.id)).bearer(user).send().await;
            app.rename(user, "secret_wish").send().await;
        }
    }
    app.clock.advance(SignedDuration::from_hours(24 * 365));
    app.rename(&ada, "secret_wish").send().await.expect("401 TOKEN_EXPIRED");
    let lines: Vec<String> = app.log.take().iter().map(Value::to_string).collect();
    assert_eq!(lines.len(), 28);
    let log = lines.concat();
    for datum in [
        password,
        "argon2",
        "example.com",
        "lovelace",
        "Augusta",
        "Byron",
        "secret_wish",
        "grace",
        "device-of-ada",
        &ada.token,
        "eyJ",
        "Bearer",
    ] {
        assert!(!log.contains(datum), "{datum} is in the log");
    }
}
