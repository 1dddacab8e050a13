//! `PATCH /api/v1/users/username`, rule by rule.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use serde_json::json;
use shared::domain::role::Role;
use shared::domain::status::Status;

use crate::{Answer, NewUser, TestApp, TestUser};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const MILLI: SignedDuration = SignedDuration::from_millis(1);

/// Returns the names and the instant of a response of success.
fn names(answer: &Answer) -> [String; 3] {
    let body = answer.json();
    ["oldUsername", "newUsername", "nextChangeAllowedAt"]
        .map(|field| body["data"][field].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_rename_answers_exactly_the_shape_of_the_contract() {
    let app = TestApp::start().await;
    let ada = app.user("old_username").await;
    let answer = app.rename(&ada, "new_username123").send().await.expect("200");
    assert_eq!(
        answer.json(),
        json!({
            "isSuccess": true,
            "statusCode": 200,
            "data": {
                "success": true,
                "oldUsername": "old_username",
                "newUsername": "new_username123",
                "nextChangeAllowedAt": "2026-02-14T10:30:00.000Z"
            },
            "errors": [],
            "timestamp": "2026-01-15T10:30:00.000Z"
        })
    );
    let stored = app.stored(&ada).await;
    assert_eq!((stored.username.as_str(), stored.version), ("new_username123", 2));
}

#[tokio::test]
async fn the_second_change_is_refused_until_30_days_have_passed() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    app.rename(&ada, "first").send().await.expect("200");

    app.clock.advance(DAY * 30 - SignedDuration::from_secs(1));
    let refused = app.rename(&ada, "second").send().await.expect("409 USERNAME_COOLDOWN");
    assert_eq!(refused.header("retry-after"), "1");
    app.clock.advance(SignedDuration::from_secs(1) - MILLI);
    let refused = app.rename(&ada, "second").send().await.expect("409 USERNAME_COOLDOWN");
    assert_eq!(refused.header("retry-after"), "1");

    app.clock.advance(MILLI);
    app.rename(&ada, "second").send().await.expect("200");
}

#[tokio::test]
async fn the_table_decides_the_cooldown_also_when_the_token_has_the_new_name() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    app.rename(&ada, "first").send().await.expect("200");
    let fresh = TestUser { token: app.token(&ada.id, &[], Some("first")), ..ada };
    app.wire.take_calls();
    for to in ["second", "First"] {
        app.rename(&fresh, to).send().await.expect("409 USERNAME_COOLDOWN");
        assert_eq!(app.wire.take_calls(), ["TransactWriteItems"]);
    }
    app.clock.advance(DAY * 30 - MILLI);
    app.rename(&fresh, "second").send().await.expect("409 USERNAME_COOLDOWN");
    app.clock.advance(MILLI);
    app.rename(&fresh, "second").send().await.expect("200");
}

#[tokio::test]
async fn a_refused_attempt_costs_nothing() {
    let app = TestApp::start().await;
    let (ada, _) = (app.user("ada").await, app.user("taken").await);
    let before = app.dump().await;
    app.rename(&ada, "taken").send().await.expect("409 USERNAME_TAKEN");
    app.rename(&ada, "no!").send().await.expect("400 VALIDATION_FAILED");
    assert_eq!(app.dump().await, before);
    app.rename(&ada, "lovelace").send().await.expect("200");

    let after = app.dump().await;
    app.clock.advance(DAY);
    app.rename(&ada, "another").send().await.expect("409 USERNAME_COOLDOWN");
    assert_eq!(app.dump().await, after);
    app.clock.advance(DAY * 29);
    app.rename(&ada, "another").send().await.expect("200");
}

#[tokio::test]
async fn the_cooldown_error_states_the_instant_in_the_caller_s_language_and_timezone() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    app.rename(&ada, "lovelace").send().await.expect("200");
    let again = || app.rename(&ada, "another");

    let answer = again().send().await.expect("409 USERNAME_COOLDOWN");
    assert_eq!(
        answer.errors(),
        [
            "Resource already exists or cannot be changed in its current state",
            "You can change your username again on 14.02.2026 10:30 (UTC)."
        ]
    );
    assert_eq!(answer.header("retry-after"), "2592000");

    let answer = again().header("x-language", "tr").header("x-timezone", "UTC+03:00").send().await;
    let answer = answer.expect("409 USERNAME_COOLDOWN");
    assert_eq!(
        answer.errors(),
        [
            "Kaynak zaten var ya da şu anki durumunda değiştirilemez",
            "Kullanıcı adınızı şu tarihten itibaren yeniden değiştirebilirsiniz: 14.02.2026 13:30 (UTC+03:00)."
        ]
    );
    assert_eq!(answer.header("content-language"), "tr");
}

#[tokio::test]
async fn a_taken_name_is_refused_in_any_case_and_a_look_alike_as_too_similar() {
    let app = TestApp::start().await;
    let (ada, _) = (app.user("ada").await, app.user("Modern_Lion").await);
    for name in ["Modern_Lion", "modern_lion", "MODERN_LION"] {
        app.rename(&ada, name).send().await.expect("409 USERNAME_TAKEN");
    }
    for name in ["rnodern_lion", "modern_l1on", "Modern_llon", "m0dern_lion"] {
        app.rename(&ada, name).send().await.expect("409 USERNAME_TOO_SIMILAR");
    }
}

#[tokio::test]
async fn the_old_name_is_held_for_37_days_and_then_free_without_a_ttl_sweep() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    app.rename(&ada, "lovelace").send().await.expect("200");

    app.clock.advance(DAY * 37 - MILLI);
    app.rename(&bob, "ada").send().await.expect("409 USERNAME_TAKEN");
    app.rename(&bob, "ADA").send().await.expect("409 USERNAME_TAKEN");
    app.clock.advance(MILLI);
    assert!(app.name_item("ada").await.is_some(), "the sweep has not come by");
    app.rename(&bob, "ada").send().await.expect("200");
    assert_eq!(app.name_item("ada").await.unwrap()["userId"], AttributeValue::S(bob.id));
}

#[tokio::test]
async fn a_name_whose_hold_is_long_over_is_free() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    app.rename(&ada, "lovelace").send().await.expect("200");
    app.clock.advance(DAY * 37 + MILLI);
    app.rename(&bob, "Ada").send().await.expect("200");
    app.rename(&ada, "ada").send().await.expect("409 USERNAME_TAKEN");
}

#[tokio::test]
async fn a_rename_to_a_held_name_has_the_same_response_as_to_a_taken_one() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let _used = app.user("used").await;
    app.rename(&ada, "lovelace").send().await.expect("200");
    app.clock.advance(DAY);
    let held = app.rename(&bob, "ada").send().await.expect("409 USERNAME_TAKEN");
    let used = app.rename(&bob, "used").send().await.expect("409 USERNAME_TAKEN");
    assert_eq!(held.body, used.body);
    let but_id = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        headers.remove("x-request-id");
        headers
    };
    assert_eq!(but_id(&held), but_id(&used));
}

#[tokio::test]
async fn the_owner_can_take_a_held_name_back_but_the_cooldown_still_applies() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    app.rename(&ada, "lovelace").send().await.expect("200");
    app.clock.advance(DAY * 29);
    app.rename(&ada, "ada").send().await.expect("409 USERNAME_COOLDOWN");
    app.clock.advance(DAY);
    let back = app.rename(&ada, "ada").send().await.expect("200");
    assert_eq!(names(&back)[..2], ["lovelace", "ada"]);

    let item = app.name_item("ada").await.unwrap();
    assert!(!item.contains_key("heldUntil") && !item.contains_key("expiresAt"), "{item:?}");
}

#[tokio::test]
async fn a_request_for_the_present_name_is_200_and_changes_nothing() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let first = app.rename(&ada, "lovelace").send().await.expect("200");
    let after = app.dump().await;
    app.clock.advance(DAY);
    let repeated = app.rename(&ada, "lovelace").send().await.expect("200");
    assert_eq!(names(&repeated), names(&first));
    assert_eq!(app.dump().await, after);

    let renamed = TestUser { token: app.token(&ada.id, &[], Some("lovelace")), ..ada };
    let repeated = app.rename(&renamed, "lovelace").send().await.expect("200");
    assert_eq!(names(&repeated), names(&first), "whatever the token says");
}

#[tokio::test]
async fn without_an_earlier_rename_a_request_for_the_present_name_answers_the_instant_of_creation()
{
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    app.clock.advance(DAY);
    let answer = app.rename(&ada, "ada").send().await.expect("200");
    assert_eq!(names(&answer), ["ada", "ada", "2026-01-15T10:30:00.000Z"]);
}

#[tokio::test]
async fn a_respelling_in_another_case_or_as_a_look_alike_is_a_rename_like_any_other() {
    let app = TestApp::start().await;
    for (name, to) in [("grace_m", "Grace_M"), ("modern", "rnodern")] {
        let user = app.user(name).await;
        let answer = app.rename(&user, to).send().await.expect("200");
        assert_eq!(names(&answer)[..2], [name, to]);
        app.rename(&user, name).send().await.expect("409 USERNAME_COOLDOWN");
        let held = app.dump().await.into_values().filter(|item| item.contains_key("heldUntil"));
        assert_eq!(held.count(), 0, "no name was given up");
    }
    let other = app.user("other").await;
    app.rename(&other, "modern").send().await.expect("409 USERNAME_TOO_SIMILAR");
    app.rename(&other, "RNODERN").send().await.expect("409 USERNAME_TAKEN");
}

#[tokio::test]
async fn an_inactive_caller_gets_403_and_a_deleted_one_or_one_without_an_account_404() {
    let app = TestApp::start().await;
    for (status, outcome) in [
        (Status::Inactive, "403 ACCOUNT_NOT_ACTIVE"),
        (Status::Expired, "403 ACCOUNT_NOT_ACTIVE"),
        (Status::Blocked, "403 ACCOUNT_NOT_ACTIVE"),
        (Status::Deleted, "404 USER_NOT_FOUND"),
    ] {
        let name = format!("is_{}", status.as_str().to_lowercase());
        let user = app.create(NewUser { status, ..NewUser::named(&name) }).await;
        app.rename(&user, "lovelace").send().await.expect(outcome);
        app.rename(&user, &name).send().await.expect(outcome);
    }
    for hint in [None, Some("nobody1")] {
        let token = app.token("nobody", &[Role::Admin], hint);
        let body = json!({ "newUsername": "lovelace" });
        let answer = app.patch("/api/v1/users/username").token(&token).json(&body).send().await;
        let _ = answer.expect("404 USER_NOT_FOUND");
    }
}

#[tokio::test]
async fn a_deleted_user_keeps_the_name_reserved() {
    let app = TestApp::start().await;
    let bob = app.user("bob").await;
    app.create(NewUser { status: Status::Deleted, ..NewUser::named("gone") }).await;
    app.clock.advance(DAY * 1000);
    let bob = TestUser { token: app.token(&bob.id, &[], Some("bob")), ..bob };
    app.rename(&bob, "gone").send().await.expect("409 USERNAME_TAKEN");
}

#[tokio::test]
async fn with_the_present_name_in_the_token_a_rename_costs_one_call() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    app.rename(&ada, "lovelace").send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["TransactWriteItems"]);
    // The client repeats the request, as it does when the response is lost.
    app.rename(&ada, "lovelace").send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["TransactWriteItems"]);
    app.rename(&ada, "too_early").send().await.expect("409 USERNAME_COOLDOWN");
    assert_eq!(app.wire.take_calls(), ["TransactWriteItems"]);
}

#[tokio::test]
async fn a_token_without_a_name_or_with_an_outdated_or_another_user_s_name_costs_one_call_more() {
    let app = TestApp::start().await;
    let _victim = app.user("victim").await;
    for (number, hint) in
        [None, Some("outdated"), Some("victim"), Some("\u{130}#!")].into_iter().enumerate()
    {
        let user = app.user(&format!("user{number}")).await;
        let user = TestUser { token: app.token(&user.id, &[], hint), ..user };
        let answer = app.rename(&user, &format!("renamed{number}")).send().await.expect("200");
        assert_eq!(names(&answer)[0], user.username);
        assert_eq!(app.wire.take_calls().len(), 2, "{hint:?}");
    }
    assert_eq!(app.name_item("vlctlrn").await.unwrap().len(), 3, "the victim's name is as it was");
}

#[tokio::test]
async fn turkish_letters_get_a_helpful_error_in_both_languages() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let answer = app.rename(&ada, "çağrı").send().await.expect("400 VALIDATION_FAILED");
    assert_eq!(
        answer.errors(),
        [
            "Validation failed",
            "newUsername: A username has only the letters a-z, digits, _ and .; found: “ç” “ğ” “ı”; try cagri."
        ]
    );
    let answer = app.rename(&ada, "çağrı").header("x-language", "tr").send().await;
    assert_eq!(
        answer.expect("400 VALIDATION_FAILED").errors(),
        [
            "Doğrulama başarısız oldu",
            "newUsername: Kullanıcı adında yalnızca a-z harfleri, rakamlar, _ ve . olabilir; bulunan: “ç” “ğ” “ı”; şunu deneyin: cagri."
        ]
    );
}

#[tokio::test]
async fn reserved_words_their_look_alikes_and_e_mail_addresses_are_refused() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for name in ["admin", "adrnin", "R00T", "supp0rt", "postmaster", "ada@example.com"] {
        app.rename(&ada, name).send().await.expect("400 VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn an_e_mail_address_given_up_for_a_handle_is_held_and_no_longer_verified() {
    let app = TestApp::start().await;
    let new = NewUser { email_verified: true, ..NewUser::named("Ada@Example.com") };
    let ada = app.create(new).await;
    app.rename(&ada, "lovelace").send().await.expect("200");
    assert!(!app.stored(&ada).await.account.email_verified);
    assert!(app.name_item("ada@example.com").await.unwrap().contains_key("heldUntil"));
}
