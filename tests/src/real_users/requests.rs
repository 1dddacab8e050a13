//! Headers, tokens and bodies as clients send them.

use axum::http::Method;
use serde_json::json;

use super::steps::app_with_admin_and_user;

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
