//! A value that is refused never satisfies the sentence that refuses it: for every sentence of both
//! languages, the value that comes closest to satisfying it, and what the sentence says of it.

use std::collections::BTreeSet;

use jsonwebtoken::{Algorithm, EncodingKey};
use sandbox::Issuer;
use serde_json::{Value, json};
use shared::domain::role::Role;
use shared::token::RequiredClaim;

use crate::tokens::ask;
use crate::{NewUser, Request, TestApp, TestUser, jws};

/// A sentence's key in the locale files, and the field with the value that is refused.
const FIELDS: &[(&str, &str, &str)] = &[
    ("problem.not_a_user_id", "userId", "\"auth0/5f7c\""),
    ("problem.path_word", "userId", "\"me\""),
    ("problem.missing", "username", "null"),
    ("username.too_short", "username", "\"ab\""),
    ("username.too_long", "username", "\"abcdefghijklmnopqrstuvwxyzabcde\""),
    ("username.try_other", "username", "\"ayse-k\""),
    ("username.forbidden_characters", "username", "\"ay山se\""),
    ("username.leading_at", "username", "\"@a\""),
    ("username.leading_at_try", "username", "\"@ayse.k\""),
    ("username.separator_at_edge", "username", "\"ayse_\""),
    ("username.separators_in_row", "username", "\"ayse._k\""),
    ("username.no_letter", "username", "\"2026\""),
    ("username.reserved", "username", "\"ad.mins\""),
    ("username.invalid_email", "username", "\"a b@example.com\""),
    ("username.invalid_email_domain", "username", "\"ada@example.123\""),
    ("username.email_characters", "username", "\"ñ@example.com\""),
    ("problem.is_null", "locale", "null"),
    ("problem.not_a_string", "firstName", "[\"Ada\"]"),
    ("text.empty", "firstName", "\"\\u200b\""),
    ("text.control_character", "firstName", "\"A\\u202ea\""),
    ("text.nothing_visible", "lastName", "\"\\u2060\""),
    ("problem.not_a_locale", "locale", "\"sl-rozaj-rozaj\""),
    ("problem.not_a_time_zone", "timezone", "\"Istanbul\""),
    ("problem.not_one_of", "status", "\"Active\""),
    ("problem.no_roles", "roles", "[]"),
    ("problem.unknown_role", "roles", "[\"POWERUSER\"]"),
    ("problem.not_strings", "roles", "[1]"),
    ("problem.not_a_boolean", "empty", "\"true\""),
    ("problem.unknown", "firstname", "\"Ada\""),
    ("password.too_short", "password", "\"uX4#kQz9!rTf2@\""),
    ("password.control_character", "password", "\"Kırmızı-köprü-şelale\\n\""),
    ("password.too_weak", "password", "\"AdaLovelace2026x\""),
    ("problem.not_an_object", "account", "[]"),
    ("problem.read_only", "account", "{ \"id\": \"8e94a551-5b86-40ba-ae55-b019dee5cc25\" }"),
    ("problem.not_a_phone_number", "account", "{ \"mobilePhoneNumber\": \"+0905321234567\" }"),
    ("problem.not_a_label", "account", "{ \"type\": \"2PLAN\" }"),
    ("problem.not_a_url", "account", "{ \"profilePictureUrl\": \"https://a:b@example.com/\" }"),
];

/// The sentences that need more than a value of a field, and those that do not depend on one.
const OTHERS: &[&str] = &[
    "detail.account_not_active",
    "detail.body_too_large",
    "detail.credentials_invalid",
    "detail.not_owner",
    "detail.refresh_token_invalid",
    "detail.too_many_attempts",
    "token.revoked",
    "detail.concurrent_change",
    "detail.field_forbidden",
    "detail.method_meant",
    "detail.method_not_allowed",
    "detail.not_admin",
    "detail.not_yours",
    "detail.route_meant",
    "detail.route_not_found",
    "detail.target_is_admin",
    "detail.too_many_requests",
    "detail.unavailable",
    "detail.unsupported_content_encoding",
    "detail.unsupported_media_type",
    "detail.user_exists",
    "detail.user_not_found",
    "detail.username_cooldown",
    "detail.username_not_found",
    "detail.username_taken",
    "detail.username_too_similar",
    "detail.version_mismatch",
    "password.too_complex",
    "password.too_long",
    "problem.duplicate_key",
    "problem.empty",
    "problem.malformed",
    "problem.not_visible_ascii",
    "problem.sent_twice",
    "text.too_long",
    "token.absent",
    "token.algorithm",
    "token.audience",
    "token.azp",
    "token.bound",
    "token.claims",
    "token.client_id",
    "token.expired",
    "token.header",
    "token.issuer",
    "token.kind",
    "token.malformed",
    "token.missing",
    "token.no_audience",
    "token.not_a_jwt",
    "token.not_yet_valid",
    "token.required",
    "token.signature",
    "token.too_long",
    "token.type",
    "token.unknown_algorithm",
    "token.unknown_key",
    "username.email_not_accepted",
    "username.email_too_long",
];

const ENGLISH: &str = include_str!("../../shared/locales/en.yml");
const TURKISH: &str = include_str!("../../shared/locales/tr.yml");

/// The text of a sentence with its placeholders, by its key.
fn text(file: &'static str, key: &str) -> &'static str {
    let (section, name) = key.split_once('.').unwrap();
    let (_, rest) = file.split_once(&format!("\n{section}:\n")).unwrap_or_else(|| panic!("{key}"));
    let line = rest.lines().find_map(|line| line.strip_prefix(&format!("  {name}: ")));
    line.unwrap_or_else(|| panic!("{key}")).trim_matches('"')
}

/// Whether the sentence, which may name a place first, has that text with its placeholders filled in.
fn is_filled_in(sentence: &str, text: &str) -> bool {
    let mut rest = sentence;
    let parts = text.split("%{").enumerate().map(|(number, part)| match number {
        0 => part,
        _ => part.split_once('}').unwrap().1,
    });
    parts.into_iter().all(|part| match rest.find(part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

async fn check(key: &str, request: impl Fn() -> Request) {
    for (language, file) in [("en", ENGLISH), ("tr", TURKISH)] {
        let said = request().header("x-language", language).send().await.errors();
        let expected = text(file, key);
        let is_said = said.iter().any(|sentence| is_filled_in(sentence, expected));
        assert!(is_said, "{key}: {said:?} and not {expected}");
    }
}

#[test]
fn every_sentence_has_its_closest_value() {
    let mut keys = BTreeSet::new();
    let mut section = "";
    for line in ENGLISH.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("  ") {
            None => section = line.trim_end_matches(':'),
            Some(entry) if section != "title" => {
                keys.insert(format!("{section}.{}", entry.split(':').next().unwrap()));
            }
            Some(_) => {}
        }
    }
    let here = FIELDS.iter().map(|(key, ..)| *key).chain(OTHERS.iter().copied());
    assert_eq!(here.map(str::to_owned).collect::<BTreeSet<_>>(), keys);
}

#[tokio::test]
async fn a_refused_value_of_a_field_gets_the_sentence_that_is_true_of_it() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    for (key, field, value) in FIELDS {
        let mut body =
            json!({ "username": "lovelace", "firstName": "Ada", "lastName": "Lovelace" });
        body[*field] = serde_json::from_str::<Value>(value).unwrap();
        check(key, || app.post("/v1/users").bearer(&root).json(&body)).await;
    }
    // The same length as the longest that is accepted, and one more.
    for (key, field, longest) in [
        ("text.too_long", "firstName", "x".repeat(100)),
        ("password.too_long", "password", "uX4#kQz9".repeat(16)),
        (
            "username.email_too_long",
            "username",
            format!(
                "ada@{}.{}.{}.{}.com",
                "a".repeat(60),
                "b".repeat(60),
                "c".repeat(60),
                "d".repeat(63)
            ),
        ),
    ] {
        let longer = format!("x{longest}");
        let body = json!({ "username": "lovelace", "firstName": "Ada", field: longer });
        check(key, || app.post("/v1/users").bearer(&root).json(&body)).await;
    }
    let complex = format!("{}4@8({{[<3691!|70$5+%2", "a".repeat(100));
    let body = json!({ "username": "lovelace", "firstName": "Ada", "password": complex });
    check("password.too_complex", || app.post("/v1/users").bearer(&root).json(&body)).await;
}

#[tokio::test]
async fn a_refused_request_gets_the_sentence_that_is_true_of_it() {
    let app = TestApp::start_with_quotas().await;
    let (ada, bob) = (app.user("ada").await, app.user("bobby").await);
    let (root, power) =
        (app.user_with("grace", Role::Admin).await, app.user_with("hedy", Role::PowerUser).await);
    let status = shared::domain::status::Status::Blocked;
    let blocked = app.create(NewUser { status, ..NewUser::named("barred") }).await;
    let nobody = TestUser { id: "nobody".to_owned(), ..root.clone() };
    let rename = || app.patch("/api/v1/users/username").bearer(&ada);
    let raw = |text: &str| rename().header("content-type", "application/json").body(text);
    let changed = app.user("renamed_once").await;
    app.rename(&changed, "renamed_twice").send().await.expect("200");
    check("detail.account_not_active", || app.rename(&blocked, "free_name")).await;
    check("detail.field_forbidden", || app.update(&ada, &ada, json!({ "status": "BLOCKED" })))
        .await;
    check("detail.not_yours", || app.update(&ada, &bob, json!({}))).await;
    check("detail.not_admin", || app.post("/v1/users").bearer(&power).json(&json!({}))).await;
    check("detail.target_is_admin", || app.update(&power, &root, json!({ "firstName": "A" })))
        .await;
    check("detail.user_not_found", || app.update(&root, &nobody, json!({}))).await;
    check("detail.username_not_found", || app.get("/api/v1/users/by-username/adaa").bearer(&ada))
        .await;
    check("detail.route_not_found", || app.patch("/v1/username").bearer(&ada)).await;
    check("detail.route_meant", || app.patch("/api/v1/users/update").bearer(&ada)).await;
    check("detail.method_meant", || app.patch("/v1/users/username").bearer(&ada)).await;
    check("detail.method_not_allowed", || app.post("/v1/users/update").bearer(&ada)).await;
    check("detail.username_taken", || app.rename(&ada, "BOBBY")).await;
    check("detail.username_too_similar", || app.rename(&ada, "b0bby")).await;
    check("detail.username_cooldown", || app.rename(&changed, "renamed_again")).await;
    let user = json!({ "userId": ada.id, "username": "fresh_name", "firstName": "A" });
    check("detail.user_exists", || app.post("/v1/users").bearer(&root).json(&user)).await;
    let update = || app.update(&root, &ada, json!({ "firstName": "New" }));
    check("detail.version_mismatch", || update().header("if-match", "\"2\"")).await;
    check("detail.body_too_large", || raw(&" ".repeat(16 * 1024 + 1))).await;
    check("detail.unsupported_media_type", || {
        rename().header("content-type", "text/json").body("{}")
    })
    .await;
    check("detail.unsupported_content_encoding", || raw("{}").header("content-encoding", "gzip"))
        .await;
    check("problem.malformed", || raw("{\"newUsername\":\"ada\",}")).await;
    check("problem.empty", || raw(" ")).await;
    check("problem.duplicate_key", || raw("{\"newUsername\":\"a\",\"newUsername\":\"a\"}")).await;
    let get = || app.get(&format!("/v1/users/{}", ada.id)).bearer(&ada);
    check("problem.not_visible_ascii", || get().header("x-app-version", "1.2 beta")).await;
    check("problem.sent_twice", || get().header("x-platform", "web").header("x-platform", "api"))
        .await;
    check("username.email_not_accepted", || app.rename(&root, "ada@example.com")).await;
    for _ in 0..20 {
        rename().send().await;
    }
    check("detail.too_many_requests", rename).await;
}

#[tokio::test]
async fn who_signs_in_wrongly_gets_the_sentence_that_is_true_of_it() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let log_in = |password: &str| {
        app.post("/v1/auth/login").json(&json!({ "username": "ada", "password": password }))
    };
    let access = log_in(sandbox::PASSWORD).send().await.json()["accessToken"].clone();
    check("detail.credentials_invalid", || log_in("wrong")).await;
    let unknown = json!({ "refreshToken": "npr_junk" });
    check("detail.refresh_token_invalid", || app.post("/v1/auth/refresh").json(&unknown)).await;
    for _ in 0..8 {
        log_in("wrong").send().await.expect("401 CREDENTIALS_INVALID");
    }
    check("detail.too_many_attempts", || log_in("wrong")).await;
    let root = app.user_with("grace", Role::Admin).await;
    let body = json!({
        "userId": ada.id, "oldPassword": sandbox::PASSWORD, "newPassword": "Difference-Engine-1822"
    });
    let change = || app.post("/v1/users/change-password").bearer(&root).json(&body);
    check("detail.not_owner", change).await;
    let password = json!({ "password": "Difference-Engine-1822" });
    app.update(&root, &ada, password).send().await.expect("200");
    check("token.revoked", || app.get("/v1/users/me").token(access.as_str().unwrap())).await;
}

#[tokio::test]
async fn a_database_that_is_in_the_way_gets_the_sentence_that_is_true_of_it() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for _ in 0..12 {
        app.wire.inject(crate::Injection::cancelled(&["TransactionConflict", "None", "None"]));
        // The read of the name.
        if app.wire.waiting() % 7 == 6 {
            app.wire.inject(crate::Injection::Meanwhile(Box::pin(async {})));
        }
    }
    check("detail.concurrent_change", || app.rename(&ada, "lovelace")).await;
    app.wire.discard();
    for _ in 0..36 {
        app.wire.inject(crate::Injection::Refuse);
    }
    check("detail.unavailable", || app.rename(&ada, "lovelace")).await;
    app.wire.discard();
}

#[tokio::test]
async fn a_refused_token_gets_the_sentence_that_is_true_of_it() {
    let app = TestApp::start_with(|settings| {
        settings.hs256_secret = Some(Issuer::development().secret.into());
        settings.required_claims =
            RequiredClaim::parse_list("https://api.test/tenant=acme").unwrap();
    })
    .await;
    let now = app.now().as_second();
    let good = json!({
        "iss": app.issuer.issuer, "aud": app.issuer.audience, "sub": "nobody", "exp": now + 3600,
        "https://api.test/tenant": "acme"
    });
    let key = EncodingKey::from_secret(Issuer::development().secret.as_bytes());
    let signed = |header: &str, claims: &str| {
        let header: Value = serde_json::from_str(header).unwrap();
        jws::signed(Algorithm::HS256, &key, header.to_string(), claims)
    };
    let with = |changes: Value| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        signed(r#"{"alg":"HS256"}"#, &claims.to_string())
    };
    let token = with(json!({}));
    ask(&app, &token).await.expect("404 USER_NOT_FOUND");
    let (message, _) = token.rsplit_once('.').unwrap();
    let other = with(json!({ "jti": "other" }));
    let (_, signature) = other.rsplit_once('.').unwrap();
    let labelled = |header| signed(header, &good.to_string());
    for (key, token) in [
        ("token.issuer", with(json!({ "iss": format!("{}x", app.issuer.issuer) }))),
        ("token.audience", with(json!({ "aud": ["nameplate"] }))),
        (
            "token.client_id",
            with(json!({ "aud": [], "client_id": "x", "azp": app.issuer.audience })),
        ),
        ("token.azp", with(json!({ "aud": null, "azp": "x" }))),
        ("token.no_audience", with(json!({ "aud": [] }))),
        ("token.kind", with(json!({ "token_use": "id" }))),
        ("token.kind", with(json!({ "at_hash": "x" }))),
        ("token.bound", with(json!({ "cnf": { "jkt": "x" } }))),
        ("token.required", with(json!({ "https://api.test/tenant": "acme2" }))),
        ("token.absent", with(json!({ "sub": null }))),
        ("token.absent", with(json!({ "exp": null }))),
        ("token.malformed", with(json!({ "sub": "a b" }))),
        ("token.malformed", with(json!({ "exp": "soon" }))),
        ("token.not_yet_valid", with(json!({ "nbf": now + 61 }))),
        ("token.expired", with(json!({ "exp": now - 60 }))),
        ("token.signature", format!("{message}.{signature}")),
        ("token.claims", signed(r#"{"alg":"HS256"}"#, "[]")),
        ("token.header", labelled(r#"{"alg":5}"#)),
        ("token.header", labelled(r#"{"alg":"HS256","crit":["b64"]}"#)),
        ("token.type", labelled(r#"{"alg":"HS256","typ":"logout+jwt"}"#)),
        ("token.algorithm", labelled(r#"{"alg":"ES512"}"#)),
        ("token.algorithm", labelled(r#"{"alg":"none"}"#)),
        ("token.unknown_algorithm", labelled(r#"{"alg":"hs256"}"#)),
        ("token.unknown_key", labelled(r#"{"alg":"ES384"}"#)),
        ("token.not_a_jwt", "ory_at_JGhESDjKfHMQ8Wcy0cC3.hIQxGmX37ydn8WmKAnlD3U".to_owned()),
        ("token.not_a_jwt", token.replacen('.', "..", 1)),
        ("token.too_long", with(json!({ "padding": "x".repeat(8000) }))),
    ] {
        check(key, || app.get("/v1/users/nobody").token(&token)).await;
    }
    check("token.missing", || app.get("/v1/users/nobody")).await;
}
