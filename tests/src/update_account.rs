//! `PATCH /v1/accounts/update`.

use serde_json::{Value, json};
use shared::domain::role::Role;
use shared::domain::status::Status;

use crate::{NewUser, Request, TestApp, TestUser};

fn update(app: &TestApp, by: &TestUser, body: &Value) -> Request {
    app.patch("/v1/accounts/update").bearer(by).json(body)
}

#[tokio::test]
async fn the_user_changes_the_own_account_and_gets_it_bare_with_the_user_s_version() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let body = json!({
        "type": "CORPORATE", "mobilePhoneNumber": "+905321234567", "location": " İstanbul ",
        "company": "Nameplate", "industry": "Software",
        "profilePictureUrl": "https://example.com/ada.png"
    });
    let answer = update(&app, &ada, &body).send().await.expect("200");
    assert_eq!(answer.header("etag"), "\"2\"");
    let account = answer.json();
    assert_eq!(
        (&account["type"], &account["location"], &account["userId"], &account["subscriptionPlan"]),
        (&json!("CORPORATE"), &json!("İstanbul"), &json!(ada.id), &json!("NONE"))
    );
    let user = app.get("/v1/users/me").bearer(&ada).send().await.expect("200").json();
    assert_eq!(user["account"], account);
    let names = account.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>();
    assert!(!names.contains(&"username") && names.contains(&"id"), "{names:?}");
}

#[tokio::test]
async fn an_absent_field_stays_null_clears_it_and_the_type_cannot_be_cleared() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    update(&app, &ada, &json!({ "location": "Ankara", "company": "A" })).send().await.expect("200");
    let account = update(&app, &ada, &json!({ "company": null })).send().await.expect("200").json();
    assert_eq!((&account["location"], &account["company"]), (&json!("Ankara"), &json!(null)));
    update(&app, &ada, &json!({ "type": null })).send().await.expect("400 VALIDATION_FAILED");
    let same = update(&app, &ada, &json!({ "location": "Ankara", "company": null }));
    let answer = same.send().await.expect("200");
    assert_eq!(answer.header("etag"), "\"3\"", "nothing to change writes nothing");
}

#[tokio::test]
async fn a_changed_phone_number_is_not_verified_any_more_and_the_same_one_stays_verified() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let account =
        json!({ "mobilePhoneNumber": "+905321234567", "mobilePhoneNumberVerified": true });
    let new = json!({ "username": "ada", "firstName": "Ada", "account": account });
    let user = app.post("/v1/users").bearer(&root).json(&new).send().await.expect("201").json();
    let of = |number: Value| json!({ "userId": user["userId"], "mobilePhoneNumber": number });
    for (number, answered, is_verified) in [
        (json!("+905321234567"), json!("+905321234567"), true),
        (json!("905321234567"), json!("+905321234567"), true),
        (json!("905321234568"), json!("+905321234568"), false),
        (json!(null), json!(null), false),
    ] {
        let account = update(&app, &root, &of(number)).send().await.expect("200").json();
        assert_eq!(account["mobilePhoneNumber"], answered);
        assert_eq!(account["mobilePhoneNumberVerified"], json!(is_verified));
    }
    for number in ["0905321234567", "++905321234567", "90 532", "", "123456"] {
        update(&app, &root, &of(json!(number))).send().await.expect("400 VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn a_power_user_changes_others_but_no_admin_and_a_stranger_nobody() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let power = app.user_with("hedy", Role::PowerUser).await;
    let root = app.user_with("grace", Role::Admin).await;
    let of = |user: &TestUser| json!({ "userId": user.id, "location": "Ankara" });
    update(&app, &power, &of(&ada)).send().await.expect("200");
    update(&app, &power, &of(&root)).send().await.expect("403 NOT_YOURS");
    update(&app, &power, &of(&power)).send().await.expect("200");
    update(&app, &root, &of(&root)).send().await.expect("200");
    // A stranger learns neither whether a user exists nor what is wrong with the values.
    for body in [of(&ada), json!({ "userId": "nobody", "location": "" })] {
        update(&app, &bob, &body).send().await.expect("403 NOT_YOURS");
    }
    update(&app, &root, &json!({ "userId": "nobody" })).send().await.expect("404 USER_NOT_FOUND");
    let gone = NewUser { status: Status::Deleted, ..NewUser::named("gone") };
    let gone = app.create(gone).await;
    update(&app, &power, &of(&gone)).send().await.expect("404 USER_NOT_FOUND");
    update(&app, &root, &of(&gone)).send().await.expect("200");
}

#[tokio::test]
async fn an_account_id_has_to_be_that_user_s() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let id = async |user: &TestUser| {
        let user = app.get("/v1/users/me").bearer(user).send().await.expect("200").json();
        user["account"]["id"].as_str().unwrap().to_owned()
    };
    let (own, other) = (id(&ada).await, id(&bob).await);
    let with = |id: &str| json!({ "accountId": id, "location": "Ankara" });
    for wrong in [&*other, "", "x", &own[1..]] {
        update(&app, &ada, &with(wrong)).send().await.expect("404 USER_NOT_FOUND");
    }
    update(&app, &ada, &json!({ "accountId": 5 })).send().await.expect("400 VALIDATION_FAILED");
    update(&app, &ada, &with(&own)).send().await.expect("200");
    update(&app, &ada, &with(&own.to_uppercase())).send().await.expect("200");
}

#[tokio::test]
async fn fields_of_the_server_and_unknown_ones_are_named_and_change_nothing() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let body = json!({
        "location": "Ankara", "id": "x", "createdAt": "x", "updatedAt": "x", "subscriptionPlan": "GOLD",
        "emailVerified": true, "mobilePhoneNumberVerified": true, "username": "lovelace"
    });
    let answer = update(&app, &ada, &body).send().await.expect("400 VALIDATION_FAILED");
    assert_eq!(answer.errors().len(), 8, "{:?}", answer.errors());
    assert_eq!(app.stored(&ada).await.version, 1);
}

#[tokio::test]
async fn with_if_match_only_that_version_is_changed_and_a_lost_answer_can_be_repeated() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let body = json!({ "location": "Ankara" });
    let with = |tag: &str, body: &Value| update(&app, &ada, body).header("if-match", tag);
    with("\"2\"", &body).send().await.expect("412 VERSION_MISMATCH");
    with("\"1\"", &body).send().await.expect("200");
    with("\"1\"", &body).send().await.expect("200");
    let other = json!({ "location": "Bursa" });
    with("\"1\"", &other).send().await.expect("412 VERSION_MISMATCH");
}
