//! What holds when DynamoDB is busy, broken or unreachable.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;
use shared::domain::role::Role;
use shared::domain::user::User;

use crate::{Answer, Injection, TestApp, TestUser};

#[tokio::test]
async fn a_transaction_conflict_is_retried() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for _ in 0..3 {
        app.wire.inject(Injection::cancelled(&["None", "TransactionConflict", "None"]));
    }
    app.wire.inject(Injection::exception("TransactionInProgressException"));
    app.wire.inject(Injection::cancelled(&["ThrottlingError", "None", "None"]));
    app.rename(&ada, "lovelace").send().await.expect("200");
    assert_eq!(app.wire.take_calls().len(), 6);
    assert_eq!(app.stored(&ada).await.username.as_str(), "lovelace");
}

#[tokio::test]
async fn lasting_throttling_and_an_unreachable_database_are_503_with_retry_after() {
    type Fault = (&'static str, fn() -> Injection);
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let faults: [Fault; 7] = [
        ("throttled part", || Injection::cancelled(&["ThrottlingError", "None", "None"])),
        ("throttled", || Injection::exception("ThrottlingException")),
        ("capacity", || Injection::exception("ProvisionedThroughputExceededException")),
        ("gateway", || Injection::Answer(502, json!({ "__type": "SomethingNew" }))),
        ("unreachable", || Injection::Refuse),
        ("garbage", || Injection::Garbage),
        ("broken", || Injection::Answer(500, json!({ "__type": "InternalServerError" }))),
    ];
    let before = app.dump().await;
    for (name, fault) in faults {
        for _ in 0..18 {
            app.wire.inject(fault());
        }
        let answer = app.rename(&ada, "lovelace").send().await;
        assert_eq!(answer.outcome(), "503 UNAVAILABLE", "{name}");
        assert_eq!(answer.header("retry-after"), "1", "{name}");
        let text = String::from_utf8(answer.body).unwrap();
        assert!(!text.contains("Dynamo") && !text.contains("rottl"), "{text}");
        app.wire.discard();
    }
    assert_eq!(app.dump().await, before);
    app.rename(&ada, "lovelace").send().await.expect("200");
}

#[tokio::test]
async fn a_database_that_never_answers_is_503_within_5_seconds_and_works_when_it_is_back() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for _ in 0..10 {
        app.wire.inject(Injection::Stall);
    }
    // Nothing else happens in this runtime, so it advances the paused time at once.
    tokio::time::pause();
    let begin = tokio::time::Instant::now();
    app.rename(&ada, "lovelace").send().await.expect("503 UNAVAILABLE");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    tokio::time::resume();
    app.wire.discard();
    app.rename(&ada, "lovelace").send().await.expect("200");
}

#[tokio::test]
async fn a_rename_whose_response_is_lost_succeeds_and_commits_once() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    app.wire.inject(Injection::LoseAnswer);
    let answer = app.rename(&ada, "lovelace").send().await.expect("200");
    assert_eq!(answer.json()["data"]["oldUsername"], "ada");
    assert_eq!(app.stored(&ada).await.version, 2);
}

#[tokio::test]
async fn a_rename_whose_every_response_is_lost_is_503_and_repeating_it_is_200_without_a_second_change()
 {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for _ in 0..3 {
        app.wire.inject(Injection::LoseAnswer);
    }
    app.rename(&ada, "lovelace").send().await.expect("503 UNAVAILABLE");
    app.clock.advance(SignedDuration::from_secs(5));
    let answer = app.rename(&ada, "lovelace").send().await.expect("200");
    let data = json!({
        "success": true, "oldUsername": "ada", "newUsername": "lovelace",
        "nextChangeAllowedAt": "2026-02-14T10:30:00.000Z"
    });
    assert_eq!(answer.json()["data"], data);
    assert_eq!(app.stored(&ada).await.version, 2);
}

#[tokio::test]
async fn an_update_whose_response_is_lost_commits_once_even_with_if_match_and_a_password() {
    let app = TestApp::start().await;
    let (ada, root) = (app.user("ada").await, app.user_with("grace", Role::Admin).await);
    let fields = json!({ "firstName": "Augusta", "password": "newStr0ng!P@ssw0rd" });
    app.wire.inject(Injection::Meanwhile(Box::pin(async {})));
    app.wire.inject(Injection::LoseAnswer);
    let request = app.update(&root, &ada, fields).header("if-match", "\"1\"");
    let answer = request.send().await.expect("200");
    assert_eq!(answer.header("etag"), "\"2\"");
    assert_eq!(app.stored(&ada).await.version, 2);
}

/// Updates the first name of ada. The injection happens to the first attempt. Before the second
/// attempt, another caller sets the last name.
async fn update_that_is_overtaken(app: &Arc<TestApp>, first: Injection) -> (Answer, User) {
    let (ada, root) = (app.user("ada").await, app.user_with("grace", Role::Admin).await);
    app.wire.inject(Injection::Meanwhile(Box::pin(async {})));
    app.wire.inject(first);
    let (other, by, of) = (Arc::clone(app), root.clone(), ada.clone());
    app.wire.inject(Injection::Meanwhile(Box::pin(async move {
        other.update(&by, &of, json!({ "lastName": "King" })).send().await.expect("200");
    })));
    let answer = app.update(&root, &ada, json!({ "firstName": "Augusta" })).send().await;
    (answer, app.stored(&ada).await)
}

#[tokio::test]
async fn an_update_that_may_have_been_overwritten_is_503_and_not_retried() {
    let app = Arc::new(TestApp::start().await);
    let (answer, ada) = update_that_is_overtaken(&app, Injection::LoseAnswer).await;
    assert_eq!(answer.outcome(), "503 UNAVAILABLE");
    assert_eq!((ada.first_name.as_str(), ada.last_name.as_str()), ("Augusta", "King"));
    assert_eq!(ada.version, 3);
}

#[tokio::test]
async fn an_update_that_another_one_overtook_is_retried_on_the_fresh_state() {
    let app = Arc::new(TestApp::start().await);
    let (answer, ada) = update_that_is_overtaken(&app, Injection::Refuse).await;
    assert_eq!(answer.outcome(), "200");
    assert_eq!((ada.first_name.as_str(), ada.last_name.as_str()), ("Augusta", "King"));
    assert_eq!(ada.version, 3);
}

#[tokio::test]
async fn a_refusal_after_an_unanswered_attempt_is_503_because_that_attempt_may_still_commit() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    app.user("lovelace").await;
    for unanswered in [Injection::LoseAnswer, Injection::Garbage, Injection::Stall] {
        app.wire.inject(unanswered);
        // The SDK gives up an attempt after a second, which passes at once in the paused time.
        tokio::time::pause();
        app.rename(&ada, "lovelace").send().await.expect("503 UNAVAILABLE");
        tokio::time::resume();
    }
    app.wire.inject(Injection::exception("ThrottlingException"));
    app.rename(&ada, "lovelace").send().await.expect("409 USERNAME_TAKEN");
    app.rename(&ada, "lovelace").send().await.expect("409 USERNAME_TAKEN");
}

#[tokio::test]
async fn an_update_with_a_name_whose_response_is_lost_commits_once() {
    let app = TestApp::start().await;
    let (ada, root) = (app.user("ada").await, app.user_with("grace", Role::Admin).await);
    app.wire.inject(Injection::Meanwhile(Box::pin(async {})));
    app.wire.inject(Injection::LoseAnswer);
    let answer = app.update(&root, &ada, json!({ "username": "lovelace" })).send().await;
    assert_eq!(answer.expect("200").header("etag"), "\"2\"");
    assert_eq!(app.stored(&ada).await.version, 2);
}

#[tokio::test]
async fn a_creation_whose_response_is_lost_commits_once() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    app.wire.inject(Injection::Meanwhile(Box::pin(async {})));
    app.wire.inject(Injection::LoseAnswer);
    let body = json!({ "username": "ada", "firstName": "Ada", "lastName": "Lovelace" });
    app.post("/v1/users").bearer(&root).json(&body).send().await.expect("201");
    assert_eq!(app.dump().await.len(), 4, "two users and two names");
}

#[tokio::test]
async fn unprocessed_keys_of_a_batch_are_requested_again() {
    let app = TestApp::start().await;
    let (ada, root) = (app.user("ada").await, app.user_with("grace", Role::Admin).await);
    let key = |user: &TestUser| json!({ "pk": { "S": format!("USER#{}", user.id) } });
    let left = json!({
        "Responses": { "nameplate": [] },
        "UnprocessedKeys": {
            "nameplate": { "Keys": [key(&ada), key(&root)], "ConsistentRead": true }
        }
    });
    app.wire.inject(Injection::Answer(200, left.clone()));
    app.get(&format!("/v1/users/{}", ada.id)).bearer(&root).send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["BatchGetItem", "BatchGetItem"]);
    for _ in 0..6 {
        app.wire.inject(Injection::Answer(200, left.clone()));
    }
    let answer = app.get(&format!("/v1/users/{}", ada.id)).bearer(&root).send().await;
    answer.expect("503 UNAVAILABLE");
}

#[tokio::test]
async fn every_read_is_strongly_consistent_and_every_failed_condition_returns_the_item() {
    let app = TestApp::start().await;
    let (ada, root) = (app.user("ada").await, app.user_with("grace", Role::Admin).await);
    let unhinted = TestUser { token: app.token(&ada.id, &[], None), ..ada.clone() };
    let body = json!({ "username": "fresh", "firstName": "A", "lastName": "B" });
    for request in [
        app.get(&format!("/v1/users/{}", ada.id)).bearer(&root),
        app.update(&ada, &ada, json!({ "firstName": "Augusta" })),
        app.post("/v1/users").bearer(&root).json(&body),
        app.get("/api/v1/users/username/availability?username=grace").bearer(&ada),
        app.get("/api/v1/users/by-username/ada").bearer(&root),
        app.rename(&unhinted, "lovelace"),
    ] {
        assert!(request.send().await.status.is_success());
    }
    let (mut reads, mut writes) = (0, 0);
    for (operation, body) in app.wire.take_calls().into_iter().zip(app.wire.take_bodies()) {
        match operation.as_str() {
            "GetItem" => assert_eq!(body["ConsistentRead"], true),
            "BatchGetItem" => assert_eq!(body["RequestItems"]["nameplate"]["ConsistentRead"], true),
            "UpdateItem" => assert_eq!(body["ReturnValuesOnConditionCheckFailure"], "ALL_OLD"),
            "TransactWriteItems" => {
                let actions = body["TransactItems"].as_array().unwrap();
                for action in actions.iter().flat_map(|action| action.as_object().unwrap().values())
                {
                    assert_eq!(action["ReturnValuesOnConditionCheckFailure"], "ALL_OLD");
                }
            }
            other => panic!("{other}"),
        }
        *if operation.contains("Get") { &mut reads } else { &mut writes } += 1;
    }
    assert_eq!((reads, writes), (8, 3));
}

#[tokio::test]
async fn a_missing_or_another_user_s_name_record_is_an_internal_error_and_changes_nothing() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    app.delete_item("USERNAME#ada").await;
    let before = app.dump().await;
    app.rename(&ada, "lovelace").send().await.expect("500 INTERNAL");
    app.rename(&ada, "Ada").send().await.expect("500 INTERNAL");
    let bob = app.user("ADA").await;
    app.rename(&ada, "lovelace").send().await.expect("500 INTERNAL");
    app.rename(&ada, "Ada").send().await.expect("500 INTERNAL");
    assert_eq!(app.dump().await.len(), before.len() + 2);
    app.rename(&bob, "bob").send().await.expect("200");
}
