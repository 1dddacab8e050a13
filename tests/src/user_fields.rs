//! The values of the fields of a user.

use serde_json::json;
use shared::domain::status::Status;

use crate::update_user::app_with_admin_and_user;

#[tokio::test]
async fn a_password_is_stored_as_an_argon2id_hash_and_shown_to_nobody() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let fields = json!({ "password": "newStr0ng!P@ssw0rd" });
    let answer = app.update(&root, &ada, fields).send().await.expect("200");
    let text = String::from_utf8(answer.body).unwrap();
    assert!(!text.contains("argon2") && !text.contains("assword"), "{text}");
    let item = app.dump().await.remove(&format!("USER#{}", ada.id)).unwrap();
    let hash = item["passwordHash"].as_s().unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
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
    assert_eq!(app.stored(&ada).await.password_hash, None);
}

#[tokio::test]
async fn a_long_password_of_symbols_is_checked_within_the_time_limit() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let symbols = "4@8({[<369 1!|70$5+7%2".chars().cycle().take(96);
    let password: String = "xkqvbhrjwmzpdnycgufteaoixkqvbhrj".chars().chain(symbols).collect();
    app.update(&root, &ada, json!({ "password": password })).send().await.expect("200");
    assert!(app.stored(&ada).await.password_hash.is_some());
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
