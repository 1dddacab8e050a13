//! Forms that are sent back, requests that are repeated, and writes that meet.

use serde_json::{Value, json};

use super::steps::app_with_admin_and_user;
use crate::Injection;

#[tokio::test]
async fn who_saves_the_whole_form_with_one_name_changed_gets_200() {
    let (app, _, ada) = app_with_admin_and_user().await;
    let own = app.get(&format!("/v1/users/{}", ada.id)).bearer(&ada).send().await.expect("200");
    let mut form = own.json();
    form.as_object_mut().unwrap().remove("account");
    form["firstName"] = json!("Augusta");
    let save = |form: &Value| app.patch("/v1/users/update").bearer(&ada).json(form).send();
    assert_eq!(save(&form).await.expect("200").json()["firstName"], "Augusta");
    let mut other = form.clone();
    other["roles"] = json!(["API_USER", "ADMIN"]);
    other["status"] = json!("INACTIVE");
    let answer = save(&other).await.expect("403 FIELD_FORBIDDEN");
    assert_eq!(answer.places(), ["roles", "status"]);
    // A value that cannot be read would change.
    other["roles"] = json!(5);
    assert_eq!(save(&other).await.expect("403 FIELD_FORBIDDEN").places(), ["roles", "status"]);
}

#[tokio::test]
async fn an_update_under_if_match_whose_answer_was_lost_can_be_repeated() {
    let (app, root, ada) = app_with_admin_and_user().await;
    for (version, fields) in [
        (1, json!({ "firstName": "Augusta" })),
        (2, json!({ "username": "lovelace", "midName": "King" })),
        (3, json!({ "password": "newStr0ng!P@ssw0rd", "status": "INACTIVE" })),
    ] {
        let tag = format!("\"{version}\"");
        let update = || app.update(&root, &ada, fields.clone()).header("if-match", &tag);
        let first = update().send().await.expect("200").json();
        let again = update().send().await.expect("200").json();
        assert_eq!(first, again, "{fields}");
        assert_eq!(app.stored(&ada).await.version, version + 1);
    }
    let other = app.update(&root, &ada, json!({ "password": "An0ther!P@ssw0rd-x" }));
    other.header("if-match", "\"3\"").send().await.expect("412 VERSION_MISMATCH");
    // The present password under an older version: the answer does not say that it is the one.
    for tag in ["\"0\"", "\"1\"", "\"2\""] {
        let guess = app.update(&root, &ada, json!({ "password": "newStr0ng!P@ssw0rd" }));
        guess.header("if-match", tag).send().await.expect("412 VERSION_MISMATCH");
    }
    for tag in ["W/\"4\"", "\"4-gzip\"", "\"4--gzip\""] {
        app.update(&root, &ada, json!({})).header("if-match", tag).send().await.expect("200");
    }
}

#[tokio::test]
async fn an_update_of_a_password_that_is_repeated_while_the_first_attempt_runs_is_200() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let update = || {
        let update = app.update(&root, &ada, json!({ "password": "newStr0ng!P@ssw0rd" }));
        update.header("if-match", "\"1\"")
    };
    // The first attempt commits after the second one has read the user.
    let first = update();
    app.wire.inject(Injection::Meanwhile(Box::pin(async {})));
    app.wire.inject(Injection::Meanwhile(Box::pin(async move {
        first.send().await.expect("200");
    })));
    update().send().await.expect("200");
    assert_eq!(app.stored(&ada).await.version, 2);
}

#[tokio::test]
async fn who_meets_only_the_own_changes_gets_409_and_not_503() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let conflicts = |codes: &'static [&'static str]| {
        for _ in 0..6 {
            app.wire.inject(Injection::cancelled(codes));
        }
    };
    conflicts(&["TransactionConflict", "None", "None"]);
    app.rename(&ada, "lovelace").send().await.expect("409 CONCURRENT_CHANGE");
    conflicts(&["None", "TransactionConflict", "None"]);
    app.rename(&ada, "lovelace").send().await.expect("409 CONCURRENT_CHANGE");
    for _ in 0..6 {
        app.wire.inject(Injection::Meanwhile(Box::pin(async {})));
    }
    app.wire.discard();
    // Two reads come first.
    app.wire.inject(Injection::Meanwhile(Box::pin(async {})));
    for _ in 0..6 {
        app.wire.inject(Injection::exception("TransactionConflictException"));
    }
    let update = app.update(&root, &ada, json!({ "firstName": "Augusta" }));
    update.send().await.expect("409 CONCURRENT_CHANGE");
    // An attempt without an answer may have committed: nobody may be told that nothing happened.
    app.wire.inject(Injection::Refuse);
    app.wire.inject(Injection::LoseAnswer);
    app.rename(&ada, "countess").send().await.expect("200");
}

#[tokio::test]
async fn conflicts_on_a_name_that_somebody_has_taken_meanwhile_are_the_true_409() {
    let (app, _, ada) = app_with_admin_and_user().await;
    app.user("lovelace").await;
    app.user("m0dern").await;
    app.wire.take_calls();
    for (name, outcome) in
        [("lovelace", "409 USERNAME_TAKEN"), ("modern", "409 USERNAME_TOO_SIMILAR")]
    {
        for _ in 0..6 {
            app.wire.inject(Injection::cancelled(&["None", "TransactionConflict", "None"]));
        }
        app.rename(&ada, name).send().await.expect(outcome);
        let calls = app.wire.take_calls();
        assert_eq!((calls.len(), calls[6].as_str()), (7, "BatchGetItem"), "one consistent read");
    }
}

#[tokio::test]
async fn a_transaction_in_progress_is_repeated_by_the_sdk_alone_and_retry_after_is_5_s() {
    let (app, _, ada) = app_with_admin_and_user().await;
    for _ in 0..18 {
        app.wire.inject(Injection::exception("TransactionInProgressException"));
    }
    let answer = app.rename(&ada, "lovelace").send().await.expect("503 UNAVAILABLE");
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(app.wire.take_calls().len(), 3);
}
