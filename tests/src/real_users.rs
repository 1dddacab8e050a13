//! What real users and their clients send, from public bug reports, incidents and data files.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::role::Role;
use shared::domain::username::ReservedWords;

use crate::{Answer, Injection, NewUser, Request, TestApp, TestUser, percent_encoded};

const NOBODY: &str = "Nobody has this username; check how it is spelled.";

fn find(app: &TestApp, by: &TestUser, name: &str) -> Request {
    app.get(&format!("/api/v1/users/by-username/{}", percent_encoded(name))).bearer(by)
}

fn check(app: &TestApp, by: &TestUser, name: &str) -> Request {
    let name = percent_encoded(name);
    app.get(&format!("/api/v1/users/username/availability?username={name}")).bearer(by)
}

fn create(app: &TestApp, by: &TestUser, body: &Value) -> Request {
    app.post("/v1/users").bearer(by).json(body)
}

/// The sentence after the first, without the field's name.
fn sentence(answer: &Answer) -> String {
    let sentence = answer.errors().swap_remove(1);
    sentence.split_once(": ").map_or(sentence.clone(), |(_, rest)| rest.to_owned())
}

async fn app_with_admin_and_user() -> (TestApp, TestUser, TestUser) {
    let app = TestApp::start().await;
    let (root, ada) = (app.user_with("grace", Role::Admin).await, app.user("ada").await);
    (app, root, ada)
}

/// A response without its request id, and the operations of DynamoDB with the capacity that they used.
async fn seen(app: &TestApp, request: Request) -> (Answer, Vec<String>, Value) {
    app.wire.take_calls();
    app.log.take();
    let mut answer = request.send().await;
    answer.headers.remove("x-request-id");
    let units = app.log.take().remove(0)["CapacityUnits"].clone();
    (answer, app.wire.take_calls(), units)
}

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

#[tokio::test]
async fn headers_of_real_devices_are_accepted() {
    let (app, _, ada) = app_with_admin_and_user().await;
    let path = format!("/v1/users/{}", ada.id);
    for (name, value) in [
        ("x-device-id", "iPhone15,3"),
        ("x-app-version", "7,1"),
        ("x-timezone", "UTC-02:30"),
        ("x-timezone", "UTC+13:45"),
        ("x-timezone", "UTC-08:00"),
    ] {
        app.get(&path).bearer(&ada).header(name, value).send().await.expect("200");
    }
    for value in ["tr-TR", "TR", "tr_TR"] {
        let answer = app.get(&path).header("x-language", value).by_courtesy().send().await;
        assert_eq!(answer.header("content-language"), "tr", "{value}");
    }
}

#[tokio::test]
async fn a_long_token_is_accepted_up_to_10_kib_and_then_told_its_length() {
    let (app, _, ada) = app_with_admin_and_user().await;
    let path = format!("/v1/users/{}", ada.id);
    let token = |roles: usize| {
        let roles: Vec<String> =
            (0..roles).map(|n| format!("some-role-of-a-large-company-{n}")).collect();
        let expires = app.now().as_second() + 3600;
        let claims = json!({
            "iss": app.issuer.issuer, "aud": app.issuer.audience, "sub": ada.id, "exp": expires, "roles": roles
        });
        app.issuer.sign(&claims).unwrap()
    };
    let long = token(181);
    assert!(long.len() > 8000 && long.len() <= 10 * 1024, "{}", long.len());
    app.get(&path).token(&long).send().await.expect("200");
    let answer = app.get(&path).token(&token(400)).send().await.expect("401 TOKEN_INVALID");
    assert!(answer.errors()[1].contains("10 KiB"), "{:?}", answer.errors());
}

#[tokio::test]
async fn a_body_with_a_byte_order_mark_is_read_and_a_compressed_one_is_415() {
    let (app, _, ada) = app_with_admin_and_user().await;
    let update = |body: Vec<u8>| {
        let request = app.patch("/v1/users/update").bearer(&ada);
        request.header("content-type", "application/json").body(body)
    };
    let body = json!({ "userId": ada.id }).to_string();
    let marked = [b"\xEF\xBB\xBF", body.as_bytes()].concat();
    // The validator of the document does not read it.
    update(marked).by_courtesy().send().await.expect("200");
    for encoding in ["gzip", "br", "identity, gzip", "x"] {
        let request = update(b"\x1f\x8b\x08\x00".to_vec()).header("content-encoding", encoding);
        let answer = request.send().await.expect("415 UNSUPPORTED_MEDIA_TYPE");
        assert!(answer.errors()[1].contains("Content-Encoding"), "{:?}", answer.errors());
        assert_eq!(answer.header("accept-encoding"), "identity");
    }
    update(body.into_bytes()).header("content-encoding", "identity").send().await.expect("200");
}

#[tokio::test]
async fn a_merge_patch_is_accepted_for_a_patch_and_accept_patch_says_so() {
    let (app, root, ada) = app_with_admin_and_user().await;
    let merge_patch = "application/merge-patch+json";
    let body = json!({ "userId": ada.id, "firstName": "Augusta" }).to_string();
    let update = app.patch("/v1/users/update").bearer(&ada).header("content-type", merge_patch);
    let answer = update.body(body.clone()).send().await.expect("200");
    assert_eq!(answer.header("accept-patch"), "");
    let accepted = "application/json, application/merge-patch+json";
    let other = app.patch("/v1/users/update").bearer(&ada).header("content-type", "text/plain");
    let answer = other.body(body.clone()).send().await.expect("415 UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(answer.header("accept-patch"), accepted);
    let preflight = app.request(Method::OPTIONS, "/v1/users/update").send().await;
    assert_eq!((preflight.status.as_u16(), preflight.header("accept-patch")), (204, accepted));
    let create = app.post("/v1/users").bearer(&root).header("content-type", merge_patch);
    let answer = create.body(body).send().await.expect("415 UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(answer.header("accept-patch"), "");
}

#[tokio::test]
async fn positions_in_json_count_characters() {
    let (app, _, ada) = app_with_admin_and_user().await;
    let request = app.patch("/api/v1/users/username").bearer(&ada);
    let request = request.header("content-type", "application/json");
    let answer = request.body("{\"newUsername\":\"çğışöü\" x}").send().await;
    let answer = answer.expect("400 MALFORMED_JSON");
    assert!(answer.errors()[1].contains("line 1, column 25"), "{:?}", answer.errors());
}

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
