//! Who may learn an e-mail address.

use serde_json::json;
use shared::domain::role::Role;

use super::steps::{NOBODY, find, seen};
use crate::{TestApp, TestUser};

#[tokio::test]
async fn nobody_learns_an_e_mail_address_who_did_not_know_it() {
    let app = TestApp::start().await;
    let (stranger, power) =
        (app.user("stranger").await, app.user_with("hedy", Role::PowerUser).await);
    let token = app.token("service", &[Role::ApiUser], None);
    let service = TestUser { id: "service".to_owned(), username: String::new(), token };
    let token = app.token("staff_service", &[Role::PowerUser], None);
    let staff_service = TestUser { id: "staff_service".to_owned(), username: String::new(), token };
    let owl = app.user("night.owl").await;
    app.update(&power, &owl, json!({ "username": "zeynep@example.com" }))
        .send()
        .await
        .expect("200");
    let writer = app.user("mehmet@example.com").await;
    app.update(&power, &writer, json!({ "username": "anon_writer" })).send().await.expect("200");
    let moved = app.user("kaya@oldemployer.example").await;
    app.update(&power, &moved, json!({ "username": "kaya@home.example" }))
        .send()
        .await
        .expect("200");

    for (name, owner) in [
        ("night.owl", &owl),
        ("zeynep@example.com", &owl),
        ("ZEYNEP@EXAMPLE.COM", &owl),
        ("mehmet@example.com", &writer),
        ("kaya@oldemployer.example", &moved),
        ("kaya@home.example", &moved),
    ] {
        for by in [&stranger, &service] {
            let nobody = seen(&app, find(&app, by, "nobody.knows")).await;
            let (answer, calls, units) = seen(&app, find(&app, by, name)).await;
            assert_eq!(answer.outcome(), "404 USER_NOT_FOUND", "{name}");
            assert_eq!(answer.errors()[1], NOBODY);
            assert_eq!(
                (&answer.headers, &answer.body),
                (&nobody.0.headers, &nobody.0.body),
                "{name}"
            );
            assert_eq!((calls, units), (nobody.1, nobody.2), "{name}");
        }
        for by in [owner, &power, &staff_service] {
            let answer = find(&app, by, name).send().await.expect("200");
            assert_eq!(answer.json()["data"]["userId"], owner.id, "{name}");
        }
    }
    let answer = find(&app, &stranger, "anon_writer").send().await.expect("200");
    assert_eq!(answer.json()["data"]["userId"], writer.id, "a handle is found");
}

#[tokio::test]
async fn six_hundred_guesses_of_addresses_by_one_token_are_all_404_and_then_429() {
    let app = TestApp::start_with_quotas().await;
    let stranger = app.user("stranger").await;
    for number in 0..20 {
        app.user(&format!("guess{number}@example.com")).await;
    }
    let mut outcomes = Vec::new();
    for number in 0..600 {
        let answer = find(&app, &stranger, &format!("guess{number}@example.com")).send().await;
        assert!(!String::from_utf8_lossy(&answer.body).contains("guess"), "{number}");
        outcomes.push(answer.outcome());
    }
    assert!(outcomes[..40].iter().all(|outcome| outcome == "404 USER_NOT_FOUND"), "{outcomes:?}");
    assert!(outcomes[40..].iter().all(|outcome| outcome == "429 TOO_MANY_REQUESTS"));
}
