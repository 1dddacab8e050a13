//! What holds when many requests arrive at the same time.

use futures_util::future::join_all;
use serde_json::json;
use shared::domain::role::Role;

use crate::{Answer, Request, TestApp};

/// Returns the number of responses with that outcome.
fn count(outcomes: &[String], outcome: &str) -> usize {
    outcomes.iter().filter(|found| *found == outcome).count()
}

/// Sends a request on a thread of its own, and again whenever the machine was too slow for an answer, as
/// clients do.
pub(crate) async fn until_answered(request: impl Fn() -> Request) -> Answer {
    loop {
        let answer = tokio::spawn(request().send()).await.unwrap();
        if answer.outcome() != "503 UNAVAILABLE" {
            return answer;
        }
    }
}

/// Returns the outcome of such a request.
async fn repeated(request: impl Fn() -> Request) -> String {
    until_answered(request).await.outcome()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_100_users_who_race_for_one_name_exactly_one_gets_it() {
    let app = TestApp::start().await;
    let users = join_all((0..100).map(|n| {
        let app = &app;
        async move { app.user(&format!("racer{n}x")).await }
    }))
    .await;
    let requests = users.iter().map(|user| repeated(|| app.rename(user, "the_prize")));
    let outcomes = join_all(requests).await;
    assert_eq!(count(&outcomes, "200"), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, "409 USERNAME_TAKEN"), 99, "{outcomes:?}");

    let mut owners = Vec::new();
    for user in &users {
        if app.stored(user).await.username.as_str() == "the_prize" {
            owners.push(user.id.clone());
        }
    }
    assert_eq!(owners.len(), 1);
    assert_eq!(app.name_item("the_prlze").await.unwrap()["userId"].as_s().unwrap(), &owners[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_50_different_renames_that_one_user_sends_at_once_exactly_one_succeeds() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let names: Vec<String> = (0..50).map(|n| format!("wanted{n}x")).collect();
    let requests = names.iter().map(|name| repeated(|| app.rename(&ada, name)));
    let outcomes = join_all(requests).await;
    assert_eq!(count(&outcomes, "200"), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, "409 USERNAME_COOLDOWN"), 49, "{outcomes:?}");

    let names: Vec<_> =
        app.dump().await.into_iter().filter(|(pk, _)| pk.starts_with("USERNAME#")).collect();
    assert_eq!(
        names.len(),
        2,
        "the new name and the held one, and no other is left behind: {names:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_rename_many_times_at_once_is_200_each_time_and_commits_once() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let requests = (0..20).map(|_| until_answered(|| app.rename(&ada, "lovelace")));
    let answers = join_all(requests).await;
    for answer in &answers {
        assert_eq!(answer.json()["data"], answers[0].json()["data"]);
        assert_eq!(answer.outcome(), "200");
    }
    assert_eq!(app.stored(&ada).await.version, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_update_is_lost_when_many_change_different_fields_of_one_user() {
    let app = TestApp::start().await;
    let (ada, root) = (app.user("ada").await, app.user_with("grace", Role::Admin).await);
    let updates = [
        json!({ "firstName": "Augusta" }),
        json!({ "lastName": "King" }),
        json!({ "locale": "tr_TR" }),
        json!({ "timezone": "Europe/Istanbul" }),
    ];
    let requests =
        updates.iter().map(|fields| repeated(|| app.update(&root, &ada, fields.clone())));
    let outcomes = join_all(requests).await;
    assert_eq!(count(&outcomes, "200"), 4, "{outcomes:?}");
    let stored = app.stored(&ada).await;
    let values = [
        stored.first_name.as_str(),
        stored.last_name.as_str(),
        stored.locale.as_str(),
        stored.time_zone.as_str(),
    ];
    assert_eq!(values, ["Augusta", "King", "tr_TR", "Europe/Istanbul"]);
    assert_eq!(stored.version, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_users_created_at_once_with_one_name_exactly_one_exists() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let body = json!({ "username": "wanted", "firstName": "Ada", "lastName": "Lovelace" });
    let requests = (0..20).map(|_| repeated(|| app.post("/v1/users").bearer(&root).json(&body)));
    let outcomes = join_all(requests).await;
    assert_eq!(count(&outcomes, "201"), 1, "{outcomes:?}");
    assert_eq!(count(&outcomes, "409 USERNAME_TAKEN"), 19, "{outcomes:?}");
    assert_eq!(app.dump().await.len(), 4, "two users and two names");
}
