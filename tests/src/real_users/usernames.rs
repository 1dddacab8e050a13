//! Usernames as people write them, and their keys.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::role::Role;
use shared::domain::username::ReservedWords;

use super::steps::{app_with_admin_and_user, check, create, sentence};
use crate::{NewUser, TestApp};

#[tokio::test]
async fn a_reserved_word_is_refused_with_separators_and_in_the_plural() {
    let (app, root, ada) = app_with_admin_and_user().await;
    for name in [
        "no.reply",
        "mailer.daemon",
        "power.user",
        "api.user",
        "post.master",
        "ad.min",
        "moderators",
        "Sys_Administrator",
        "ssladmin",
        "donotreply",
        "null",
        "bilgi",
        "musteri.hizmetleri",
        "yoneticiler",
    ] {
        let answer = app.rename(&ada, name).send().await.expect("400 VALIDATION_FAILED");
        assert_eq!(sentence(&answer), "This username is reserved; choose another one.", "{name}");
        let answer = check(&app, &ada, name).send().await.expect("200");
        assert_eq!(answer.json()["data"]["reason"], "VALIDATION_FAILED", "{name}");
    }
    for name in ["Mali", "Edit", "Ping"] {
        create(&app, &root, &json!({ "username": name, "firstName": name }))
            .send()
            .await
            .expect("201");
    }
}

#[tokio::test]
async fn an_operator_s_own_words_are_reserved_everywhere() {
    let words = ReservedWords::with(["Acme_Corp"]).unwrap();
    let app = TestApp::start_changed(
        |settings| {
            settings.hs256_secret = Some("a secret of the tests with 32 bytes".to_owned().into());
        },
        |parts| parts.reserved = words.into(),
    )
    .await;
    let (root, ada) = (app.user_with("grace", Role::Admin).await, app.user("ada").await);
    for name in ["acmecorp", "acrne.corp", "ACME_CORPS"] {
        app.rename(&ada, name).send().await.expect("400 VALIDATION_FAILED");
        let update = app.update(&ada, &ada, json!({ "username": name })).send().await;
        update.expect("400 VALIDATION_FAILED");
        let body = json!({ "username": name, "firstName": "A" });
        create(&app, &root, &body).send().await.expect("400 VALIDATION_FAILED");
        let answer = check(&app, &ada, &format!("{name}!")).send().await.expect("200");
        assert_eq!(answer.json()["data"]["suggestions"], json!([]), "{name}");
    }
}

#[tokio::test]
async fn nothing_suggests_an_impersonation_or_another_person_s_name() {
    let (app, _, ada) = app_with_admin_and_user().await;
    for (name, tried) in [
        ("ad min", None),
        ("admin", None),
        ("yönetici", None),
        ("mod", None),
        ("no reply!", None),
        ("Ħamrun", Some("hamrun")),
        ("Ħal", Some("hal")),
        ("Ŋgala", Some("ngala")),
        ("Ɓala", Some("bala")),
        ("Ƙano", Some("kano")),
        ("ŧom", Some("tom")),
        ("pаypal", Some("paypal")),
        ("Çağrı Öz", Some("cagri_oz")),
        ("山田", None),
    ] {
        let answer = check(&app, &ada, name).send().await.expect("200").json();
        let suggestions = answer["data"]["suggestions"].as_array().unwrap();
        assert_eq!(suggestions.first().and_then(Value::as_str), tried, "{name}");
        let sentence = answer["errors"][0].as_str().unwrap();
        let expected = tried.map(|tried| format!("; try {tried}."));
        match expected {
            Some(expected) => assert!(sentence.ends_with(&expected), "{sentence}"),
            None => assert!(!sentence.contains("; try "), "{sentence}"),
        }
    }
}

#[tokio::test]
async fn a_sentence_names_characters_as_people_see_them() {
    let (app, root, ada) = app_with_admin_and_user().await;
    for (name, found) in [
        ("c\u{327}ag\u{306}r\u{131}", "found: “ç” “ğ” “ı”"),
        ("O’Neill", "found: “’”; try oneill."),
        ("ada🌹", "found: “🌹”"),
        ("ada\u{200B}", "found: U+200B"),
    ] {
        let answer = app.rename(&ada, name).send().await.expect("400 VALIDATION_FAILED");
        assert!(sentence(&answer).contains(found), "{}", sentence(&answer));
    }
    let body = json!({ "username": "ñoñó@example.com", "firstName": "A" });
    let answer = create(&app, &root, &body).send().await.expect("400 VALIDATION_FAILED");
    let expected = "An e-mail address with “ñ” “ó” cannot be a username; use another one.";
    assert_eq!(sentence(&answer), expected);
}

#[tokio::test]
async fn a_name_with_a_leading_at_is_told_to_leave_it_out() {
    let (app, _, ada) = app_with_admin_and_user().await;
    for (language, expected) in [
        ("en", "Leave out the @ before the name; try ayse.k."),
        ("tr", "Adın başındaki @ işaretini yazmayın; şunu deneyin: ayse.k."),
    ] {
        let answer = app.rename(&ada, "@ayse.k").header("x-language", language).send().await;
        assert_eq!(sentence(&answer.expect("400 VALIDATION_FAILED")), expected);
        let update = app.update(&ada, &ada, json!({ "username": "@ayse.k" }));
        let answer = update.header("x-language", language).send().await;
        assert_eq!(sentence(&answer.expect("400 VALIDATION_FAILED")), expected);
    }
}

#[tokio::test]
async fn an_address_is_trimmed_and_composed_and_ends_in_a_domain_name() {
    let (app, root, _) = app_with_admin_and_user().await;
    for (username, stored) in [
        ("user@x.example ", "user@x.example"),
        ("ayse@o\u{308}rnek.com.tr", "ayse@\u{f6}rnek.com.tr"),
    ] {
        let body = json!({ "username": username, "firstName": "A" });
        let answer = create(&app, &root, &body).by_courtesy().send().await.expect("201");
        assert_eq!(answer.json()["username"], stored);
    }
    for username in ["a@1.2.3.4", "a@0x7f.1", "a@b.123", "a@[127.0.0.1]", "a@localhost"] {
        let body = json!({ "username": username, "firstName": "A" });
        let answer = create(&app, &root, &body).send().await.expect("400 VALIDATION_FAILED");
        assert!(sentence(&answer).contains("domain name"), "{username}");
    }
}

#[tokio::test]
async fn the_key_of_a_present_name_is_the_stored_one() {
    let app = TestApp::start().await;
    let ada = app.create(NewUser::named("Ada@exämple.com")).await;
    let pk = format!("USER#{}", ada.id);
    let stored = app.dump().await;
    assert_eq!(stored[&pk]["usernameKey"].as_s().unwrap(), "ada@xn--exmple-cua.com");
    // A crate computes another key from now on: the record stays where it was written.
    app.move_name(&ada, "ada@another-form.example").await;
    app.rename(&ada, "lovelace").send().await.expect("200");
    let dump = app.dump().await;
    assert_eq!(dump[&pk]["usernameKey"].as_s().unwrap(), "lovelace");
    let held = &dump["USERNAME#ada@another-form.example"];
    assert!(held.contains_key("heldUntil"), "{held:?}");
    assert!(!dump.contains_key("USERNAME#ada@xn--exmple-cua.com"), "and none is elsewhere");
    app.clock.advance(SignedDuration::from_hours(30 * 24));
    app.rename(&ada, "countess").send().await.expect("200");
}

#[tokio::test]
async fn a_user_from_before_keys_were_kept_is_renamed_in_one_call_and_keeps_one_from_then_on() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let pk = format!("USER#{}", ada.id);
    let mut item = app.dump().await.remove(&pk).unwrap();
    item.remove("usernameKey");
    app.put_item(item).await;
    app.wire.take_calls();
    app.rename(&ada, "lovelace").send().await.expect("200");
    assert_eq!(app.wire.take_calls(), ["TransactWriteItems"]);
    assert_eq!(app.dump().await[&pk]["usernameKey"].as_s().unwrap(), "lovelace");
}
