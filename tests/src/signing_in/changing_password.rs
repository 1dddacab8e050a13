//! Changing the own password.

use sandbox::PASSWORD;
use serde_json::json;

use super::{Tokens, change_password, log_in, me, refresh, refreshed, signed_in};
use crate::TestApp;

const NEW: &str = "Difference-Engine-1822";

#[tokio::test]
async fn a_change_of_password_ends_all_other_sessions_and_this_one_goes_on() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let (here, elsewhere) = (signed_in(&app, "ada").await, signed_in(&app, "ada").await);
    let answer = change_password(&app, &here.access, &ada.id, PASSWORD, NEW).send().await;
    let body = answer.expect("200").json();
    assert_eq!((&body["userId"], &body["expiresIn"]), (&json!(ada.id), &json!(600)));
    me(&app, body["accessToken"].as_str().unwrap()).send().await.expect("200");
    me(&app, &here.access).send().await.expect("401 TOKEN_REVOKED");
    me(&app, &elsewhere.access).send().await.expect("401 TOKEN_REVOKED");
    refresh(&app, &elsewhere.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    me(&app, &refreshed(&app, &here.refresh).await.access).send().await.expect("200");
    log_in(&app, "ada", PASSWORD).send().await.expect("401 CREDENTIALS_INVALID");
    log_in(&app, "ada", NEW).send().await.expect("200");
}

#[tokio::test]
async fn a_wrong_old_password_is_401_changes_nothing_and_counts_as_a_wrong_sign_in() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let tokens = signed_in(&app, "ada").await;
    let before = app.stored_hash(&ada).await;
    for _ in 0..10 {
        let answer = change_password(&app, &tokens.access, &ada.id, "wrong", NEW).send().await;
        answer.expect("401 CREDENTIALS_INVALID");
    }
    let answer = change_password(&app, &tokens.access, &ada.id, PASSWORD, NEW).send().await;
    answer.expect("429 TOO_MANY_ATTEMPTS");
    log_in(&app, "ada", PASSWORD).send().await.expect("429 TOO_MANY_ATTEMPTS");
    assert_eq!(app.stored_hash(&ada).await, before);
    me(&app, &tokens.access).send().await.expect("200");
}

#[tokio::test]
async fn who_lost_the_answer_refreshes_and_repeats_the_request() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let tokens = signed_in(&app, "ada").await;
    let change = |access: &str| change_password(&app, access, &ada.id, PASSWORD, NEW);
    change(&tokens.access).send().await.expect("200");
    change(&tokens.access).send().await.expect("401 TOKEN_REVOKED");
    let tokens = refreshed(&app, &tokens.refresh).await;
    let version = app.stored(&ada).await.version;
    let body = change(&tokens.access).send().await.expect("200").json();
    assert_eq!(app.stored(&ada).await.version, version);
    me(&app, body["accessToken"].as_str().unwrap()).send().await.expect("200");
}

#[tokio::test]
async fn the_new_password_is_no_second_guess_once_15_minutes_have_passed() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let guess = || change_password(&app, &ada.token, &ada.id, "wrong", PASSWORD);
    app.clock.advance(jiff::SignedDuration::from_mins(15));
    guess().send().await.expect("200");
    app.clock.advance(jiff::SignedDuration::from_millis(1));
    guess().send().await.expect("401 CREDENTIALS_INVALID");
}

#[tokio::test]
async fn a_new_password_that_breaks_a_rule_is_400_and_costs_no_attempt() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let tokens = signed_in(&app, "ada").await;
    for new in ["short", "passwordpassword", "ada lovelace ada", &"x".repeat(129)] {
        let answer = change_password(&app, &tokens.access, &ada.id, PASSWORD, new).send().await;
        let errors = answer.expect("400 VALIDATION_FAILED").errors();
        assert!(errors[1].starts_with("newPassword: ") && !errors[1].contains(new), "{errors:?}");
    }
    let body = json!({ "userId": ada.id, "oldPassword": "", "newPassword": "short", "x": 1 });
    let answer = app.post("/v1/users/change-password").token(&tokens.access).json(&body).send();
    let places = answer.await.expect("400 VALIDATION_FAILED").places();
    assert_eq!(places, ["oldPassword", "x", "newPassword"]);
    assert!(!app.dump_credentials().await.keys().any(|key| key.contains("wrong")));
}

#[tokio::test]
async fn only_the_user_changes_the_own_password() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let root = app.user_with("grace", shared::domain::role::Role::Admin).await;
    let answer = change_password(&app, &root.token, &ada.id, PASSWORD, NEW).send().await;
    let errors = answer.expect("403 NOT_YOURS").errors();
    assert!(errors[1].contains("PATCH /v1/users/update"), "{errors:?}");
    // With a token of another issuer there is no session to go on.
    let answer = change_password(&app, &ada.token, &ada.id, PASSWORD, NEW).send().await;
    assert_eq!(answer.expect("200").json(), json!({ "userId": ada.id }));
}

#[tokio::test]
async fn a_session_that_was_signed_out_of_changes_no_password() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let tokens = signed_in(&app, "ada").await;
    super::log_out(&app, &tokens.refresh, false).send().await.expect("204");
    let answer = change_password(&app, &tokens.access, &ada.id, PASSWORD, NEW).send().await;
    answer.expect("401 TOKEN_REVOKED");
}

#[tokio::test]
async fn who_has_no_password_has_a_wrong_one() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let answer = change_password(&app, &ada.token, &ada.id, PASSWORD, NEW).send().await;
    answer.expect("401 CREDENTIALS_INVALID");
}

#[tokio::test]
async fn an_administrators_password_signs_in_and_ends_the_sessions_before() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", shared::domain::role::Role::Admin).await;
    let ada = app.user_with_password("ada").await;
    let before: Tokens = signed_in(&app, "ada").await;
    app.update(&root, &ada, json!({ "password": NEW })).send().await.expect("200");
    me(&app, &before.access).send().await.expect("401 TOKEN_REVOKED");
    refresh(&app, &before.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    log_in(&app, "ada", NEW).send().await.expect("200");
}
