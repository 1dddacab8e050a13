//! Invalid input of every kind receives the right status and a clear sentence, and changes nothing.

use serde_json::{Value, json};
use shared::domain::role::Role;

use crate::TestApp;

/// Returns values that are no username at any endpoint.
fn bad_names() -> Vec<Value> {
    let long = "a".repeat(10_000);
    let texts = [
        "",
        "a",
        "ab",
        " ada ",
        "ada lovelace",
        "🌹🌹🌹",
        "ada🌹",
        "\u{200F}ada",
        "ada\u{202E}",
        "\u{0130}pek",
        "ada\0",
        "\0\0\0",
        "ada\n",
        "a\u{0301}da",
        "аda",
        "ａｄａ",
        "ada\u{200D}",
        "%00ada",
        "<b>ada</b>",
        "'; DROP TABLE users",
        "../../etc",
        "${jndi:x}",
        "admin",
        "adrnin",
        "_ada",
        "ada_",
        "a..b",
        "1234",
        &long,
    ];
    let others =
        [Value::Null, json!(5), json!(true), json!(["ada"]), json!({ "S": "ada" }), json!(1.5e300)];
    texts.into_iter().map(|text| json!(text)).chain(others).collect()
}

#[tokio::test]
async fn a_bad_username_is_400_with_a_clear_sentence_in_the_requested_language_and_changes_nothing()
{
    let app = TestApp::start().await;
    let (ada, root) = (app.user("ada").await, app.user_with("grace", Role::Admin).await);
    let before = app.dump().await;
    for name in bad_names() {
        for (language, first) in [("en", "Validation failed"), ("tr", "Doğrulama başarısız oldu")]
        {
            let requests = [
                (
                    "newUsername",
                    app.patch("/api/v1/users/username")
                        .bearer(&ada)
                        .json(&json!({ "newUsername": name })),
                ),
                ("username", app.update(&root, &ada, json!({ "username": name }))),
                (
                    "username",
                    app.post("/v1/users")
                        .bearer(&root)
                        .json(&json!({ "username": name, "firstName": "A", "lastName": "B" })),
                ),
            ];
            for (field, request) in requests {
                let answer = request.header("x-language", language).send().await;
                assert_eq!(answer.outcome(), "400 VALIDATION_FAILED", "{name}");
                let errors = answer.errors();
                assert_eq!(errors[0], first);
                assert!(
                    errors[1..].iter().all(|error| error.starts_with(&format!("{field}: "))),
                    "{errors:?}"
                );
                assert!(answer.body.len() < 2000, "a long name is not sent back");
                assert!(!errors.concat().contains(['\0', '\u{202E}', '\u{200F}']), "{errors:?}");
            }
        }
    }
    assert_eq!(app.dump().await, before);
}

#[tokio::test]
async fn a_body_that_is_no_json_object_of_known_fields_is_400_and_changes_nothing() {
    let app = TestApp::start().await;
    let root = app.user_with("grace", Role::Admin).await;
    let before = app.dump().await;
    let deep = format!("{}{}", "[".repeat(8000), "]".repeat(8000));
    let bodies: [(&[u8], &str); 17] = [
        (b"", "MALFORMED_JSON"),
        (b"  ", "MALFORMED_JSON"),
        (b"{", "MALFORMED_JSON"),
        (b"{} {}", "MALFORMED_JSON"),
        (b"newUsername=ada", "MALFORMED_JSON"),
        (b"{\"newUsername\":\"ada\",}", "MALFORMED_JSON"),
        (b"{\"newUsername\":\"\xff\"}", "MALFORMED_JSON"),
        (b"\xef\xbb\xbf{}", "VALIDATION_FAILED"),
        (b"\xef\xbb\xbf\xef\xbb\xbf{}", "MALFORMED_JSON"),
        (b"{\"a\":1,\"a\":1}", "MALFORMED_JSON"),
        (b"{\"newUsername\":\"ada\",\"new\\u0055sername\":\"bob\"}", "MALFORMED_JSON"),
        (deep.as_bytes(), "MALFORMED_JSON"),
        (b"[]", "VALIDATION_FAILED"),
        (b"null", "VALIDATION_FAILED"),
        (b"\"ada\"", "VALIDATION_FAILED"),
        (b"{}", "VALIDATION_FAILED"),
        (b"{\"nonsense\":1}", "VALIDATION_FAILED"),
    ];
    for (body, code) in bodies {
        for (method, path) in [
            ("PATCH", "/api/v1/users/username"),
            ("PATCH", "/v1/users/update"),
            ("POST", "/v1/users"),
        ] {
            let request = app.request(method.parse().unwrap(), path).bearer(&root);
            let request = request.header("content-type", "application/json").body(body);
            let answer = request.send().await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
            assert_eq!(answer.outcome(), format!("400 {code}"), "{path} {shown}");
            assert!(answer.errors().len() > 1, "{shown}");
        }
    }
    assert_eq!(app.dump().await, before);
}

#[tokio::test]
async fn a_request_without_permission_changes_nothing() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let before = app.dump().await;
    let body = json!({ "newUsername": "lovelace" });
    for token in ["", "x", "eyJhbGciOiJub25lIn0.e30.", &format!("{}x", ada.token)] {
        app.patch("/api/v1/users/username").token(token).json(&body).send().await;
    }
    app.update(&ada, &bob, json!({ "firstName": "Eve" })).send().await.expect("403 NOT_YOURS");
    app.update(&ada, &ada, json!({ "roles": ["ADMIN"] }))
        .send()
        .await
        .expect("403 FIELD_FORBIDDEN");
    assert_eq!(app.dump().await, before);
}
