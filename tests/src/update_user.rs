//! `PATCH /v1/users/update`, rule by rule.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::role::Role;
use shared::domain::status::Status;

use crate::{Injection, NewUser, TestApp, TestUser};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Starts an app with an `ADMIN` (Grace) and a user without special roles (Ada).
pub(crate) async fn app_with_admin_and_user() -> (TestApp, TestUser, TestUser) {
    let app = TestApp::start().await;
    let (root, ada) = (app.user_with("grace", Role::Admin).await, app.user("ada").await);
    (app, root, ada)
}

#[tokio::test]
async fn the_second_curl_command_of_the_contract_answers_the_shape_of_the_contract() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let fields = json!({
        "username": "newuser@domain.com",
        "password": "newStr0ng!P@ssw0rd",
        "firstName": "<string>",
        "midName": "<string>",
        "lastName": "<string>",
        "locale": "tr_TR",
        "timezone": "Europe/Istanbul",
        "roles": "['API_USER']",
        "status": "INACTIVE",
        "empty": true
    });
    app.clock.advance(DAY);
    let answer = app.update(&root, &ada, fields).send().await.expect("200");
    let expected = json!({
        "userId": ada.id,
        "username": "newuser@domain.com",
        "firstName": "<string>",
        "midName": "<string>",
        "lastName": "<string>",
        "locale": "tr_TR",
        "timezone": "Europe/Istanbul",
        "roles": ["API_USER"],
        "status": "INACTIVE",
        "account": {
            "id": ada.id,
            "userId": ada.id,
            "type": "INDIVIDUAL",
            "createdAt": "2026-01-15T10:30:00.000Z",
            "updatedAt": "2026-01-16T10:30:00.000Z",
            "mobilePhoneNumber": null,
            "location": null,
            "company": null,
            "industry": null,
            "profilePictureUrl": null,
            "subscriptionPlan": "NONE",
            "emailVerified": false,
            "mobilePhoneNumberVerified": false
        }
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(answer.header("etag"), "\"2\"");
    assert_eq!(
        app.get(&format!("/v1/users/{}", ada.id)).bearer(&root).send().await.json(),
        expected
    );
}

#[tokio::test]
async fn absent_fields_keep_their_values() {
    let (app, _, ada) = app_with_admin_and_user().await;
    let before = app.stored(&ada).await;
    app.update(&ada, &ada, json!({ "firstName": "Augusta" })).send().await.expect("200");
    let mut after = app.stored(&ada).await;
    assert_eq!((after.first_name.as_str(), after.version), ("Augusta", 2));
    after.first_name.clone_from(&before.first_name);
    after.version = 1;
    after.written_by.clone_from(&before.written_by);
    assert_eq!(after, before);
}

#[tokio::test]
async fn nothing_to_change_is_200_with_the_user_as_is() {
    let (app, _, ada) = app_with_admin_and_user().await;
    let before = app.dump().await;
    for fields in
        [json!({}), json!({ "empty": true }), json!({ "firstName": " Ada ", "username": "ada" })]
    {
        let answer = app.update(&ada, &ada, fields).send().await.expect("200");
        assert_eq!(answer.header("etag"), "\"1\"");
    }
    assert_eq!(app.dump().await, before);
}

#[tokio::test]
async fn null_is_400_except_for_mid_name_which_it_clears() {
    let (app, root, ada) = app_with_admin_and_user().await;
    app.update(&ada, &ada, json!({ "midName": "Bob" })).send().await.expect("200");
    assert_eq!(app.stored(&ada).await.mid_name.unwrap().as_str(), "Bob");
    for field in [
        "username",
        "password",
        "firstName",
        "lastName",
        "locale",
        "timezone",
        "roles",
        "status",
        "empty",
    ] {
        let answer = app.update(&root, &ada, json!({ field: null })).send().await;
        let sentence = format!("{field}: This field cannot be null; send a value or leave it out.");
        assert_eq!(answer.expect("400 VALIDATION_FAILED").errors()[1..], [sentence]);
    }
    let answer = app.update(&ada, &ada, json!({ "midName": null })).send().await.expect("200");
    assert_eq!(answer.json()["midName"], Value::Null);
    assert_eq!(app.stored(&ada).await.mid_name, None);
}

#[tokio::test]
async fn one_forbidden_field_refuses_the_whole_request_and_every_forbidden_field_is_named() {
    let (app, _, ada) = app_with_admin_and_user().await;
    let before = app.dump().await;
    let fields = json!({ "firstName": "Augusta", "status": "BLOCKED", "password": 5, "roles": null, "nonsense": 1 });
    let answer = app.update(&ada, &ada, fields).send().await.expect("403 FIELD_FORBIDDEN");
    let sentence = |field| format!("{field}: You may not change this field of this user.");
    assert_eq!(answer.errors()[1..], ["password", "roles", "status"].map(sentence));
    assert_eq!(app.dump().await, before);
}

#[tokio::test]
async fn a_stranger_gets_403_whether_or_not_the_user_exists() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let nobody = TestUser { id: "nobody".to_owned(), ..root.clone() };
    let gone = app.create(NewUser { status: Status::Deleted, ..NewUser::named("gone") }).await;
    for target in [&root, &gone, &nobody] {
        for fields in [json!({}), json!({ "empty": true }), json!({ "firstName": 5 })] {
            app.update(&ada, target, fields).send().await.expect("403 NOT_YOURS");
        }
    }
}

#[tokio::test]
async fn a_caller_with_permission_gets_404_for_a_missing_user() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let nobody = TestUser { id: "nobody".to_owned(), ..ada };
    let power = app.user_with("hedy", Role::PowerUser).await;
    let gone = app.create(NewUser { status: Status::Deleted, ..NewUser::named("gone") }).await;
    let fields = || json!({ "firstName": "Augusta" });
    app.update(&root, &nobody, fields()).send().await.expect("404 USER_NOT_FOUND");
    app.update(&power, &nobody, fields()).send().await.expect("404 USER_NOT_FOUND");
    app.update(&power, &gone, fields()).send().await.expect("404 USER_NOT_FOUND");
    app.update(&root, &gone, fields()).send().await.expect("200");
}

#[tokio::test]
async fn nobody_changes_the_own_roles_or_status() {
    let (app, root, _) = app_with_admin_and_user().await;
    for fields in [json!({ "roles": ["API_USER"] }), json!({ "status": "BLOCKED" })] {
        app.update(&root, &root, fields).send().await.expect("403 FIELD_FORBIDDEN");
    }
    let password = json!({ "password": "newStr0ng!P@ssw0rd" });
    app.update(&root, &root, password).send().await.expect("200");
}

#[tokio::test]
async fn a_power_user_cannot_touch_an_admin() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let power = app.user_with("hedy", Role::PowerUser).await;
    let fields = || json!({ "firstName": "Augusta" });
    app.update(&power, &root, fields()).send().await.expect("403 NOT_YOURS");
    let forbidden = json!({ "firstName": "Augusta", "password": "x", "roles": [] });
    let answer = app.update(&power, &root, forbidden).send().await.expect("403 FIELD_FORBIDDEN");
    assert_eq!(answer.errors().len(), 3, "every forbidden field is named");
    app.update(&power, &ada, fields()).send().await.expect("200");
}

#[tokio::test]
async fn the_caller_s_own_account_must_be_active_whatever_the_token_says() {
    let (app, root, ada) = app_with_admin_and_user().await;
    for status in [Status::Inactive, Status::Expired, Status::Blocked, Status::Deleted] {
        let name = format!("is_{}", status.as_str().to_lowercase());
        let roles = &[Role::Admin];
        let caller = app.create(NewUser { roles, status, ..NewUser::named(&name) }).await;
        for target in [&ada, &root, &caller] {
            let request = app.update(&caller, target, json!({ "firstName": "Augusta" }));
            request.send().await.expect("403 ACCOUNT_NOT_ACTIVE");
        }
    }
}

#[tokio::test]
async fn a_revoked_admin_with_a_still_valid_token_may_do_nothing_more() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let other = app.user_with("hedy", Role::Admin).await;
    app.update(&other, &ada, json!({ "firstName": "Augusta" })).send().await.expect("200");
    app.update(&root, &other, json!({ "roles": ["API_USER"] })).send().await.expect("200");
    app.update(&other, &ada, json!({ "firstName": "Ada" })).send().await.expect("403 NOT_YOURS");
}

#[tokio::test]
async fn a_role_of_the_account_that_the_token_does_not_have_does_not_count() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let modest = TestUser { token: app.token(&root.id, &[Role::ApiUser], None), ..root };
    app.update(&modest, &ada, json!({ "firstName": "Augusta" }))
        .send()
        .await
        .expect("403 NOT_YOURS");
}

#[tokio::test]
async fn a_service_without_an_account_counts_with_its_token_s_roles() {
    let (app, _, ada) = app_with_admin_and_user().await;
    let service = |role| TestUser { token: app.token("svc|sync", &[role], None), ..ada.clone() };
    let fields = || json!({ "status": "BLOCKED" });
    app.update(&service(Role::ApiUser), &ada, fields()).send().await.expect("403 NOT_YOURS");
    app.update(&service(Role::PowerUser), &ada, fields())
        .send()
        .await
        .expect("403 FIELD_FORBIDDEN");
    app.update(&service(Role::Admin), &ada, fields()).send().await.expect("200");
}

#[tokio::test]
async fn if_match_with_another_version_is_412() {
    let (app, _, ada) = app_with_admin_and_user().await;
    let update = |tag: &str| {
        app.update(&ada, &ada, json!({ "firstName": "Augusta" })).header("if-match", tag).send()
    };
    for tag in ["\"2\"", "\"0\"", "W/\"2\"", "1", "\"x\", \"3\"", "\"1-\"", ""] {
        update(tag).await.expect("412 VERSION_MISMATCH");
    }
    update("\"0\", \"1\"").await.expect("200");
    let other = app.update(&ada, &ada, json!({ "firstName": "Ada" })).header("if-match", "\"1\"");
    other.send().await.expect("412 VERSION_MISMATCH");
    update("*").await.expect("200");
}

#[tokio::test]
async fn without_if_match_a_concurrent_write_is_retried_on_the_fresh_state_and_with_it_is_412() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let meanwhile = |name: &str| {
        let request = app.update(&root, &ada, json!({ "lastName": name })).send();
        Injection::Meanwhile(Box::pin(async move {
            request.await.expect("200");
        }))
    };
    let disturb_next_write = |name: &str| {
        app.wire.inject(Injection::Meanwhile(Box::pin(async {})));
        app.wire.inject(meanwhile(name));
    };
    disturb_next_write("King");
    app.update(&ada, &ada, json!({ "firstName": "Augusta" })).send().await.expect("200");
    let stored = app.stored(&ada).await;
    assert_eq!([stored.first_name.as_str(), stored.last_name.as_str()], ["Augusta", "King"]);

    disturb_next_write("Byron");
    let request = app.update(&ada, &ada, json!({ "firstName": "Ada" })).header("if-match", "\"3\"");
    request.send().await.expect("412 VERSION_MISMATCH");
    assert_eq!(app.stored(&ada).await.first_name.as_str(), "Augusta");
}

#[tokio::test]
async fn after_three_retries_a_concurrent_change_is_409() {
    let (app, _, ada) = app_with_admin_and_user().await;
    let item = app.dump().await.remove(&format!("USER#{}", ada.id)).unwrap();
    let text = |name: &str| json!({ "S": item[name].as_s().unwrap() });
    let number = |name: &str, n: &str| (name.to_owned(), json!({ "N": n }));
    // Each write finds a version that is one higher than expected.
    app.wire.inject(Injection::Meanwhile(Box::pin(async {})));
    for version in 2..=5 {
        let mut fresh: serde_json::Map<String, Value> = item
            .iter()
            .filter(|(_, value)| value.is_s())
            .map(|(name, _)| (name.clone(), text(name)))
            .collect();
        fresh.extend([
            number("version", &version.to_string()),
            number("createdAt", item["createdAt"].as_n().unwrap()),
            number("updatedAt", item["updatedAt"].as_n().unwrap()),
            ("roles".to_owned(), json!({ "SS": ["API_USER"] })),
            ("emailVerified".to_owned(), json!({ "BOOL": false })),
            ("mobilePhoneNumberVerified".to_owned(), json!({ "BOOL": false })),
        ]);
        let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
        let body = json!({ "__type": kind, "message": "failed", "Item": fresh });
        app.wire.inject(Injection::Answer(400, body));
    }
    let answer = app.update(&ada, &ada, json!({ "firstName": "Augusta" })).send().await;
    answer.expect("409 CONCURRENT_CHANGE");
    assert_eq!(app.wire.waiting(), 0, "four writes were tried");
}

#[tokio::test]
async fn a_self_rename_waits_for_the_cooldown_and_starts_it() {
    let (app, _, ada) = app_with_admin_and_user().await;
    app.update(&ada, &ada, json!({ "username": "lovelace" })).send().await.expect("200");
    app.clock.advance(DAY * 30 - SignedDuration::from_millis(1));
    let again = || app.update(&ada, &ada, json!({ "username": "another", "firstName": "Augusta" }));
    let answer = again().send().await.expect("409 USERNAME_COOLDOWN");
    assert_eq!(answer.header("retry-after"), "1");
    app.rename(&ada, "another").send().await.expect("409 USERNAME_COOLDOWN");
    assert_eq!(app.stored(&ada).await.first_name.as_str(), "Ada", "all fields together or none");
    app.clock.advance(SignedDuration::from_millis(1));
    again().send().await.expect("200");
}

#[tokio::test]
async fn a_rename_by_somebody_else_neither_waits_for_nor_starts_a_cooldown_and_holds_the_old_name()
{
    let (app, root, ada) = app_with_admin_and_user().await;
    let power = app.user_with("hedy", Role::PowerUser).await;
    app.update(&root, &ada, json!({ "username": "first" })).send().await.expect("200");
    app.update(&power, &ada, json!({ "username": "second" })).send().await.expect("200");
    app.rename(&root, "first").send().await.expect("409 USERNAME_TAKEN");
    app.rename(&ada, "third").send().await.expect("200");
    app.update(&root, &ada, json!({ "username": "fourth" })).send().await.expect("200");
    app.rename(&ada, "fifth").send().await.expect("409 USERNAME_COOLDOWN");
}

#[tokio::test]
async fn a_taken_name_refuses_the_whole_update() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let before = app.dump().await;
    for (name, outcome) in [("GRACE", "409 USERNAME_TAKEN"), ("graœe", "400 VALIDATION_FAILED")] {
        let fields = json!({ "username": name, "firstName": "Augusta" });
        app.update(&root, &ada, fields).send().await.expect(outcome);
    }
    assert_eq!(app.dump().await, before);
}

#[tokio::test]
async fn an_e_mail_address_is_unique_in_any_case_and_in_punycode() {
    let (app, root, ada) = app_with_admin_and_user().await;
    app.user("Ada@Exämple.com").await;
    let rename = |name: &str| app.update(&root, &ada, json!({ "username": name })).send();
    rename("ada@exämple.COM").await.expect("409 USERNAME_TAKEN");
    rename("ada@xn--exmple-cua.com").await.expect("409 USERNAME_TOO_SIMILAR");
    rename("adb@exämple.com").await.expect("200");
}

#[tokio::test]
async fn an_e_mail_address_that_a_path_would_change_is_refused_in_both_languages() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let rename = || app.update(&root, &ada, json!({ "username": "a%41/b@example.com" }));
    for (language, sentence) in [
        ("en", "An e-mail address with “%” “/” cannot be a username; use another one."),
        (
            "tr",
            "İçinde “%” “/” olan bir e-posta adresi kullanıcı adı olamaz; başka bir adres kullanın.",
        ),
    ] {
        let answer = rename().header("x-language", language).send().await;
        let errors = answer.expect("400 VALIDATION_FAILED").errors();
        assert_eq!(errors[1..], [format!("username: {sentence}")]);
    }
}

#[tokio::test]
async fn a_changed_e_mail_address_is_not_verified_any_more() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let ada =
        app.create(NewUser { email_verified: true, ..NewUser::named("ada@example.com") }).await;
    let rename = |name: &str| app.update(&root, &ada, json!({ "username": name })).send();
    let answer = rename("Ada@example.com").await.expect("200");
    assert_eq!(answer.json()["account"]["emailVerified"], true, "the same mailbox");
    let answer = rename("lovelace@example.com").await.expect("200");
    assert_eq!(answer.json()["account"]["emailVerified"], false);
    assert!(!app.stored(&ada).await.account.email_verified);
}

#[tokio::test]
async fn an_update_costs_at_most_two_calls() {
    let (app, root, ada) = app_with_admin_and_user().await;
    app.update(&ada, &ada, json!({ "firstName": "Augusta" })).send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["GetItem", "UpdateItem"]);
    app.update(&root, &ada, json!({ "firstName": "Ada" })).send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["BatchGetItem", "UpdateItem"]);
    app.update(&root, &ada, json!({ "username": "lovelace" })).send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["BatchGetItem", "TransactWriteItems"]);
    app.update(&root, &ada, json!({})).send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["BatchGetItem"]);
}

#[tokio::test]
async fn the_user_id_is_required_and_checked() {
    let (app, root, _) = app_with_admin_and_user().await;
    for user_id in [json!(null), json!(""), json!("a b"), json!(5), json!("x".repeat(256))] {
        let body = json!({ "userId": user_id });
        let answer = app.patch("/v1/users/update").bearer(&root).json(&body).send().await;
        let sentence = &answer.expect("400 VALIDATION_FAILED").errors()[1];
        let is_missing = sentence == "userId: This field is required; send a value.";
        assert_eq!(is_missing, user_id.is_null(), "{sentence}");
    }
    let answer =
        app.patch("/v1/users/update").bearer(&root).json(&json!({ "locale": "x" })).send().await;
    let errors = answer.expect("400 VALIDATION_FAILED").errors();
    assert_eq!(errors[1], "userId: This field is required; send a value.");
    assert_eq!(errors.len(), 3);
}
