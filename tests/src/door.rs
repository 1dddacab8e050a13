//! What every endpoint has in common: headers, envelope, errors and languages.

use axum::extract::State;
use axum::http::Method;
use serde_json::{Value, json};
use shared::app::App;
use shared::domain::role::Role;
use shared::error::Error;
use shared::http::reply::UserReply;
use shared::http::{Endpoint, Route};
use shared::limit::CallerQuota;

use crate::{Answer, TestApp};

const RENAME: &str = "/api/v1/users/username";

/// Returns the body of a rename.
fn rename_body() -> Value {
    json!({ "newUsername": "lovelace" })
}

/// Checks the common headers. Checks that an error has the envelope with exactly five fields.
fn check_form(answer: &Answer, language: &str) {
    assert!(!answer.header("x-request-id").is_empty());
    assert_eq!(answer.header("content-language"), language);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/json");
    if answer.status.is_success() {
        return;
    }
    let body = answer.json();
    let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["isSuccess", "statusCode", "data", "errors", "timestamp"]);
    assert_eq!(body["isSuccess"], false);
    assert_eq!(body["statusCode"], answer.status.as_u16());
    assert_eq!(body["data"], Value::Null);
    assert_eq!(body["timestamp"], "2026-01-15T10:30:00.000Z");
    assert!(!answer.errors().is_empty());
}

#[tokio::test]
async fn every_status_has_its_code_and_its_first_sentence_in_both_languages() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let big = format!("{{\"newUsername\":\"{}\"}}", "a".repeat(17 * 1024));
    for (language, sentences) in [
        (
            "en",
            [
                "Validation failed",
                "Authentication required",
                "Insufficient permissions",
                "Resource not found",
                "Method not allowed",
                "Request body too large",
                "Unsupported media type",
                "Resource already exists or cannot be changed in its current state",
                "The resource has changed since it was read",
            ],
        ),
        (
            "tr",
            [
                "Doğrulama başarısız oldu",
                "Kimlik doğrulaması gerekli",
                "Yetersiz yetki",
                "Kaynak bulunamadı",
                "Yönteme izin verilmiyor",
                "İstek gövdesi çok büyük",
                "Desteklenmeyen ortam türü",
                "Kaynak zaten var ya da şu anki durumunda değiştirilemez",
                "Kaynak, okunduğundan beri değişti",
            ],
        ),
    ] {
        let requests = [
            (app.patch(RENAME).bearer(&ada).json(&json!({})), "400 VALIDATION_FAILED"),
            (app.patch(RENAME).json(&rename_body()), "401 TOKEN_MISSING"),
            (app.update(&ada, &bob, json!({})), "403 NOT_YOURS"),
            (app.get("/nowhere").bearer(&ada), "404 ROUTE_NOT_FOUND"),
            (app.get(RENAME).bearer(&ada), "405 METHOD_NOT_ALLOWED"),
            (
                app.patch(RENAME)
                    .bearer(&ada)
                    .header("content-type", "application/json")
                    .body(big.clone()),
                "413 BODY_TOO_LARGE",
            ),
            (app.patch(RENAME).bearer(&ada).body("{}"), "415 UNSUPPORTED_MEDIA_TYPE"),
            (app.rename(&ada, "bob"), "409 USERNAME_TAKEN"),
            (
                app.update(&ada, &ada, json!({ "firstName": "New" })).header("if-match", "\"9\""),
                "412 VERSION_MISMATCH",
            ),
        ];
        for ((request, outcome), sentence) in requests.into_iter().zip(sentences) {
            let answer = request.header("x-language", language).send().await.expect(outcome);
            check_form(&answer, language);
            assert_eq!(answer.errors()[0], sentence);
            assert_eq!(answer.errors().len(), 2, "{:?}", answer.errors());
        }
    }
}

#[tokio::test]
async fn a_path_or_method_that_is_wrong_by_little_is_answered_with_the_right_one() {
    let app = TestApp::start().await;
    for (method, path, outcome, sentence) in [
        (
            "PATCH",
            "/v1/users/username",
            "405 METHOD_NOT_ALLOWED",
            "This path takes only: GET, HEAD. Did you mean PATCH /api/v1/users/username?",
        ),
        (
            "PATCH",
            "/api/v1/users/update",
            "404 ROUTE_NOT_FOUND",
            "There is nothing at this path. Did you mean PATCH /v1/users/update?",
        ),
        ("PUT", RENAME, "405 METHOD_NOT_ALLOWED", "This path takes only: PATCH."),
    ] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = app.request(method, path).send().await.expect(outcome);
        assert_eq!(answer.errors()[1], sentence);
    }
}

#[tokio::test]
async fn every_path_is_found_with_and_without_api() {
    let app = TestApp::start().await;
    for Route { method, path, .. } in api::endpoints().into_iter().map(|endpoint| endpoint.route) {
        let other = path.strip_prefix("/api").map_or_else(|| format!("/api{path}"), str::to_owned);
        let answer = app.request(method.clone(), &other).send().await;
        let sentence = format!("Did you mean {method} {path}?");
        assert!(answer.errors()[1].ends_with(&sentence), "{other}: {:?}", answer.errors());
    }
}

#[tokio::test]
async fn a_path_that_exists_names_its_methods_in_allow() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let answer = app.post(RENAME).bearer(&root).send().await.expect("405 METHOD_NOT_ALLOWED");
    assert_eq!(answer.header("allow"), "PATCH");
    let answer = app.request(Method::DELETE, "/v1/users/x").send().await;
    assert_eq!(answer.expect("405 METHOD_NOT_ALLOWED").header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn a_browser_s_preflight_is_answered_on_every_path_without_a_token() {
    let app = TestApp::start().await;
    for endpoint in api::endpoints() {
        let request = app.request(Method::OPTIONS, endpoint.route.path);
        let request = request.header("origin", "https://app.example.com");
        let answer = request.header("access-control-request-method", "PATCH").send().await;
        assert_eq!(
            (answer.outcome().as_str(), answer.body.len()),
            ("204", 0),
            "{}",
            endpoint.route.path
        );
    }
}

#[tokio::test]
async fn success_has_the_common_headers_too() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    check_form(&app.rename(&ada, "lovelace").header("x-language", "tr").send().await, "tr");
    check_form(&app.get(&format!("/v1/users/{}", ada.id)).bearer(&ada).send().await, "en");
}

#[tokio::test]
async fn every_request_has_its_own_id() {
    let app = TestApp::start().await;
    let (one, other) = (app.get("/nowhere").send().await, app.get("/nowhere").send().await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

#[tokio::test]
async fn every_header_value_of_the_contract_is_accepted() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let headers = include_str!("../fixtures/change-username-headers.txt");
    let mut accepted = 0;
    for line in headers.lines() {
        let (name, value) = line.split_once(": ").unwrap();
        app.rename(&ada, "ada").header(name, value).send().await.expect("200");
        accepted += 1;
    }
    assert_eq!(
        accepted,
        2 + 37 + 3 + 1 + 7,
        "languages, the page's timezones, those it leaves out, UTC, platforms"
    );
}

#[tokio::test]
async fn a_wrong_header_is_400_and_names_the_header_and_its_values() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for (name, value, sentence) in [
        ("X-Language", "de", "X-Language: This has to be one of: en, tr."),
        ("X-Language", "english", "X-Language: This has to be one of: en, tr."),
        (
            "X-Platform",
            "ios",
            "X-Platform: This has to be one of: web, mobile_ios, mobile_android, admin, api, unknown, all.",
        ),
        (
            "X-App-Version",
            "",
            "X-App-Version: This has to be 1 to 64 visible ASCII characters, without spaces.",
        ),
        (
            "X-App-Version",
            "1 2",
            "X-App-Version: This has to be 1 to 64 visible ASCII characters, without spaces.",
        ),
        (
            "X-App-Version",
            "sürüm",
            "X-App-Version: This has to be 1 to 64 visible ASCII characters, without spaces.",
        ),
    ] {
        let answer = app.rename(&ada, "lovelace").header(name, value).send().await;
        assert_eq!(answer.expect("400 VALIDATION_FAILED").errors()[1..], [sentence]);
    }
    let answer = app.rename(&ada, "lovelace").header("x-timezone", "UTC+3").send().await;
    let errors = answer.expect("400 VALIDATION_FAILED").errors();
    assert!(
        errors[1].starts_with("X-Timezone: This has to be one of: UTC, UTC-12:00, "),
        "{errors:?}"
    );
}

#[tokio::test]
async fn the_app_version_has_1_to_64_characters_and_the_device_id_1_to_128() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for (name, max) in [("x-app-version", 64), ("x-device-id", 128)] {
        for (length, outcome) in
            [(1, "200"), (max - 1, "200"), (max, "200"), (max + 1, "400 VALIDATION_FAILED")]
        {
            app.rename(&ada, "ada").header(name, &"x".repeat(length)).send().await.expect(outcome);
        }
    }
}

#[tokio::test]
async fn a_header_sent_twice_with_different_values_is_400_and_with_equal_ones_counts_once() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for (name, one, other) in [
        ("x-language", "en", "tr"),
        ("x-timezone", "UTC", "UTC+03:00"),
        ("x-platform", "web", "api"),
    ] {
        let request = || app.rename(&ada, "ada").header(name, one);
        request().header(name, other).send().await.expect("400 VALIDATION_FAILED");
        request().header(name, one).send().await.expect("200");
    }
    // A comma is a character like any other where the values are not a closed list, and API Gateway
    // joins repeated headers like this.
    for name in ["x-app-version", "x-device-id"] {
        for value in ["1,2", "1,1", "iPhone15,3", ","] {
            app.rename(&ada, "ada").header(name, value).send().await.expect("200");
        }
        app.rename(&ada, "ada").header(name, "1").header(name, "2").send().await.expect("200");
    }
    let foreign = app.user("bob").await;
    app.rename(&ada, "ada").bearer(&foreign).send().await.expect("400 VALIDATION_FAILED");
    app.rename(&ada, "ada").bearer(&ada).send().await.expect("200");
    let joined = format!("Bearer {},Bearer {}", ada.token, foreign.token);
    let request = app.patch(RENAME).header("authorization", &joined).header("x-platform", "ios");
    let answer = request.json(&rename_body()).send().await.expect("400 VALIDATION_FAILED");
    assert_eq!(answer.errors().len(), 3, "{:?}", answer.errors());
}

#[tokio::test]
async fn violations_of_headers_and_body_are_listed_together() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let request =
        app.patch(RENAME).bearer(&ada).header("x-platform", "ios").header("x-app-version", "");
    let answer = request.json(&json!({ "newUsername": "_", "other": 1 })).send().await;
    assert_eq!(
        answer.expect("400 VALIDATION_FAILED").places(),
        ["X-Platform", "X-App-Version", "newUsername", "newUsername", "newUsername", "other"]
    );
}

#[tokio::test]
async fn a_client_that_asks_for_problem_json_gets_a_pointer_for_every_invalid_field() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let problem =
        |request: crate::Request| request.header("accept", "application/problem+json").send();

    let request = app.patch(RENAME).bearer(&ada).header("x-platform", "ios");
    let answer = problem(request.json(&json!({ "newUsername": "ab", "o/ß": 1 }))).await;
    let answer = answer.expect("400 VALIDATION_FAILED");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let body = answer.json();
    assert_eq!(body["type"], "/docs/errors/VALIDATION_FAILED");
    assert_eq!(body["title"], "Validation failed");
    assert_eq!(body["status"], 400);
    assert_eq!(body["code"], "VALIDATION_FAILED");
    let values_of = |key: &str| -> Vec<String> {
        let errors = body["errors"].as_array().unwrap().iter();
        errors.filter_map(|error| error[key].as_str()).map(str::to_owned).collect()
    };
    assert_eq!(values_of("header"), ["X-Platform"]);
    assert_eq!(values_of("pointer"), ["#/newUsername", "#/o~1%C3%9F"]);
    assert_eq!(values_of("detail").len(), 3);
    // The pointer, the header or the parameter names the place, so the sentence does not.
    for (sentence, place) in values_of("detail").iter().zip(["X-Platform", "newUsername", "o/ß"]) {
        assert!(!sentence.contains(place), "{sentence}");
        assert!(body["detail"].as_str().unwrap().contains(sentence), "{body}");
    }

    let answer = problem(app.update(&ada, &ada, json!({ "status": "BLOCKED" }))).await;
    assert_eq!(answer.expect("403 FIELD_FORBIDDEN").json()["errors"][0]["pointer"], "#/status");

    let answer = problem(app.get("/nowhere")).await.expect("404 ROUTE_NOT_FOUND");
    assert_eq!(answer.json()["errors"], Value::Null);
}

#[tokio::test]
async fn a_cooldown_as_problem_json_says_when_it_is_over() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let renamed = app.rename(&ada, "countess").send().await.expect("200");
    let refused = app.rename(&ada, "lovelace").header("accept", "application/problem+json");
    let problem = refused.send().await.expect("409 USERNAME_COOLDOWN").json();
    let end = &renamed.json()["data"]["nextChangeAllowedAt"];
    assert!(end.is_string() && problem["nextChangeAllowedAt"] == *end, "{problem}");
    let other = app.rename(&ada, "a").header("accept", "application/problem+json");
    let problem = other.send().await.expect("400 VALIDATION_FAILED").json();
    assert_eq!(problem.get("nextChangeAllowedAt"), None);
}

#[tokio::test]
async fn a_body_that_is_not_declared_as_json_is_415() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for (content_type, outcome) in [
        ("application/json", "200"),
        ("Application/JSON; charset=utf-8", "200"),
        ("application/merge-patch+json", "200"),
        ("text/plain", "415 UNSUPPORTED_MEDIA_TYPE"),
        ("application/x-www-form-urlencoded", "415 UNSUPPORTED_MEDIA_TYPE"),
        ("application/jsonp", "415 UNSUPPORTED_MEDIA_TYPE"),
        ("", "415 UNSUPPORTED_MEDIA_TYPE"),
    ] {
        let request = app.patch(RENAME).bearer(&ada).header("content-type", content_type);
        request.body(json!({ "newUsername": "ada" }).to_string()).send().await.expect(outcome);
    }
}

#[tokio::test]
async fn a_body_of_16_kib_is_read_and_a_larger_one_is_413() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for (length, outcome) in
        [(16 * 1024 - 1, "200"), (16 * 1024, "200"), (16 * 1024 + 1, "413 BODY_TOO_LARGE")]
    {
        let mut body = "{\"newUsername\":\"ada\"}".to_owned();
        body.push_str(&" ".repeat(length - body.len()));
        let request = app.patch(RENAME).bearer(&ada).header("content-type", "application/json");
        request.body(body).send().await.expect(outcome);
    }
}

#[tokio::test]
async fn without_a_valid_token_the_response_has_no_other_error() {
    let app = TestApp::start().await;
    let request = app.patch(RENAME).header("x-language", "de").body("x".repeat(20_000));
    request.send().await.expect("401 TOKEN_MISSING");
}

async fn panicking(_: State<App>) -> Result<UserReply, Error> {
    panic!("a secret")
}

#[tokio::test]
async fn a_panic_and_an_internal_error_answer_one_constant_sentence() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    app.wire.inject(crate::Injection::exception("ResourceNotFoundException"));
    let broken = app.rename(&ada, "lovelace").send().await.expect("500 INTERNAL");
    check_form(&broken, "en");
    assert_eq!(broken.errors(), ["Something went wrong on our side"]);

    let quota = CallerQuota::Read;
    let route = Route { operation: "panic", method: Method::GET, path: "/panic", quota };
    let endpoint = Endpoint::new(route, panicking, |_| Vec::new());
    let router = shared::http::serve([endpoint], app.app().clone());
    let answer = crate::Request::new(router, Method::GET, "/panic").send().await;
    let answer = answer.expect("500 INTERNAL");
    check_form(&answer, "en");
    assert_eq!(answer.errors(), ["Something went wrong on our side"]);
}
