//! What these tests ask for, and what they look at.

use serde_json::Value;
use shared::domain::role::Role;

use crate::{Answer, Request, TestApp, TestUser, percent_encoded};

pub(super) const NOBODY: &str = "Nobody has this username; check how it is spelled.";

pub(super) fn find(app: &TestApp, by: &TestUser, name: &str) -> Request {
    app.get(&format!("/api/v1/users/by-username/{}", percent_encoded(name))).bearer(by)
}

pub(super) fn check(app: &TestApp, by: &TestUser, name: &str) -> Request {
    let name = percent_encoded(name);
    app.get(&format!("/api/v1/users/username/availability?username={name}")).bearer(by)
}

pub(super) fn create(app: &TestApp, by: &TestUser, body: &Value) -> Request {
    app.post("/v1/users").bearer(by).json(body)
}

/// The sentence after the first, without the field's name.
pub(super) fn sentence(answer: &Answer) -> String {
    let sentence = answer.errors().swap_remove(1);
    sentence.split_once(": ").map_or(sentence.clone(), |(_, rest)| rest.to_owned())
}

pub(super) async fn app_with_admin_and_user() -> (TestApp, TestUser, TestUser) {
    let app = TestApp::start().await;
    let (root, ada) = (app.user_with("grace", Role::Admin).await, app.user("ada").await);
    (app, root, ada)
}

/// A response without its request id, and the operations of DynamoDB with the capacity that they used.
pub(super) async fn seen(app: &TestApp, request: Request) -> (Answer, Vec<String>, Value) {
    app.wire.take_calls();
    app.log.take();
    let mut answer = request.send().await;
    answer.headers.remove("x-request-id");
    let units = app.log.take().remove(0)["CapacityUnits"].clone();
    (answer, app.wire.take_calls(), units)
}
