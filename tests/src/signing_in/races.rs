//! The races of signing in, on the real table. `evidence/model` has all of them in every order.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::{BoxFuture, join_all};
use sandbox::PASSWORD;
use serde_json::{Value, json};
use shared::domain::role::Role;

use super::{Tokens, change_password, log_in, log_out, me, refresh, refreshed, signed_in};
use crate::{Injection, TestApp};

const NEW: &str = "Difference-Engine-1822";

/// Lets something happen right before the next call but so many.
fn before_call(app: &TestApp, number: usize, happens: BoxFuture<'static, ()>) {
    for _ in 0..number {
        app.wire.inject(Injection::Meanwhile(Box::pin(async {})));
    }
    app.wire.inject(Injection::Meanwhile(happens));
}

/// An item in DynamoDB's JSON.
fn in_json(item: &BTreeMap<String, AttributeValue>) -> Value {
    let value = |value: &AttributeValue| match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(value) => json!({ "BOOL": value }),
        AttributeValue::Ss(texts) => json!({ "SS": texts }),
        other => panic!("no such attribute here: {other:?}"),
    };
    item.iter().map(|(name, attribute)| (name.clone(), value(attribute))).collect()
}

fn sent(request: crate::Request) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        request.send().await;
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn of_16_parallel_refreshes_all_get_one_successor() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let first = signed_in(&app, "ada").await;
    let requests = (0..16).map(|_| tokio::spawn(refresh(&app, &first.refresh).send()));
    let answers = join_all(requests).await;
    let mut successors: Vec<_> = answers
        .into_iter()
        .map(|answer| Tokens::of(&answer.unwrap().expect("200")).refresh)
        .collect();
    successors.dedup();
    assert_eq!(successors.len(), 1, "{successors:?}");
    refreshed(&app, &successors[0]).await;
}

#[tokio::test]
async fn login_x_change_of_password_or_block_leaves_a_session_that_is_dead_at_birth() {
    for fields in [json!({ "password": NEW }), json!({ "status": "BLOCKED" })] {
        let app = TestApp::start().await;
        let root = app.user_with("grace", Role::Admin).await;
        let ada = app.user_with_password("ada").await;
        // After the password was read and before the session is written.
        before_call(&app, 3, sent(app.update(&root, &ada, fields.clone())));
        let tokens = Tokens::of(&log_in(&app, "ada", PASSWORD).send().await.expect("200"));
        let unblock = json!({ "status": "ACTIVE" });
        app.update(&root, &ada, unblock).send().await.expect("200");
        me(&app, &tokens.access).send().await.expect("401 TOKEN_REVOKED");
        refresh(&app, &tokens.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    }
}

#[tokio::test]
async fn login_x_rename_between_the_reads_signs_nobody_in_by_the_old_name() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    before_call(&app, 1, sent(app.rename(&ada, "lovelace")));
    log_in(&app, "ada", PASSWORD).send().await.expect("401 CREDENTIALS_INVALID");
}

#[tokio::test]
async fn an_old_password_does_not_pass_with_the_epoch_of_the_new_one() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let ada = app.user_with_password("ada").await;
    let old = in_json(&app.dump_credentials().await[&format!("CREDENTIAL#{}", ada.id)]);
    app.update(&root, &ada, json!({ "password": NEW })).send().await.expect("200");
    // The items as a BatchGetItem reads them that met the change: the password before, the user after.
    let user = in_json(&app.dump().await[&format!("USER#{}", ada.id)]);
    app.wire.inject(Injection::Meanwhile(Box::pin(async {})));
    app.wire.inject(Injection::Answer(
        200,
        json!({
            "Responses": { sandbox::TABLE: [user], sandbox::CREDENTIALS_TABLE: [old] },
            "UnprocessedKeys": {},
        }),
    ));
    log_in(&app, "ada", PASSWORD).send().await.expect("401 CREDENTIALS_INVALID");
}

#[tokio::test]
async fn refresh_x_log_out_ends_the_session_in_either_order() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    for everywhere in [false, true] {
        let tokens = signed_in(&app, "ada").await;
        before_call(&app, 1, sent(log_out(&app, &tokens.refresh, everywhere)));
        let answer = refresh(&app, &tokens.refresh).send().await;
        if answer.outcome() == "200" {
            let next = Tokens::of(&answer);
            me(&app, &next.access).send().await.expect("401 TOKEN_REVOKED");
            refresh(&app, &next.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
        }
        refresh(&app, &tokens.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    }
}

#[tokio::test]
async fn change_of_password_x_own_refresh_keeps_the_session() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let tokens = signed_in(&app, "ada").await;
    let change = change_password(&app, &tokens.access, &ada.id, PASSWORD, NEW);
    before_call(&app, 1, sent(change));
    let next = Tokens::of(&refresh(&app, &tokens.refresh).send().await.expect("200"));
    let next = refreshed(&app, &next.refresh).await;
    me(&app, &next.access).send().await.expect("200");
}

#[tokio::test]
async fn of_two_changes_of_a_password_one_wins_and_the_other_is_told() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let (one, other) = (signed_in(&app, "ada").await, signed_in(&app, "ada").await);
    let first = change_password(&app, &one.access, &ada.id, PASSWORD, NEW);
    before_call(&app, 2, sent(first));
    let second =
        change_password(&app, &other.access, &ada.id, PASSWORD, "Another-Engine-1871").send();
    second.await.expect("401 TOKEN_REVOKED");
    log_in(&app, "ada", NEW).send().await.expect("200");
}

#[tokio::test]
async fn a_change_of_password_x_an_update_by_somebody_else_keeps_both() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let ada = app.user_with_password("ada").await;
    let tokens = signed_in(&app, "ada").await;
    let fields = json!({ "firstName": "Augusta" });
    before_call(&app, 2, sent(app.update(&root, &ada, fields)));
    change_password(&app, &tokens.access, &ada.id, PASSWORD, NEW).send().await.expect("200");
    assert_eq!(app.stored(&ada).await.first_name.as_str(), "Augusta");
    log_in(&app, "ada", NEW).send().await.expect("200");
}

#[tokio::test]
async fn an_overtaken_refresh_does_not_end_the_session() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let first = signed_in(&app, "ada").await;
    let third = refresh(&app, &first.refresh);
    // Two rotations come between the read and the write of a third request with the same token.
    let next = refresh(&app, &first.refresh);
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let router = app.post("/v1/auth/refresh");
    before_call(
        &app,
        1,
        Box::pin(async move {
            let second = Tokens::of(&next.send().await);
            let last = router.json(&json!({ "refreshToken": second.refresh })).send().await;
            let _ = sender.send(Tokens::of(&last));
        }),
    );
    third.send().await.expect("409 CONCURRENT_CHANGE");
    refreshed(&app, &receiver.await.unwrap().refresh).await;
}
