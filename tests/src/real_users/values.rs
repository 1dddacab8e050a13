//! The values of other fields as people have them.

use serde_json::json;

use super::steps::{app_with_admin_and_user, create, sentence};

#[tokio::test]
async fn a_text_that_nobody_can_see_is_refused_in_every_free_text() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let invisible = "\u{200B}\u{3164}\u{FFA0}\u{2800}\u{2060}\u{FEFF}\u{AD}\u{180E}\u{FE0F}\u{34F}\
                     \u{200C}\u{200D}\u{2062}\u{E000}\u{378}\u{1D173}\u{FFEF}";
    for c in invisible.chars() {
        for field in ["firstName", "midName"] {
            let answer = app.update(&ada, &ada, json!({ field: c.to_string() })).send().await;
            let answer = answer.expect("400 VALIDATION_FAILED");
            assert_eq!(sentence(&answer), "This cannot be empty.", "U+{:04X}", u32::from(c));
        }
        let answer = app.update(&ada, &ada, json!({ "lastName": c.to_string() })).send().await;
        answer.expect("400 VALIDATION_FAILED");
        for field in ["location", "company", "industry"] {
            let body = json!({
                "username": "fresh_name", "firstName": "A", "account": { field: c.to_string() }
            });
            create(&app, &root, &body).send().await.expect("400 VALIDATION_FAILED");
        }
    }
    for text in ["\u{FFFF}", "\u{FDD0}", "A\u{FFFE}", "A\u{E0068}\u{E0069}\u{E007F}", "A\u{202E}b"]
    {
        let answer = app.update(&ada, &ada, json!({ "firstName": text })).send().await;
        answer.expect("400 VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn directional_marks_at_the_ends_of_a_name_are_trimmed() {
    let (app, _, ada) = app_with_admin_and_user().await;
    for (text, name) in [
        ("محمد\u{200F}", "محمد"),
        ("\u{2068}Ayşe\u{2069}", "Ayşe"),
        ("\u{202A}John\u{202C}", "John"),
        (" \u{200E}İpek \u{61C}", "İpek"),
    ] {
        let answer = app.update(&ada, &ada, json!({ "firstName": text })).send().await;
        assert_eq!(answer.expect("200").json()["firstName"], name);
    }
}

#[tokio::test]
async fn one_name_is_enough() {
    let (app, root, ada) = app_with_admin_and_user().await;
    for (username, last_name) in
        [("suharto_a", None), ("suharto_b", Some("")), ("suharto_c", Some(" "))]
    {
        let mut body = json!({ "username": username, "firstName": "Suharto" });
        if let Some(last_name) = last_name {
            body["lastName"] = json!(last_name);
        }
        let answer = create(&app, &root, &body).send().await.expect("201");
        assert_eq!(answer.json()["lastName"], "");
        let again = app.get(answer.header("location")).bearer(&root).send().await.expect("200");
        assert_eq!(again.json(), answer.json());
    }
    let answer = app.update(&ada, &ada, json!({ "lastName": "" })).send().await.expect("200");
    assert_eq!(answer.json()["lastName"], "");
    app.update(&ada, &ada, json!({ "lastName": null }))
        .send()
        .await
        .expect("400 VALIDATION_FAILED");
}

#[tokio::test]
async fn a_password_made_of_the_user_s_own_data_is_refused_in_every_order_and_spelling() {
    let (app, root, _) = app_with_admin_and_user().await;
    let hans = app.user("hans.z").await;
    let names = json!({ "firstName": "Hans", "midName": "Florian", "lastName": "Zimmer" });
    app.update(&hans, &hans, names).send().await.expect("200");
    for password in [
        "HansFlorianZimmer",
        "HansZimmer2026",
        "hanszimmer01",
        "Zimmer.Florian.Hans",
        "2026-hans-zimmer-hans",
        "H4nsFl0rianZ1mmer!",
    ] {
        let answer = app.update(&root, &hans, json!({ "password": password })).send().await;
        let errors = answer.expect("400 VALIDATION_FAILED").errors();
        assert!(
            errors.iter().any(|error| error.contains("easy to guess")),
            "{password}: {errors:?}"
        );
    }
    // Also of names that the same request sets.
    let fields =
        json!({ "firstName": "Çağrı", "lastName": "Öztürk", "password": "cagri1453ozturk" });
    let answer = app.update(&root, &hans, fields).send().await.expect("400 VALIDATION_FAILED");
    assert!(answer.errors()[1].contains("easy to guess"), "{:?}", answer.errors());
    let body = json!({
        "username": "ayse.yildiz", "firstName": "Ayşe", "lastName": "Yıldız", "password": "AyseYildiz123456"
    });
    create(&app, &root, &body).send().await.expect("400 VALIDATION_FAILED");
}

#[tokio::test]
async fn a_password_has_15_characters_none_of_them_a_control_character_or_unseen() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let text = "Kırmızı-köprü-şelale";
    for password in [
        format!("{text}\n"),
        "Kırmızı\0-köprü-şelale".to_owned(),
        format!("\u{FEFF}{text}"),
        format!("{text}\u{200B}"),
        "fourteen-chars".to_owned(),
    ] {
        let answer = app.update(&root, &ada, json!({ "password": password })).send().await;
        answer.expect("400 VALIDATION_FAILED");
    }
    app.update(&root, &ada, json!({ "password": text })).send().await.expect("200");
    // It takes too long to judge: refused at once, never 503.
    let complex = format!("{}4@8({{[<3691!|70$5+%2", "a".repeat(100));
    let answer = app.update(&root, &ada, json!({ "password": complex })).send().await;
    assert!(answer.expect("400 VALIDATION_FAILED").errors()[1].contains("to be judged"));
}

#[tokio::test]
async fn a_value_of_the_account_is_refused_for_what_is_wrong_with_it() {
    let (app, root, _) = app_with_admin_and_user().await;
    let mut number = 0;
    let mut account = |field: &str, value: &str| {
        number += 1;
        let name = format!("fresh{number}x");
        let body = json!({ "username": name, "firstName": "A", "account": { field: value } });
        create(&app, &root, &body)
    };
    let answer = account("type", "2PLAN").send().await.expect("400 VALIDATION_FAILED");
    assert!(sentence(&answer).contains("begin with a capital letter"), "{:?}", answer.errors());
    let answer =
        account("profilePictureUrl", "HTTPS://example.com/a.png").send().await.expect("201");
    assert_eq!(answer.json()["account"]["profilePictureUrl"], "https://example.com/a.png");
    for url in [
        "https://.../",
        "https://a..b/",
        "https://-a.com/",
        "https://example.com:99999/",
        "https://user@example.com/",
    ] {
        account("profilePictureUrl", url).send().await.expect("400 VALIDATION_FAILED");
    }
    let url = account("profilePictureUrl", "https://çağrı.com.tr/a.png").by_courtesy();
    let answer = url.send().await.expect("201").json();
    let url = answer["account"]["profilePictureUrl"].as_str().unwrap();
    assert!(url.starts_with("https://xn--") && url.ends_with(".com.tr/a.png"), "{url}");
}

#[tokio::test]
async fn a_user_id_that_is_a_word_of_a_path_and_a_field_of_answers_are_told_so() {
    let (app, root, ada) = app_with_admin_and_user().await;
    for id in ["update", "me", "by-username", "..", "v1"] {
        let body = json!({ "userId": id, "username": "fresh_name", "firstName": "A" });
        let answer = create(&app, &root, &body).send().await.expect("400 VALIDATION_FAILED");
        assert!(sentence(&answer).contains("the API's own paths"), "{:?}", answer.errors());
    }
    let fields = json!({ "account": { "location": "Ankara" } });
    let answer = app.update(&ada, &ada, fields).send().await.expect("400 VALIDATION_FAILED");
    assert_eq!(sentence(&answer), "The server sets this field; leave it out.");
}

#[test]
fn every_segment_of_a_path_is_a_word_that_no_user_id_can_be() {
    use shared::domain::user_id::UserId;
    for endpoint in api::endpoints() {
        for segment in
            endpoint.route.path.split('/').filter(|s| !s.is_empty() && !s.starts_with('{'))
        {
            assert!(UserId::parse(segment).unwrap().is_path_word(), "{segment}");
        }
    }
}

#[tokio::test]
async fn every_bcp_47_tag_of_rfc_5646_is_accepted() {
    let (app, _, ada) = app_with_admin_and_user().await;
    for tag in [
        "zh-yue-HK",
        "zh-cmn-Hans-CN",
        "i-enochian",
        "x-whatever",
        "en-a-myext-b-another",
        "zh-CN-a-myext-x-private",
        "sgn-BE-FR",
        "en-GB-oed",
        "zh-min-nan",
        "i-klingon",
        "yue-HK",
        "sl-rozaj-biske",
        "de-CH-1901",
        "hy-Latn-IT-arevela",
        "es-419",
        "qaa-Qaaa-QM-x-southern",
    ] {
        let answer = app.update(&ada, &ada, json!({ "locale": tag })).send().await.expect("200");
        let shown = answer.json()["locale"].as_str().unwrap().replace('_', "-");
        assert!(shown.eq_ignore_ascii_case(tag), "{tag}: {shown}");
    }
    for tag in ["de-419-DE", "a-DE", "ar-a-aaa-b-bbb-a-ccc"] {
        let answer = app.update(&ada, &ada, json!({ "locale": tag })).send().await;
        answer.expect("400 VALIDATION_FAILED");
    }
}
