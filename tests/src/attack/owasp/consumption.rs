//! API4: work is done only for who may have it done, and what is sent is not blown up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value, json};
use shared::domain::role::Role;
use tokio::runtime::{Builder, Runtime};

use crate::{Request, TestApp, TestUser};

/// A runtime that counts the threads on which passwords are hashed: it has no others beside its own.
fn counting_runtime() -> (Runtime, Arc<AtomicUsize>) {
    let threads = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&threads);
    let mut builder = Builder::new_current_thread();
    builder.enable_all().on_thread_start(move || {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    (builder.build().unwrap(), threads)
}

#[test]
fn no_password_is_hashed_for_who_may_not_set_it() {
    // The embedded DynamoDB has threads of its own.
    let outer = Runtime::new().unwrap();
    let (app, root, power, ada) = outer.block_on(async {
        let app = TestApp::start().await;
        let root = app.user_with("grace", Role::Admin).await;
        let power = app.user_with("hedy", Role::PowerUser).await;
        let ada = app.user("ada").await;
        (app, root, power, ada)
    });
    let (inner, threads) = counting_runtime();
    let password = "newStr0ng!P@ssw0rd";
    let nobody = TestUser { id: "nobody".to_owned(), ..ada.clone() };
    let forged = TestUser { token: format!("{}x", root.token), ..root.clone() };
    let update = |by: &TestUser, of: &TestUser, more: Value| {
        let mut fields = json!({ "password": password });
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.update(by, of, fields)
    };
    let create = |by: &TestUser, name: &str| {
        let body = json!({
            "username": name, "firstName": "A", "lastName": "B", "password": password
        });
        app.post("/v1/users").bearer(by).json(&body)
    };
    let refused: [(Request, &str); 8] = [
        (update(&forged, &ada, json!({})), "401 TOKEN_INVALID"),
        (update(&ada, &power, json!({})), "403 NOT_YOURS"),
        (update(&ada, &ada, json!({})), "403 FIELD_FORBIDDEN"),
        (update(&power, &ada, json!({})), "403 FIELD_FORBIDDEN"),
        (update(&root, &nobody, json!({})), "404 USER_NOT_FOUND"),
        (update(&root, &ada, json!({ "locale": "turkish!" })), "400 VALIDATION_FAILED"),
        (create(&power, "fresh"), "403 NOT_YOURS"),
        (create(&root, "_"), "400 VALIDATION_FAILED"),
    ];
    for (request, outcome) in refused {
        inner.block_on(request.send()).expect(outcome);
        assert_eq!(threads.load(Ordering::SeqCst), 0, "{outcome}");
    }
    inner.block_on(update(&root, &ada, json!({})).send()).expect("200");
    assert_eq!(threads.load(Ordering::SeqCst), 1, "a hash does show");
}

/// As many fields as a body can have, with names of two letters.
fn crowd() -> Map<String, Value> {
    let letters = || ('a'..='z').chain('A'..='Z');
    let names = letters().flat_map(|one| letters().map(move |other| format!("{one}{other}")));
    names.take(2300).map(|name| (name, json!(1))).collect()
}

/// All faults are listed, each with its sentence; the 16 KiB of a body put an end to it, at some
/// twenty times that.
#[tokio::test]
async fn even_the_longest_list_of_faults_has_an_end() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let roles: Vec<String> = (0..2000).map(|number| format!("R{number}")).collect();
    for body in [
        Value::Object(crowd()),
        json!({ "account": crowd() }),
        json!({ "userId": "nobody", "roles": roles }),
        json!({ "newUsername": "ş".repeat(7000) }),
    ] {
        assert!((14_000..=16 * 1024).contains(&body.to_string().len()));
        for (method, path) in [
            ("PATCH", "/api/v1/users/username"),
            ("PATCH", "/v1/users/update"),
            ("POST", "/v1/users"),
        ] {
            let request = app.request(method.parse().unwrap(), path).bearer(&root).json(&body);
            let request = request.header("x-language", "tr");
            let answer = request.header("accept", "application/problem+json").send().await;
            assert_eq!(answer.outcome(), "400 VALIDATION_FAILED");
            assert!(answer.body.len() < 384 * 1024, "{} from {path}", answer.body.len());
        }
    }
}
