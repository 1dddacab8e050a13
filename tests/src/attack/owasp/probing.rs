//! API1: a caller without access cannot tell whether a user exists, neither from the response nor from
//! its time.
//!
//! The tests do not measure time. They check that the calls of DynamoDB are the same.

use serde_json::{Value, json};
use shared::domain::role::Role;
use shared::domain::status::Status;

use crate::{Answer, NewUser, Request, TestApp, TestUser};

/// A response without its request id, and the calls of DynamoDB that it took. The clock of the app does
/// not advance, so the timestamp is the same too.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    calls: Vec<(String, String)>,
}

/// Sends the request about the user `target`, and replaces the id of that user in the result.
async fn seen(app: &TestApp, request: Request, target: &str) -> Seen {
    app.wire.take_calls();
    app.wire.take_bodies();
    let Answer { status, headers, body } = request.send().await;
    let headers = headers.iter().filter(|(name, _)| *name != "x-request-id");
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let any = |text: String| text.replace(target, "somebody");
    let calls = app.wire.take_calls().into_iter();
    let calls = calls.zip(app.wire.take_bodies()).map(|(call, body)| (call, any(body.to_string())));
    Seen {
        status: status.as_u16(),
        headers: headers.collect(),
        body: any(String::from_utf8(body).unwrap()),
        calls: calls.collect(),
    }
}

/// Returns requests about one user.
fn requests(app: &TestApp, by: &TestUser, target: &str) -> Vec<Request> {
    let update = |fields: Value| {
        let mut body = json!({ "userId": target });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        app.patch("/v1/users/update").bearer(by).json(&body)
    };
    vec![
        app.get(&format!("/v1/users/{target}")).bearer(by),
        update(json!({})),
        update(json!({ "firstName": "Eve" })),
        update(json!({ "username": "taken" })),
        update(json!({ "username": "free_name" })),
        update(json!({ "password": "newStr0ng!P@ssw0rd", "roles": ["ADMIN"] })),
        update(json!({ "nonsense": 1, "midName": 7 })),
        update(json!({ "firstName": "Eve" })).header("if-match", "\"1\""),
        update(json!({ "firstName": "Eve" })).header("if-match", "*"),
    ]
}

/// Creates users of every kind. Returns their ids, after the id of a user who does not exist.
async fn targets(app: &TestApp) -> Vec<String> {
    app.user("taken").await;
    let mut ids = vec!["00000000-0000-4000-8000-000000000000".to_owned()];
    ids.push(app.user("ada").await.id);
    ids.push(app.user_with("hedy", Role::PowerUser).await.id);
    ids.push(app.user_with("grace", Role::Admin).await.id);
    for status in [Status::Inactive, Status::Expired, Status::Blocked, Status::Deleted] {
        let name = format!("is_{}", status.as_str().to_lowercase());
        ids.push(app.create(NewUser { status, ..NewUser::named(&name) }).await.id);
    }
    ids
}

/// Checks that the caller sees the same of each target as of the first one.
async fn check_that_all_look_alike(app: &TestApp, by: &TestUser, ids: &[String], outcome: &str) {
    for request in 0..requests(app, by, "x").len() {
        let nth = |id: &str| requests(app, by, id).swap_remove(request);
        let first = seen(app, nth(&ids[0]), &ids[0]).await;
        let code = first.headers.iter().find(|(name, _)| name == "x-error-code").unwrap();
        assert_eq!(format!("{} {}", first.status, code.1), outcome, "request {request}");
        assert!(!first.calls.is_empty());
        for id in &ids[1..] {
            assert_eq!(seen(app, nth(id), id).await, first, "request {request} about {id}");
        }
    }
}

#[tokio::test]
async fn a_caller_without_access_cannot_tell_by_response_or_time_whether_a_user_exists() {
    let app = TestApp::start().await;
    let ids = targets(&app).await;
    let stranger = app.user("stranger").await;
    let token = app.token("service", &[Role::ApiUser], None);
    let service = TestUser { id: "service".to_owned(), token, ..stranger.clone() };
    let demoted = app.user("demoted").await;
    let token = app.token(&demoted.id, &[Role::Admin], None);
    let demoted = TestUser { token, ..demoted };
    let roles = &[Role::Admin];
    let blocked = NewUser { status: Status::Blocked, roles, ..NewUser::named("blocked") };
    let blocked = app.create(blocked).await;
    let before = app.dump().await;
    for caller in [&stranger, &service, &demoted] {
        check_that_all_look_alike(&app, caller, &ids, "403 NOT_YOURS").await;
    }
    check_that_all_look_alike(&app, &blocked, &ids, "403 ACCOUNT_NOT_ACTIVE").await;
    assert_eq!(app.dump().await, before);
    // A caller with access does see a difference.
    let root = app.user_with("hopper", Role::Admin).await;
    let [nobody, ada] =
        [&ids[0], &ids[1]].map(|id| app.get(&format!("/v1/users/{id}")).bearer(&root));
    nobody.send().await.expect("404 USER_NOT_FOUND");
    ada.send().await.expect("200");
}

#[tokio::test]
async fn a_caller_who_may_not_create_users_cannot_tell_which_ids_and_names_exist() {
    let app = TestApp::start().await;
    let (ada, power) = (app.user("ada").await, app.user_with("hedy", Role::PowerUser).await);
    let create = |id: &str, name: &str| {
        let body = json!({ "userId": id, "username": name, "firstName": "A", "lastName": "B" });
        app.post("/v1/users").bearer(&power).json(&body)
    };
    let free = seen(&app, create("nobody", "free_name"), "nobody").await;
    assert_eq!((free.status, free.calls.len()), (403, 1));
    for (id, name) in
        [(ada.id.as_str(), "free_name"), ("nobody", "ada"), (&ada.id, "ada"), ("?", "")]
    {
        assert_eq!(seen(&app, create(id, name), id).await, free, "{id} {name}");
    }
}

#[tokio::test]
async fn for_all_but_an_admin_a_deleted_user_looks_like_a_missing_one() {
    let app = TestApp::start().await;
    let power = app.user_with("hedy", Role::PowerUser).await;
    let gone = app.create(NewUser { status: Status::Deleted, ..NewUser::named("gone") }).await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    // Some of the requests have fields that a `POWER_USER` may not change.
    for request in 0..requests(&app, &power, nobody).len() {
        let nth = |id: &str| requests(&app, &power, id).swap_remove(request);
        let absent = seen(&app, nth(nobody), nobody).await;
        assert!(absent.status >= 400, "{absent:?}");
        assert_eq!(seen(&app, nth(&gone.id), &gone.id).await, absent, "request {request}");
    }
}

#[tokio::test]
async fn by_name_a_deleted_a_blocked_and_a_missing_user_get_the_same_response() {
    let app = TestApp::start().await;
    let caller = app.user("stranger").await;
    for (status, name) in [(Status::Deleted, "gone"), (Status::Blocked, "barred")] {
        app.create(NewUser { status, ..NewUser::named(name) }).await;
    }
    let find = |name: &str| app.get(&format!("/api/v1/users/by-username/{name}")).bearer(&caller);
    let nobody = seen(&app, find("nobody1"), "nobody1").await;
    let gone = seen(&app, find("gone"), "gone").await;
    let barred = seen(&app, find("barred"), "barred").await;
    assert_eq!(nobody.status, 404);
    let operations =
        |seen: &Seen| seen.calls.iter().map(|(call, _)| call.clone()).collect::<Vec<_>>();
    for seen in [gone, barred] {
        assert_eq!(operations(&seen), operations(&nobody));
        assert_eq!(
            Seen { calls: Vec::new(), ..seen },
            Seen { calls: Vec::new(), ..nobody.clone() }
        );
    }
}
