//! `GET /api/v1/users/by-username/{username}`, rule by rule.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::role::Role;
use shared::domain::status::Status;

use crate::{NewUser, Request, TestApp, TestUser, percent_encoded};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn find(app: &TestApp, by: &TestUser, name: &str) -> Request {
    app.get(&format!("/api/v1/users/by-username/{}", percent_encoded(name))).bearer(by)
}

#[tokio::test]
async fn any_spelling_with_the_same_key_finds_the_user() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("Modern_Ada").await, app.user("bob").await);
    for name in ["Modern_Ada", "modern_ada", "MODERN_ADA", "rn0dern_ada"] {
        let answer = find(&app, &bob, name).send().await.expect("200");
        let data = json!({ "userId": ada.id, "username": "Modern_Ada", "renamedFrom": null });
        assert_eq!(answer.json()["data"], data);
        assert_eq!(answer.json()["errors"], json!([]));
    }
    let mail = app.user("Ada@exämple.com").await;
    let power = app.user_with("hedy", Role::PowerUser).await;
    for by in [&mail, &power] {
        let answer = find(&app, by, "ada@xn--exmple-cua.com").send().await.expect("200");
        assert_eq!(answer.json()["data"]["userId"], mail.id);
    }
}

#[tokio::test]
async fn a_held_name_leads_to_its_owner_s_present_one_until_it_is_free() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("Ada").await, app.user("bob").await);
    app.rename(&ada, "lovelace").send().await.expect("200");
    let data = json!({ "userId": ada.id, "username": "lovelace", "renamedFrom": "Ada" });
    let old = || find(&app, &bob, "ada");
    assert_eq!(old().send().await.expect("200").json()["data"], data);
    assert_eq!(
        find(&app, &bob, "lovelace").send().await.json()["data"]["renamedFrom"],
        Value::Null
    );

    app.clock.advance(DAY * 30);
    app.rename(&ada, "countess").send().await.expect("200");
    let data = json!({ "userId": ada.id, "username": "countess", "renamedFrom": "Ada" });
    assert_eq!(old().send().await.expect("200").json()["data"], data, "over two renames");

    app.clock.advance(DAY * 7 - SignedDuration::from_millis(1));
    old().send().await.expect("200");
    app.clock.advance(SignedDuration::from_millis(1));
    old().send().await.expect("404 USER_NOT_FOUND");
    app.rename(&bob, "ada").send().await.expect("200");
    assert_eq!(old().send().await.json()["data"]["userId"], bob.id);
}

#[tokio::test]
async fn deleted_and_blocked_accounts_are_404_to_ordinary_callers() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let power = app.user_with("hedy", Role::PowerUser).await;
    let root = app.user_with("grace", Role::Admin).await;
    for (status, by_user, by_power) in [
        (Status::Inactive, "200", "200"),
        (Status::Expired, "200", "200"),
        (Status::Blocked, "404 USER_NOT_FOUND", "200"),
        (Status::Deleted, "404 USER_NOT_FOUND", "404 USER_NOT_FOUND"),
    ] {
        let name = format!("is_{}", status.as_str().to_lowercase());
        let user = app.create(NewUser { status, ..NewUser::named(&name) }).await;
        find(&app, &ada, &name).send().await.expect(by_user);
        find(&app, &power, &name).send().await.expect(by_power);
        find(&app, &root, &name).send().await.expect("200");
        if status != Status::Active {
            find(&app, &user, "ada").send().await.expect("403 ACCOUNT_NOT_ACTIVE");
        }
    }
}

#[tokio::test]
async fn a_name_that_nobody_has_or_can_have_is_404() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for name in ["nobody1", "a", "çağrı", "🌹", "\0", "a b", "\u{FF}", &"x".repeat(600), "a@b"]
    {
        let answer = find(&app, &ada, name).send().await.expect("404 USER_NOT_FOUND");
        assert_eq!(answer.errors()[1], "Nobody has this username; check how it is spelled.");
    }
    // The key of this name is longer than the table allows.
    let endless = format!("a@{}com", "㍿.".repeat(127));
    find(&app, &ada, &endless).send().await.expect("404 USER_NOT_FOUND");
    let invalid = find(&app, &ada, "ada").header("x-language", "de").send().await;
    invalid.expect("400 VALIDATION_FAILED");
}

#[tokio::test]
async fn finding_costs_at_most_two_calls() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    for (by, name, calls) in [
        (&ada, "ada", ["BatchGetItem"].as_slice()),
        (&bob, "ada", &["BatchGetItem", "GetItem"]),
        (&bob, "nobody1", &["BatchGetItem", "GetItem"]),
    ] {
        find(&app, by, name).send().await;
        assert_eq!(app.wire.take_calls(), calls, "{name}");
    }
}
