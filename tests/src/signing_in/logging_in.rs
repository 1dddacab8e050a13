//! Signing in.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use sandbox::PASSWORD;
use serde_json::json;
use shared::domain::role::Role;
use shared::domain::status::Status;

use super::{claims, log_in, me, signed_in};
use crate::{Answer, NewUser, TestApp};

#[tokio::test]
async fn who_signs_in_gets_the_tokens_of_the_contract_and_they_count() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let answer = log_in(&app, "ada", PASSWORD).send().await.expect("200");
    let body = answer.json();
    let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let contract = "username type accessToken refreshToken expiresIn refreshExpiresIn userId";
    assert_eq!(names.join(" "), contract);
    assert_eq!((&body["username"], &body["type"]), (&json!("ada"), &json!("Bearer")));
    assert_eq!((&body["expiresIn"], &body["refreshExpiresIn"]), (&json!(600), &json!(2_592_000)));
    assert_eq!(body["userId"], ada.id);
    assert!(body["refreshToken"].as_str().unwrap().starts_with("npr_"));
    let access = body["accessToken"].as_str().unwrap();
    assert_eq!(me(&app, access).send().await.expect("200").json()["userId"], ada.id);
}

#[tokio::test]
async fn the_present_username_signs_in_in_any_case_and_no_look_alike_and_no_old_name_does() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("oldname1").await;
    for name in ["oldname1", "OLDNAME1", " OldName1 "] {
        log_in(&app, name, PASSWORD).send().await.expect("200");
    }
    log_in(&app, "o1dnarne1", PASSWORD).send().await.expect("401 CREDENTIALS_INVALID");
    app.rename(&ada, "lovelace").send().await.expect("200");
    log_in(&app, "oldname1", PASSWORD).send().await.expect("401 CREDENTIALS_INVALID");
    log_in(&app, "lovelace", PASSWORD).send().await.expect("200");
}

#[tokio::test]
async fn an_e_mail_address_signs_in_and_stands_in_no_token() {
    let app = TestApp::start().await;
    app.user_with_password("ada@example.com").await;
    let tokens = signed_in(&app, "Ada@Example.com").await;
    assert_eq!(claims(&tokens.access).get("preferred_username"), None);
    assert!(!claims(&tokens.access).to_string().contains('@'));
}

#[tokio::test]
async fn an_access_token_says_what_rfc_9068_asks_for_and_the_session() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let tokens = signed_in(&app, "ada").await;
    let claims = claims(&tokens.access);
    let now = app.now().as_second();
    assert_eq!(claims["iss"], sandbox::events::SIGN_IN_ISSUER);
    assert_eq!(
        (&claims["aud"], &claims["client_id"]),
        (&json!("nameplate-test"), &json!("nameplate"))
    );
    assert_eq!((&claims["sub"], &claims["preferred_username"]), (&json!(ada.id), &json!("ada")));
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(now), &json!(now + 600)));
    assert_eq!((&claims["auth_time"], &claims["roles"]), (&json!(now), &json!(["API_USER"])));
    assert_eq!(claims["epoch"], app.stored(&ada).await.session_epoch);
    assert!(claims["sid"].is_string() && claims["jti"].is_string());
    assert_eq!(crate::jws::header(&tokens.access)["typ"], "at+jwt");
}

/// Everything of an answer that a client sees, but what differs in every answer.
fn seen(answer: &Answer) -> (u16, BTreeMap<String, String>, serde_json::Value) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut body = answer.json();
    body["timestamp"].take();
    (answer.status.as_u16(), headers.collect(), body)
}

#[tokio::test]
async fn every_way_of_being_wrong_is_one_and_the_same_answer_by_the_same_calls() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    app.user("passwordless").await;
    let renamed = app.user_with_password("oldname1").await;
    app.rename(&renamed, "newname1").send().await.expect("200");
    let gone = NewUser { status: Status::Deleted, has_password: true, ..NewUser::named("gone") };
    app.create(gone).await;
    let mut all = Vec::new();
    for (username, password) in [
        ("ada", "a wrong password"),
        ("nobody", PASSWORD),
        ("passwordless", PASSWORD),
        ("oldname1", PASSWORD),
        ("gone", PASSWORD),
        ("çağrı", PASSWORD),
        ("a", PASSWORD),
        ("admin", PASSWORD),
        (&"m".repeat(128), PASSWORD),
        ("nobody@example.com", PASSWORD),
    ] {
        app.wire.take_calls();
        let answer = log_in(&app, username, password).send().await;
        answer_is_refusal(&answer, username);
        all.push((seen(&answer), app.wire.take_calls()));
    }
    for one in &all {
        assert_eq!(one, &all[0]);
    }
    assert_eq!(all[0].1, ["GetItem", "BatchGetItem", "UpdateItem", "UpdateItem"]);
}

#[track_caller]
fn answer_is_refusal(answer: &Answer, username: &str) {
    assert_eq!(answer.outcome(), "401 CREDENTIALS_INVALID", "{username}");
}

#[tokio::test]
async fn the_right_password_of_a_user_who_is_not_active_is_403_and_a_wrong_one_401() {
    let app = TestApp::start().await;
    for status in [Status::Blocked, Status::Inactive, Status::Expired] {
        let name = format!("user_{}", status.as_str().to_lowercase());
        app.create(NewUser { status, has_password: true, ..NewUser::named(&name) }).await;
        log_in(&app, &name, PASSWORD).send().await.expect("403 ACCOUNT_NOT_ACTIVE");
        log_in(&app, &name, "wrong").send().await.expect("401 CREDENTIALS_INVALID");
    }
}

#[tokio::test]
async fn a_field_that_is_missing_empty_of_another_type_or_over_128_characters_is_400_for_every_name()
 {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    for name in ["ada", "nobody"] {
        for body in [
            json!({ "username": name }),
            json!({ "username": name, "password": "" }),
            json!({ "username": name, "password": null }),
            json!({ "username": name, "password": 5 }),
            json!({ "username": name, "password": "x".repeat(129) }),
            json!({ "username": name.repeat(43) + "x", "password": PASSWORD }),
            json!({ "username": "", "password": PASSWORD }),
            json!({ "username": [name], "password": PASSWORD }),
            json!({ "username": name, "password": PASSWORD, "rememberMe": true }),
        ] {
            app.wire.take_calls();
            let answer = app.post("/v1/auth/login").json(&body).send().await;
            assert_eq!(answer.outcome(), "400 VALIDATION_FAILED", "{body}");
            assert!(app.wire.take_calls().is_empty(), "{body}");
        }
        log_in(&app, name, &"x".repeat(128)).send().await.expect("401 CREDENTIALS_INVALID");
    }
}

#[tokio::test]
async fn signing_in_costs_at_most_five_calls_also_on_a_new_device_and_after_failures() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    signed_in(&app, "ada").await;
    let on_device = || log_in(&app, "ada", PASSWORD).header("x-device-id", "phone");
    for _ in 0..3 {
        app.wire.take_calls();
        on_device().send().await.expect("200");
        let calls = app.wire.take_calls();
        assert!(calls.len() <= 5, "{calls:?}");
    }
    log_in(&app, "ada", "wrong").send().await.expect("401 CREDENTIALS_INVALID");
    app.wire.take_calls();
    on_device().send().await.expect("200");
    assert!(app.wire.take_calls().len() <= 5);
}

#[tokio::test]
async fn the_session_of_a_power_user_or_an_admin_lasts_12_hours_unused_and_24_in_all() {
    let app = TestApp::start().await;
    for (name, role) in [("hedy", Role::PowerUser), ("grace", Role::Admin)] {
        let roles = &[Role::ApiUser, role];
        app.create(NewUser { roles, has_password: true, ..NewUser::named(name) }).await;
        let answer = log_in(&app, name, PASSWORD).send().await.expect("200");
        assert_eq!(answer.json()["refreshExpiresIn"], 12 * 3600);
        let mut token = super::Tokens::of(&answer).refresh;
        app.clock.advance(SignedDuration::from_hours(11));
        token = super::refreshed(&app, &token).await.refresh;
        app.clock.advance(SignedDuration::from_hours(11));
        let answer = super::refresh(&app, &token).send().await.expect("200");
        assert_eq!(answer.json()["refreshExpiresIn"], 2 * 3600);
        token = super::Tokens::of(&answer).refresh;
        app.clock.advance(SignedDuration::from_hours(2));
        super::refresh(&app, &token).send().await.expect("401 REFRESH_TOKEN_INVALID");
    }
}

#[tokio::test]
async fn a_token_that_is_sent_along_is_not_looked_at() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let answer = log_in(&app, "ada", PASSWORD).token("forged");
    answer.header("authorization", "Bearer another").send().await.expect("200");
}

#[tokio::test]
async fn a_password_is_verified_in_any_form_of_its_characters() {
    let app = TestApp::start().await;
    let (root, ada) = (app.user_with("grace", Role::Admin).await, app.user("ada").await);
    let composed = "Çağrı ile kırmızı köprü";
    let fields = json!({ "password": composed });
    app.update(&root, &ada, fields).send().await.expect("200");
    let decomposed = "C\u{327}ag\u{306}r\u{131} ile k\u{131}rm\u{131}z\u{131} ko\u{308}pru\u{308}";
    log_in(&app, "ada", composed).send().await.expect("200");
    log_in(&app, "ada", decomposed).send().await.expect("200");
    let other_case = composed.to_uppercase();
    log_in(&app, "ada", &other_case).send().await.expect("401 CREDENTIALS_INVALID");
}

#[tokio::test]
async fn a_hash_from_elsewhere_is_verified_where_the_settings_say_so_and_made_anew_at_the_first_success()
 {
    // The password of the public test vector, which is older than any rule here.
    let (password, hash) = ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
    for is_allowed in [false, true] {
        let app = TestApp::start_signing_in(|settings| {
            if is_allowed {
                settings.hashes.allowed.push(shared::domain::password::HashKind::Bcrypt);
            }
        })
        .await;
        let ada = app.user_with_password("ada").await;
        app.put_hash(&ada, hash).await;
        let expected = if is_allowed { "200" } else { "401 CREDENTIALS_INVALID" };
        log_in(&app, "ada", password).send().await.expect(expected);
        let stored = app.stored_hash(&ada).await.unwrap();
        assert_eq!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), is_allowed);
        log_in(&app, "ada", password).send().await.expect(expected);
        log_in(&app, "ada", "U*V").send().await.expect("401 CREDENTIALS_INVALID");
    }
}
