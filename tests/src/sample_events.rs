//! Runs the sample events of `events/` in this process.

use std::fs;

use lambda_http::request::LambdaRequest;
use lambda_http::tower::ServiceExt;
use lambda_http::{Context, LambdaEvent};
use sandbox::{Issuer, Sample, SampleSession, events};
use serde_json::{Value, json};
use shared::token::Audience;

use crate::TestApp;

/// Starts an app with the sample users that accepts the tokens of the sample events.
pub async fn sample_app() -> TestApp {
    let issuer = Issuer::development();
    let app = TestApp::start_with(|settings| {
        settings.issuer = issuer.issuer;
        settings.audience = Audience::parse(&issuer.audience).expect("an audience");
        settings.hs256_secret = Some(issuer.secret.into());
    })
    .await;
    Sample::create_all(&app.app().store, app.now()).await.expect("sample users");
    SampleSession::begin_all(&app.app().store, app.now()).await.expect("sample sessions");
    app
}

/// Returns the response of the function to an event, with a fresh table that has the sample users.
pub async fn answer(function: &str, event: &str) -> Value {
    answer_of(&sample_app().await, function, event).await
}

/// Returns the response of the function to an event, with the table of that app.
pub async fn answer_of(app: &TestApp, function: &str, event: &str) -> Value {
    let endpoints =
        api::endpoints().into_iter().filter(|endpoint| endpoint.route.operation == function);
    let router = shared::http::serve(endpoints, app.app().clone());
    let event: LambdaRequest = serde_json::from_str(event).expect("an event");
    let event = LambdaEvent::new(event, Context::default());
    let answer = shared::lambda::service(router).oneshot(event).await;
    serde_json::to_value(answer.expect("an answer")).expect("JSON")
}

/// The headers of an expected response with their value.
const FIXED: [&str; 6] =
    ["X-Error-Code", "Content-Language", "Content-Type", "ETag", "Allow", "WWW-Authenticate"];
/// The headers of an expected response with `"*"` as their value.
const VARYING: [&str; 3] = ["Retry-After", "Location", "X-Request-Id"];

/// Writes the expected response of every sample event again. The author must check the difference.
pub async fn write_expected_answers() {
    for endpoint in api::endpoints() {
        for entry in
            fs::read_dir(events::folder().join(endpoint.route.operation)).expect("a folder")
        {
            let path = entry.expect("an entry").path();
            if path.to_string_lossy().ends_with(".response.json") {
                continue;
            }
            let answer =
                answer(endpoint.route.operation, &fs::read_to_string(&path).expect("an event"))
                    .await;
            let sent = |name: &str| answer["headers"].get(name.to_ascii_lowercase()).cloned();
            let fixed = FIXED.iter().filter_map(|name| Some((*name, sent(name)?)));
            let varying = VARYING.iter().filter_map(|name| sent(name).map(|_| (*name, json!("*"))));
            let headers: serde_json::Map<String, Value> =
                fixed.chain(varying).map(|(name, value)| (name.to_owned(), value)).collect();
            let mut body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default())
                .unwrap_or_default();
            replace_varying_values(&mut body, endpoint.route.operation == "create-user");
            let expected =
                json!({ "statusCode": answer["statusCode"], "headers": headers, "body": body });
            let text = serde_json::to_string_pretty(&expected).expect("JSON");
            fs::write(path.with_extension("response.json"), text + "\n").expect("a file");
        }
    }
}

/// Replaces every value that differs from run to run by `"*"`.
fn replace_varying_values(value: &mut Value, is_created: bool) {
    const TOKENS: [&str; 4] = ["accessToken", "refreshToken", "refreshExpiresIn", "keys"];
    const INSTANTS: [&str; 4] = ["timestamp", "nextChangeAllowedAt", "createdAt", "updatedAt"];
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let is_id = ["userId", "id"].contains(&name.as_str());
                let is_varying =
                    INSTANTS.contains(&name.as_str()) || TOKENS.contains(&name.as_str());
                if is_varying && !value.is_null() || (is_created && is_id) {
                    *value = json!("*");
                } else {
                    replace_varying_values(value, is_created);
                }
            }
        }
        Value::Array(values) => {
            for value in values {
                replace_varying_values(value, is_created);
            }
        }
        Value::String(text) if text.contains("(UTC") => *value = json!("*"),
        _ => {}
    }
}
