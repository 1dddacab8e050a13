//! The values of the fields of a user.

use serde_json::json;
use shared::domain::role::Role;
use shared::domain::status::Status;

use crate::update_user::app_with_admin_and_user;

#[tokio::test]
async fn a_password_is_stored_as_an_argon2id_hash_and_shown_to_nobody() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let fields = json!({ "password": "newStr0ng!P@ssw0rd" });
    let answer = app.update(&root, &ada, fields).send().await.expect("200");
    let text = String::from_utf8(answer.body).unwrap();
    assert!(!text.contains("argon2") && !text.contains("assword"), "{text}");
    let hash = app.stored_hash(&ada).await.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
}

#[tokio::test]
async fn nothing_of_a_password_stands_in_the_table_that_has_a_stream() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let fields = json!({ "password": "newStr0ng!P@ssw0rd" });
    app.update(&root, &ada, fields).send().await.expect("200");
    let users = format!("{:?}", app.dump().await);
    assert!(!users.contains("argon2") && !users.contains("newStr0ng"), "{users}");
}

#[tokio::test]
async fn a_password_commits_together_with_the_fields_beside_it_or_not_at_all() {
    let (app, root, ada) = app_with_admin_and_user().await;
    app.user("taken").await;
    let epoch = app.stored(&ada).await.session_epoch;
    let password = "newStr0ng!P@ssw0rd";
    let fields = json!({ "password": password, "username": "taken" });
    app.update(&root, &ada, fields).send().await.expect("409 USERNAME_TAKEN");
    assert_eq!(app.stored_hash(&ada).await, None);
    let fields = json!({ "password": password, "username": "lovelace", "firstName": "Augusta" });
    app.update(&root, &ada, fields).send().await.expect("200");
    assert!(app.stored_hash(&ada).await.is_some());
    let stored = app.stored(&ada).await;
    assert_eq!((stored.username.as_str(), stored.session_epoch), ("lovelace", epoch + 1));
    assert_eq!(stored.password_changed_at, Some(app.now()));
}

#[tokio::test]
async fn the_item_of_a_user_says_who_wrote_last_and_in_which_request() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let written_by = async || {
        let item = app.dump().await.remove(&format!("USER#{}", ada.id)).unwrap();
        ["changedBy", "changedByKind", "requestId"].map(|name| item[name].as_s().unwrap().clone())
    };
    let update = |by| app.update(by, &ada, json!({ "midName": "Augusta" }));
    let answer = update(&root).send().await.expect("200");
    let request = answer.header("x-request-id").to_owned();
    assert_eq!(written_by().await, [root.id.clone(), "STAFF".to_owned(), request]);

    let answer = app.rename(&ada, "lovelace").send().await.expect("200");
    let request = answer.header("x-request-id").to_owned();
    assert_eq!(written_by().await, [ada.id.clone(), "OWNER".to_owned(), request]);

    let token = app.token("a-service", &[Role::Admin], None);
    let fields = json!({ "userId": ada.id, "firstName": "Countess" });
    let answer = app.patch("/v1/users/update").token(&token).json(&fields).send().await;
    let request = answer.expect("200").header("x-request-id").to_owned();
    assert_eq!(written_by().await, ["a-service".to_owned(), "SERVICE".to_owned(), request]);
}

#[tokio::test]
async fn a_password_of_the_wrong_length_or_easy_to_guess_is_refused() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let long = "x7".repeat(65);
    for password in ["short-Pw-11", &long, "password1234", "LovelaceLovelace", "ada lovelace"] {
        let answer = app.update(&root, &ada, json!({ "password": password })).send().await;
        let errors = answer.expect("400 VALIDATION_FAILED").errors();
        assert!(errors[1].starts_with("password: ") && !errors[1].contains(password), "{errors:?}");
    }
    assert_eq!(app.stored_hash(&ada).await, None);
}

#[tokio::test]
async fn a_long_password_of_symbols_is_checked_within_the_time_limit() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let symbols = "4@8({[<369 1!|70$5+7%2".chars().cycle().take(96);
    let password: String = "xkqvbhrjwmzpdnycgufteaoixkqvbhrj".chars().chain(symbols).collect();
    app.update(&root, &ada, json!({ "password": password })).send().await.expect("200");
    assert!(app.stored_hash(&ada).await.is_some());
}

#[tokio::test]
async fn roles_are_an_array_or_a_string_of_the_contract_and_never_empty() {
    let (app, root, ada) = app_with_admin_and_user().await;
    for (roles, shown) in [
        (json!(["API_USER", "POWER_USER"]), json!(["API_USER", "POWER_USER"])),
        (json!("API_USER"), json!(["API_USER"])),
        (json!("['ADMIN']"), json!(["ADMIN"])),
        (json!("['API_USER']"), json!(["API_USER"])),
    ] {
        let answer = app.update(&root, &ada, json!({ "roles": roles })).send().await.expect("200");
        assert_eq!(answer.json()["roles"], shown);
    }
    for roles in
        [json!([]), json!("[]"), json!(["ROOT"]), json!("admin"), json!([5]), json!({}), json!(1)]
    {
        let answer = app.update(&root, &ada, json!({ "roles": roles })).send().await;
        answer.expect("400 VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn every_status_can_be_set_and_no_other_word() {
    let (app, root, ada) = app_with_admin_and_user().await;
    for status in Status::ALL {
        let answer = app.update(&root, &ada, json!({ "status": status.as_str() })).send().await;
        assert_eq!(answer.expect("200").json()["status"], status.as_str());
    }
    for status in [json!("active"), json!("GONE"), json!(true)] {
        app.update(&root, &ada, json!({ "status": status }))
            .send()
            .await
            .expect("400 VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn names_locale_and_timezone_are_normalised() {
    let (app, _, ada) = app_with_admin_and_user().await;
    let fields = json!({
        "firstName": "  I\u{307}pek ", "lastName": "Öz", "locale": "TR-tr", "timezone": "europe/istanbul"
    });
    let answer = app.update(&ada, &ada, fields).by_courtesy().send().await;
    let body = answer.expect("200").json();
    let values = ["firstName", "lastName", "locale", "timezone"].map(|field| body[field].clone());
    assert_eq!(values, [json!("İpek"), json!("Öz"), json!("tr_TR"), json!("Europe/Istanbul")]);
}

#[tokio::test]
async fn all_violations_of_all_fields_are_listed() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let fields = json!({
        "username": "_a", "password": "Ada.Lovelace", "firstName": " ", "midName": 7, "lastName": "a\u{0}b",
        "locale": "turkish!", "timezone": "Istanbul", "roles": ["ROOT"], "status": "GONE", "empty": 0,
        "isAdmin": true
    });
    let answer = app.update(&root, &ada, fields).header("x-platform", "fridge").send().await;
    let answer = answer.expect("400 VALIDATION_FAILED");
    assert_eq!(
        answer.places(),
        [
            "X-Platform",
            "empty",
            "username",
            "username",
            "firstName",
            "midName",
            "lastName",
            "locale",
            "timezone",
            "roles",
            "status",
            "isAdmin",
            "password",
            "password"
        ]
    );
}
