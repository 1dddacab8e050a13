//! `GET /v1/users/{userId}`, rule by rule.

use serde_json::json;
use shared::domain::role::Role;
use shared::domain::status::Status;

use crate::{NewUser, TestApp, TestUser};

fn path(user: &TestUser) -> String {
    format!("/v1/users/{}", user.id)
}

#[tokio::test]
async fn the_user_a_power_user_and_an_admin_read_a_user_with_its_version() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let power = app.user_with("hedy", Role::PowerUser).await;
    let root = app.user_with("grace", Role::Admin).await;
    for caller in [&ada, &power, &root] {
        let answer = app.get(&path(&ada)).bearer(caller).send().await.expect("200");
        assert_eq!(answer.header("etag"), "\"1\"");
        assert_eq!(answer.json()["username"], "ada");
    }
    app.update(&ada, &ada, json!({ "firstName": "Augusta" })).send().await.expect("200");
    let answer = app.get(&path(&ada)).bearer(&ada).send().await.expect("200");
    assert_eq!(answer.header("etag"), "\"2\"");
}

#[tokio::test]
async fn a_stranger_gets_403_whether_or_not_the_user_exists() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    app.get(&path(&bob)).bearer(&ada).send().await.expect("403 NOT_YOURS");
    app.get("/v1/users/nobody").bearer(&ada).send().await.expect("403 NOT_YOURS");
}

#[tokio::test]
async fn a_deleted_user_is_404_to_all_but_an_admin() {
    let app = TestApp::start().await;
    let gone = app.create(NewUser { status: Status::Deleted, ..NewUser::named("gone") }).await;
    let power = app.user_with("hedy", Role::PowerUser).await;
    let root = app.user_with("grace", Role::Admin).await;
    app.get(&path(&gone)).bearer(&power).send().await.expect("404 USER_NOT_FOUND");
    app.get(&path(&gone)).bearer(&root).send().await.expect("200");
    app.get("/v1/users/nobody").bearer(&root).send().await.expect("404 USER_NOT_FOUND");
}

#[tokio::test]
async fn an_invalid_id_is_400_and_the_sentence_names_the_parameter() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    for id in ["a%20b", "%00", "%F0%9F%8C%B9", "%FF", &"x".repeat(256)] {
        let answer = app.get(&format!("/v1/users/{id}")).bearer(&root).send().await;
        let errors = answer.expect("400 VALIDATION_FAILED").errors();
        assert!(errors[1].starts_with("userId: "), "{errors:?}");
    }
}

#[tokio::test]
async fn reading_costs_one_call() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let root = app.user_with("grace", Role::Admin).await;
    app.get(&path(&ada)).bearer(&ada).send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["GetItem"]);
    app.get(&path(&ada)).bearer(&root).send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["BatchGetItem"]);
}
