//! `POST /v1/users`, rule by rule.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::role::Role;

use crate::documented::allows;
use crate::{Answer, TestApp, TestUser};

async fn create(app: &TestApp, by: &TestUser, body: Value) -> Answer {
    app.post("/v1/users").bearer(by).json(&body).send().await
}

#[tokio::test]
async fn an_admin_creates_a_user_with_the_required_fields_only() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let body = json!({ "username": "ada", "firstName": "Ada", "lastName": "Lovelace" });
    let answer = create(&app, &root, body).await.expect("201");
    let user = answer.json();
    let id = user["userId"].as_str().unwrap();
    assert_eq!(id.as_bytes()[14], b'7', "a UUID of version 7: {id}");
    assert_eq!(answer.header("location"), format!("/v1/users/{id}"));
    assert_eq!(answer.header("etag"), "\"1\"");
    let account = user["account"]["id"].clone();
    assert_eq!(
        user,
        json!({
            "userId": id,
            "username": "ada",
            "firstName": "Ada",
            "midName": null,
            "lastName": "Lovelace",
            "locale": "en_US",
            "timezone": "UTC",
            "roles": ["API_USER"],
            "status": "ACTIVE",
            "account": {
                "id": account,
                "userId": id,
                "type": "INDIVIDUAL",
                "createdAt": "2026-01-15T10:30:00.000Z",
                "updatedAt": "2026-01-15T10:30:00.000Z",
                "mobilePhoneNumber": null,
                "location": null,
                "company": null,
                "industry": null,
                "profilePictureUrl": null,
                "subscriptionPlan": "NONE",
                "emailVerified": false,
                "mobilePhoneNumberVerified": false
            }
        })
    );
    let read = app.get(answer.header("location")).bearer(&root).send().await.expect("200");
    assert_eq!(read.json(), user);
}

#[tokio::test]
async fn an_admin_creates_a_user_with_every_field() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let account = json!({
        "type": "COMPANY", "mobilePhoneNumber": "+905321234567", "location": "İzmir",
        "company": "Nameplate", "industry": "Software",
        "profilePictureUrl": "https://example.com/ada.png", "subscriptionPlan": "GOLD",
        "emailVerified": true, "mobilePhoneNumberVerified": true
    });
    let body = json!({
        "userId": "auth0|ada", "username": "ada@example.com", "password": "newStr0ng!P@ssw0rd",
        "firstName": "Ada", "midName": "Bob", "lastName": "Lovelace", "locale": "tr_TR",
        "timezone": "Europe/Istanbul", "roles": ["POWER_USER"], "status": "INACTIVE", "empty": true,
        "account": account
    });
    let answer = create(&app, &root, body.clone()).await.expect("201");
    assert_eq!(answer.header("location"), "/v1/users/auth0%7Cada");
    let user = answer.json();
    for field in [
        "userId",
        "username",
        "firstName",
        "midName",
        "lastName",
        "locale",
        "timezone",
        "roles",
        "status",
    ] {
        assert_eq!(user[field], body[field], "{field}");
    }
    for (field, value) in account.as_object().unwrap() {
        assert_eq!(user["account"][field], *value, "{field}");
    }
    let read = app.get(answer.header("location")).bearer(&root).send().await.expect("200");
    assert_eq!(read.json(), user);
}

#[tokio::test]
async fn only_an_admin_creates_users_and_permission_comes_before_validation() {
    let app = TestApp::start().await;
    let before = app.dump().await;
    let power = app.user_with("hedy", Role::PowerUser).await;
    let plain = app.user("ada").await;
    for caller in [&power, &plain] {
        create(&app, caller, json!({ "nonsense": 1 })).await.expect("403 NOT_YOURS");
    }
    assert_eq!(app.dump().await.len(), before.len() + 4);
}

#[tokio::test]
async fn a_taken_or_held_or_similar_name_is_409() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let ada = app.user("ada").await;
    app.rename(&ada, "lovelace").send().await.expect("200");
    for (name, outcome) in [
        ("Lovelace", "409 USERNAME_TAKEN"),
        ("l0velace", "409 USERNAME_TOO_SIMILAR"),
        ("ada", "409 USERNAME_TAKEN"),
    ] {
        let body = json!({ "username": name, "firstName": "A", "lastName": "B" });
        create(&app, &root, body).await.expect(outcome);
    }
    app.clock.advance(SignedDuration::from_hours(37 * 24));
    let body = json!({ "username": "ada", "firstName": "A", "lastName": "B" });
    create(&app, &root, body).await.expect("201");
}

#[tokio::test]
async fn a_user_id_that_exists_is_409_and_that_user_stays_as_it_is() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let ada = app.user("ada").await;
    let before = app.dump().await;
    let body = json!({ "userId": ada.id, "username": "fresh", "firstName": "A", "lastName": "B" });
    create(&app, &root, body).await.expect("409 USER_EXISTS");
    assert_eq!(app.dump().await, before);
}

#[tokio::test]
async fn missing_and_read_only_fields_are_named() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let body = json!({
        "account": {
            "id": "1", "userId": "2", "createdAt": "3", "updatedAt": "4", "type": "individual",
            "mobilePhoneNumber": "0532", "profilePictureUrl": "http://x", "emailVerified": "yes",
            "isAdmin/~": true
        },
        "version": 7
    });
    let answer = create(&app, &root, body).await.expect("400 VALIDATION_FAILED");
    assert_eq!(
        answer.places(),
        [
            "username",
            "firstName",
            "account/id",
            "account/userId",
            "account/createdAt",
            "account/updatedAt",
            "account/type",
            "account/mobilePhoneNumber",
            "account/profilePictureUrl",
            "account/emailVerified",
            "account/isAdmin~1~0",
            "version"
        ]
    );
}

#[tokio::test]
async fn null_in_a_required_field_is_reported_as_missing_and_in_another_one_as_null() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let body = json!({ "username": null, "firstName": null, "lastName": "L", "locale": null });
    let errors = create(&app, &root, body).await.expect("400 VALIDATION_FAILED").errors();
    let required = "This field is required; send a value.";
    let optional = "locale: This field cannot be null; send a value or leave it out.";
    let [username, first] = ["username", "firstName"].map(|field| format!("{field}: {required}"));
    assert_eq!(errors, ["Validation failed", &username, &first, optional]);
}

#[tokio::test]
async fn an_id_that_no_path_can_contain_is_refused_and_not_in_the_schema() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    for id in [".", "..", "update", "a b", ""] {
        let body = json!({ "userId": id, "username": "ada", "firstName": "A", "lastName": "B" });
        create(&app, &root, body).await.expect("400 VALIDATION_FAILED");
        assert!(!allows("NewUserId", &json!(id)), "{id}");
    }
    for id in ["...", "update1", "updat", "Update"] {
        let username = format!("ada{}", id.replace('.', "a"));
        let body = json!({ "userId": id, "username": username, "firstName": "A", "lastName": "B" });
        create(&app, &root, body).await.expect("201");
        assert!(allows("NewUserId", &json!(id)), "{id}");
    }
}

#[tokio::test]
async fn creating_costs_two_calls() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let body = json!({ "username": "ada", "firstName": "Ada", "lastName": "Lovelace" });
    create(&app, &root, body).await.expect("201");
    assert_eq!(app.wire.take_calls(), ["GetItem", "TransactWriteItems"]);
}
