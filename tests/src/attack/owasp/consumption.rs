//! API4: the API works only for a caller with permission, and a small request does not cause a huge
//! response.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value, json};
use shared::domain::role::Role;
use tokio::runtime::{Builder, Runtime};

use crate::{Request, TestApp, TestUser};

/// Returns a runtime with the number of its additional threads. The hashing of passwords starts all of
/// them.
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
fn no_password_is_hashed_for_a_caller_who_may_not_set_it() {
    // The embedded DynamoDB starts threads of its own, so it has its own runtime.
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
    assert!(threads.load(Ordering::SeqCst) > 0, "a hash does show");
}

/// Returns as many fields as fit in a body, with names of two letters.
fn many_fields() -> Map<String, Value> {
    let letters = || ('a'..='z').chain('A'..='Z');
    let names = letters().flat_map(|one| letters().map(move |other| format!("{one}{other}")));
    names.take(2300).map(|name| (name, json!(1))).collect()
}

/// The response lists every violation with a sentence. A body has at most 16 KiB, so the response has
/// at most about twenty times as much.
#[tokio::test]
async fn even_the_longest_list_of_violations_has_a_limit() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let roles: Vec<String> = (0..2000).map(|number| format!("R{number}")).collect();
    for body in [
        Value::Object(many_fields()),
        json!({ "account": many_fields() }),
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
