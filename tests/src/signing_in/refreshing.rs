//! Going on with a session.

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use serde_json::json;

use super::{Tokens, claims, log_in, me, refresh, refreshed, signed_in};
use crate::TestApp;

const SECOND: SignedDuration = SignedDuration::from_secs(1);
const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);

async fn session(app: &TestApp) -> std::collections::BTreeMap<String, AttributeValue> {
    let items = app.dump_credentials().await.into_iter();
    let mut sessions = items.filter(|(key, _)| key.starts_with("SESSION#"));
    sessions.next_back().unwrap().1
}

#[tokio::test]
async fn a_refresh_token_yields_the_next_tokens_by_one_read_call_and_one_write_call() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let first = signed_in(&app, "ada").await;
    app.wire.take_calls();
    let answer = refresh(&app, &first.refresh).send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["BatchGetItem", "UpdateItem"]);
    assert_eq!(answer.json()["userId"], ada.id);
    let second = Tokens::of(&answer);
    assert_ne!(second.refresh, first.refresh);
    me(&app, &second.access).send().await.expect("200");
    let sid = |tokens: &Tokens| claims(&tokens.access)["sid"].clone();
    assert_eq!(sid(&first), sid(&second));
    refreshed(&app, &second.refresh).await;
}

#[tokio::test]
async fn a_repeat_after_a_lost_answer_gets_the_identical_successor() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let first = signed_in(&app, "ada").await;
    let second = refreshed(&app, &first.refresh).await;
    for _ in 0..20 {
        app.clock.advance(SECOND * 3);
        assert_eq!(refreshed(&app, &first.refresh).await.refresh, second.refresh);
    }
}

#[tokio::test]
async fn after_60_seconds_a_repeat_counts_and_the_fourth_in_a_session_ends_it() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let first = signed_in(&app, "ada").await;
    let second = refreshed(&app, &first.refresh).await;
    app.clock.advance(SECOND * 60);
    app.wire.take_calls();
    refreshed(&app, &first.refresh).await;
    assert_eq!(app.wire.take_calls(), ["BatchGetItem"], "at 60 s it costs no write");
    for late in 1..=3 {
        app.clock.advance(SECOND * 60 + MILLISECOND);
        assert_eq!(refreshed(&app, &first.refresh).await.refresh, second.refresh);
        assert_eq!(session(&app).await["late"], AttributeValue::N(late.to_string()));
        // Another tab that repeats at the same time does not count.
        assert_eq!(refreshed(&app, &first.refresh).await.refresh, second.refresh);
        assert_eq!(session(&app).await["late"], AttributeValue::N(late.to_string()));
    }
    app.clock.advance(SECOND * 60 + MILLISECOND);
    refresh(&app, &first.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    refresh(&app, &second.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    assert_eq!(session(&app).await["endReason"], AttributeValue::S("reuse".to_owned()));
}

#[tokio::test]
async fn a_token_of_two_generations_ago_ends_the_session() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let first = signed_in(&app, "ada").await;
    let second = refreshed(&app, &first.refresh).await;
    let third = refreshed(&app, &second.refresh).await;
    refresh(&app, &first.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    refresh(&app, &third.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
}

#[tokio::test]
async fn without_grace_and_late_repeats_the_rotation_is_strict() {
    let app = TestApp::start_signing_in(|settings| {
        settings.sessions.grace = SignedDuration::ZERO;
        settings.sessions.late_repeats = 0;
    })
    .await;
    app.user_with_password("ada").await;
    let first = signed_in(&app, "ada").await;
    let second = refreshed(&app, &first.refresh).await;
    refresh(&app, &first.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    refresh(&app, &second.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
}

#[tokio::test]
async fn a_function_whose_clock_is_5_minutes_behind_sees_a_rotation_in_grace() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let first = signed_in(&app, "ada").await;
    app.clock.advance(SECOND * 300);
    let second = refreshed(&app, &first.refresh).await;
    app.clock.advance(SECOND * -300);
    assert_eq!(refreshed(&app, &first.refresh).await.refresh, second.refresh);
}

/// The token with that byte changed and a right checksum, as somebody makes it up who knows the form.
fn changed(token: &str, at: usize) -> String {
    let mut bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix("npr_").unwrap()).unwrap();
    bytes[at] ^= 1;
    let sum_at = bytes.len() - 4;
    let sum = crc32fast::hash(&bytes[..sum_at]).to_be_bytes();
    bytes[sum_at..].copy_from_slice(&sum);
    format!("npr_{}", URL_SAFE_NO_PAD.encode(bytes))
}

#[tokio::test]
async fn a_forged_token_writes_nothing_and_ends_nothing() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let tokens = signed_in(&app, "ada").await;
    let before = app.dump_credentials().await;
    // Generation, secret and tag; the session's id is right.
    for at in [17, 20, 21, 40, 52, 53, 60, 68] {
        app.wire.take_calls();
        let forged = changed(&tokens.refresh, at);
        refresh(&app, &forged).send().await.expect("401 REFRESH_TOKEN_INVALID");
        super::log_out(&app, &forged, true).send().await.expect("204");
        assert_eq!(app.wire.take_calls(), ["BatchGetItem", "BatchGetItem"], "byte {at}");
    }
    assert_eq!(app.dump_credentials().await, before);
    refreshed(&app, &tokens.refresh).await;
}

#[tokio::test]
async fn junk_is_refused_before_anything_is_read() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let good = signed_in(&app, "ada").await.refresh;
    app.wire.take_calls();
    let cut = &good[..good.len() - 1];
    let long = format!("npr_{}", "A".repeat(600));
    for junk in ["npr_", "junk", "npr_####", &good[4..], cut, &long, &good.replace("npr_", "npr-")]
    {
        refresh(&app, junk).send().await.expect("401 REFRESH_TOKEN_INVALID");
    }
    let version = changed(&good, 0);
    refresh(&app, &version).send().await.expect("401 REFRESH_TOKEN_INVALID");
    assert!(app.wire.take_calls().is_empty());
}

#[tokio::test]
async fn a_session_ends_after_30_days_unused_and_after_180_in_any_case() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let mut tokens = signed_in(&app, "ada").await;
    app.clock.advance(days(30) - SECOND);
    tokens = refreshed(&app, &tokens.refresh).await;
    app.clock.advance(days(30));
    refresh(&app, &tokens.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");

    tokens = signed_in(&app, "ada").await;
    for _ in 0..6 {
        app.clock.advance(days(29));
        tokens = refreshed(&app, &tokens.refresh).await;
    }
    // Six days are left of 180.
    let answer = refresh(&app, &tokens.refresh).send().await.expect("200");
    assert_eq!(answer.json()["refreshExpiresIn"], 6 * 24 * 3600);
    tokens = Tokens::of(&answer);
    app.clock.advance(days(6) - SECOND);
    tokens = refreshed(&app, &tokens.refresh).await;
    app.clock.advance(SECOND);
    refresh(&app, &tokens.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
}

#[tokio::test]
async fn nothing_in_the_tables_yields_a_token() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let first = signed_in(&app, "ada").await;
    let second = refreshed(&app, &first.refresh).await;
    let mut secrets = Vec::new();
    for token in [&first.refresh, &second.refresh] {
        let bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix("npr_").unwrap()).unwrap();
        secrets.push(bytes[21..53].to_vec());
    }
    for item in app.dump_credentials().await.values().chain(app.dump().await.values()) {
        for value in item.values() {
            if let AttributeValue::B(bytes) = value {
                assert!(!secrets.iter().any(|secret| secret == bytes.as_ref()), "{item:?}");
            }
        }
    }
}

#[tokio::test]
async fn who_becomes_an_administrator_has_the_lifetimes_of_one_from_then_on() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", shared::domain::role::Role::Admin).await;
    for (hours, outcome) in [(11, "200"), (12, "401 REFRESH_TOKEN_INVALID")] {
        let ada = app.user_with_password(&format!("ada_{hours}")).await;
        let tokens = signed_in(&app, &ada.username).await;
        app.clock.advance(SignedDuration::from_hours(hours));
        let fields = json!({ "roles": ["API_USER", "ADMIN"] });
        app.update(&root, &ada, fields).send().await.expect("200");
        refresh(&app, &tokens.refresh).send().await.expect(outcome);
    }
}

#[tokio::test]
async fn roles_count_live_and_are_in_the_next_token() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", shared::domain::role::Role::Admin).await;
    let ada = app.user_with_password("ada").await;
    let first = signed_in(&app, "ada").await;
    let fields = json!({ "roles": ["API_USER", "POWER_USER"] });
    app.update(&root, &ada, fields).send().await.expect("200");
    let second = refreshed(&app, &first.refresh).await;
    assert_eq!(claims(&second.access)["roles"], json!(["API_USER", "POWER_USER"]));
    app.get(&format!("/v1/users/{}", root.id)).token(&second.access).send().await.expect("200");
    let fields = json!({ "roles": ["API_USER"] });
    app.update(&root, &ada, fields).send().await.expect("200");
    let denied = app.get(&format!("/v1/users/{}", root.id)).token(&second.access).send().await;
    denied.expect("403 NOT_YOURS");
}

#[tokio::test]
async fn a_lost_answer_of_the_table_is_no_lost_session() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let first = signed_in(&app, "ada").await;
    // The read goes through; the write commits, and every answer of it is lost.
    app.wire.inject(crate::Injection::Meanwhile(Box::pin(async {})));
    app.wire.inject(crate::Injection::LoseAnswer);
    let answer = refresh(&app, &first.refresh).send().await;
    let tokens = Tokens::of(&answer.expect("200"));
    assert_eq!(refreshed(&app, &first.refresh).await.refresh, tokens.refresh);
    log_in(&app, "ada", "wrong").send().await.expect("401 CREDENTIALS_INVALID");
}
