//! `GET /v1/users/me`.

use serde_json::json;
use shared::domain::status::Status;

use crate::{NewUser, TestApp};

#[tokio::test]
async fn the_caller_reads_the_own_user_bare_with_its_version_in_one_call() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    app.wire.take_calls();
    let answer = app.get("/v1/users/me").bearer(&ada).send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["GetItem"]);
    assert_eq!(answer.header("etag"), "\"1\"");
    let other = app.get(&format!("/v1/users/{}", ada.id)).bearer(&ada).send().await.expect("200");
    assert_eq!(answer.json(), other.json());
    assert_eq!(answer.json()["userId"], json!(ada.id));
}

#[tokio::test]
async fn who_has_no_account_or_a_deleted_one_is_404_and_who_is_not_active_403() {
    let app = TestApp::start().await;
    for (number, status) in Status::ALL.into_iter().enumerate() {
        let name = format!("user{number}");
        let user = app.create(NewUser { status, ..NewUser::named(&name) }).await;
        let outcome = match status {
            Status::Active => "200",
            Status::Deleted => "404 USER_NOT_FOUND",
            Status::Inactive | Status::Expired | Status::Blocked => "403 ACCOUNT_NOT_ACTIVE",
        };
        app.get("/v1/users/me").bearer(&user).send().await.expect(outcome);
    }
    let nobody = app.token("nobody", &[], None);
    app.get("/v1/users/me").token(&nobody).send().await.expect("404 USER_NOT_FOUND");
}
