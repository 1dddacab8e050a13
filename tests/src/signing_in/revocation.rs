//! What ends sessions, and what does not.

use serde_json::json;
use shared::domain::role::Role;

use super::{log_in, me, refresh, refreshed, signed_in};
use crate::{Request, TestApp, TestUser};

/// A request of every operation that asks for a token, by the user about the own data.
fn requests(app: &TestApp, user: &TestUser, access: &str) -> Vec<(&'static str, Request)> {
    let id = &user.id;
    vec![
        (
            "change-username",
            app.patch("/api/v1/users/username").json(&json!({ "newUsername": "lovelace" })),
        ),
        (
            "update-user",
            app.patch("/v1/users/update").json(&json!({ "userId": id, "firstName": "Ada" })),
        ),
        (
            "create-user",
            app.post("/v1/users").json(&json!({ "username": "other", "firstName": "Ada" })),
        ),
        ("get-user", app.get(&format!("/v1/users/{id}"))),
        ("get-me", app.get("/v1/users/me")),
        ("update-account", app.patch("/v1/accounts/update").json(&json!({ "company": "Acme" }))),
        ("check-username", app.get("/api/v1/users/username/availability?username=free_name")),
        ("find-user", app.get("/api/v1/users/by-username/ada")),
        (
            "change-password",
            app.post("/v1/users/change-password").json(&json!({
                "userId": id,
                "oldPassword": sandbox::PASSWORD,
                "newPassword": "Difference-Engine-1822",
            })),
        ),
    ]
    .into_iter()
    .map(|(name, request)| (name, request.token(access)))
    .collect()
}

#[tokio::test]
async fn a_token_from_before_the_sessions_ended_is_401_at_every_endpoint_and_403_while_blocked() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let ada = app.user_with_password("ada").await;
    let before = signed_in(&app, "ada").await;
    let all = requests(&app, &ada, &before.access);
    let public = 5;
    assert_eq!(all.len() + public, api::endpoints().len());

    app.update(&root, &ada, json!({ "status": "BLOCKED" })).send().await.expect("200");
    for (name, request) in requests(&app, &ada, &before.access) {
        assert_eq!(request.send().await.outcome(), "403 ACCOUNT_NOT_ACTIVE", "{name}");
    }
    refresh(&app, &before.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    app.update(&root, &ada, json!({ "status": "ACTIVE" })).send().await.expect("200");
    for (name, request) in all {
        let answer = request.send().await;
        assert_eq!(answer.outcome(), "401 TOKEN_REVOKED", "{name}");
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{name}");
    }
    refresh(&app, &before.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    me(&app, &signed_in(&app, "ada").await.access).send().await.expect("200");
}

#[tokio::test]
async fn a_rename_ends_nothing_and_the_common_one_is_one_call_of_six_units() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let tokens = signed_in(&app, "ada").await;
    // The keys are read once.
    me(&app, &tokens.access).send().await.expect("200");
    app.wire.take_calls();
    app.log.take();
    let body = json!({ "newUsername": "lovelace" });
    let rename = app.patch("/api/v1/users/username").token(&tokens.access).json(&body);
    rename.send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["TransactWriteItems"]);
    assert_eq!(app.log.take()[0]["CapacityUnits"], 6.0);
    me(&app, &tokens.access).send().await.expect("200");
    let tokens = refreshed(&app, &tokens.refresh).await;
    assert_eq!(app.stored(&ada).await.username.as_str(), "lovelace");
    assert_eq!(super::claims(&tokens.access)["preferred_username"], "lovelace");
}

#[tokio::test]
async fn tokens_of_another_issuer_are_ended_by_no_epoch() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let ada = app.user_with_password("ada").await;
    let fields = json!({ "password": "Difference-Engine-1822" });
    app.update(&root, &ada, fields).send().await.expect("200");
    me(&app, &ada.token).send().await.expect("200");
}

#[tokio::test]
async fn a_token_of_ours_without_a_user_is_that_of_nobody() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let tokens = signed_in(&app, "ada").await;
    app.delete_item(&format!("USER#{}", ada.id)).await;
    me(&app, &tokens.access).send().await.expect("404 USER_NOT_FOUND");
    let other = app.get("/v1/users/somebody").token(&tokens.access).send().await;
    other.expect("401 TOKEN_REVOKED");
    refresh(&app, &tokens.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    log_in(&app, "ada", sandbox::PASSWORD).send().await.expect("401 CREDENTIALS_INVALID");
}

#[tokio::test]
async fn nothing_secret_stands_in_a_log_line_or_an_error() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    app.log.take();
    let tokens = signed_in(&app, "ada").await;
    let second = refreshed(&app, &tokens.refresh).await;
    let wrong = log_in(&app, "ada", "a secret guess").header("x-device-id", "my-phone").send();
    let mut seen = String::from_utf8(wrong.await.body).unwrap();
    let change = super::change_password(&app, &second.access, &ada.id, "old secret", "new secret");
    seen += &String::from_utf8(change.send().await.body).unwrap();
    seen += &String::from_utf8(refresh(&app, "npr_secret").send().await.body).unwrap();
    super::log_out(&app, &second.refresh, true).send().await.expect("204");
    for line in app.log.take() {
        seen += &line.to_string();
    }
    for secret in [
        sandbox::PASSWORD,
        "secret",
        "my-phone",
        "argon2",
        &tokens.access,
        &tokens.refresh,
        &second.access,
        &second.refresh,
    ] {
        assert!(!seen.contains(secret), "{secret} in {seen}");
    }
}
