//! The keys that the issuer publishes at a URL.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::SignedDuration;
use sandbox::{Issuer, IssuerKey, key_set};
use serde_json::{Value, json};

use crate::TestApp;
use crate::jws::{b64, message};
use crate::publisher::{Behaviour, Publisher};
use crate::tokens::{ACCEPTED, ask, claims};

const SECOND: SignedDuration = SignedDuration::from_secs(1);

#[tokio::test]
async fn keys_are_fetched_in_init_and_no_request_waits_for_them() {
    let key = IssuerKey::ec("one").unwrap();
    let publisher = Publisher::publishing(&[&key]).await;
    let app = publisher.app().await;
    assert_eq!(publisher.fetches(), 1);
    for _ in 0..5 {
        ask(&app, &key.sign(Some("one"), &claims(&app)).unwrap()).await.expect(ACCEPTED);
    }
    assert_eq!(publisher.fetches(), 1);
}

#[tokio::test]
async fn an_unknown_kid_triggers_a_fetch_at_once_and_then_at_most_one_in_30_seconds() {
    let (old, new) = (IssuerKey::ec("old").unwrap(), IssuerKey::ed("new").unwrap());
    let publisher = Publisher::publishing(&[&old]).await;
    let app = publisher.app().await;
    let token = new.sign(Some("new"), &claims(&app)).unwrap();

    ask(&app, &token).await.expect("401 TOKEN_INVALID");
    assert_eq!(publisher.fetches(), 2, "right after the start");
    publisher.set(Behaviour::Answer(200, key_set(&[&old, &new])));
    app.clock.advance(SECOND * 29);
    ask(&app, &token).await.expect("401 TOKEN_INVALID");
    assert_eq!(publisher.fetches(), 2, "29 s after that");
    app.clock.advance(SECOND);
    let answers = join_all((0..20).map(|_| ask(&app, &token))).await;
    assert!(answers.iter().all(|answer| answer.outcome() == ACCEPTED));
    assert_eq!(publisher.fetches(), 3, "30 s after it, one fetch for all who wait");
    ask(&app, &old.sign(Some("old"), &claims(&app)).unwrap()).await.expect(ACCEPTED);
}

#[tokio::test]
async fn a_key_that_is_new_right_after_the_start_or_the_hourly_fetch_is_found_at_once() {
    let (old, new) = (IssuerKey::ec("old").unwrap(), IssuerKey::ed("new").unwrap());
    let publisher = Publisher::publishing(&[&old]).await;
    let app = publisher.app().await;
    app.clock.advance(SECOND * 3600);
    ask(&app, &old.sign(Some("old"), &claims(&app)).unwrap()).await.expect(ACCEPTED);
    assert_eq!(publisher.fetches(), 2, "after an hour");
    publisher.set(Behaviour::Answer(200, key_set(&[&old, &new])));
    app.clock.advance(SECOND);
    ask(&app, &new.sign(Some("new"), &claims(&app)).unwrap()).await.expect(ACCEPTED);
    assert_eq!(publisher.fetches(), 3);
}

#[tokio::test]
async fn a_set_without_a_usable_key_is_503_whatever_the_token_s_algorithm_and_is_logged() {
    let (usable, unknown) = (IssuerKey::rsa("k").unwrap(), IssuerKey::p384("k").unwrap());
    let p521 =
        json!({ "kty": "EC", "crv": "P-521", "kid": "k", "alg": "ES512", "x": "AA", "y": "AA" });
    let unusable = json!({ "keys": [p521] }).to_string();
    let publisher = Publisher::start(Behaviour::Answer(200, unusable.clone())).await;
    let app = publisher.app().await;
    let tokens = [
        usable.sign(Some("k"), &claims(&app)).unwrap(),
        unknown.sign(Some("k"), &claims(&app)).unwrap(),
        app.issuer.sign(&claims(&app)).unwrap(),
        with_algorithm("ES512", &claims(&app)),
        with_algorithm("none", &claims(&app)),
    ];
    for token in &tokens {
        app.log.take();
        ask(&app, token).await.expect("503 UNAVAILABLE");
        let line = app.log.take().remove(0);
        let cause = line["Cause"].as_str().unwrap();
        assert!(cause.starts_with("the issuer's keys are not available: "), "{cause}");
        app.clock.advance(SECOND);
    }

    // The issuer rotates to a usable key, and back to an algorithm that is not supported.
    publisher.set(Behaviour::Answer(200, key_set(&[&usable])));
    ask(&app, &tokens[0]).await.expect(ACCEPTED);
    let answer = ask(&app, &tokens[3]).await.expect("401 TOKEN_INVALID");
    assert!(
        answer.header("www-authenticate").contains("the token's algorithm ES512 is not supported")
    );
    publisher.set(Behaviour::Answer(200, unusable));
    app.clock.advance(SECOND * 30);
    ask(&app, &tokens[3]).await.expect("503 UNAVAILABLE");
    ask(&app, &tokens[0]).await.expect(ACCEPTED);
    ask(&app, &tokens[2]).await.expect("401 TOKEN_INVALID");
}

/// A token whose header names that algorithm, with some signature.
fn with_algorithm(algorithm: &str, claims: &Value) -> String {
    let header = json!({ "alg": algorithm, "kid": "k" }).to_string();
    format!("{}.{}", message(header, claims.to_string()), b64("s".repeat(132)))
}

#[tokio::test]
async fn a_token_that_no_published_key_could_fit_triggers_no_fetch() {
    let key = IssuerKey::ec("one").unwrap();
    let publisher = Publisher::publishing(&[&key]).await;
    let app = publisher.app().await;
    app.clock.advance(SECOND * 60);
    ask(&app, &app.issuer.sign(&claims(&app)).unwrap()).await.expect("401 TOKEN_INVALID");
    ask(&app, "eyJhbGciOiJub25lIn0.e30.").await.expect("401 TOKEN_INVALID");
    ask(&app, "x").await.expect("401 TOKEN_INVALID");
    let forged = IssuerKey::ec("one").unwrap().sign(Some("one"), &claims(&app)).unwrap();
    ask(&app, &forged).await.expect("401 TOKEN_INVALID");
    assert_eq!(publisher.fetches(), 1);
}

#[tokio::test]
async fn when_a_fetch_fails_known_keys_keep_working_and_a_token_of_an_unknown_key_is_503() {
    let (old, new) = (IssuerKey::ec("old").unwrap(), IssuerKey::ed("new").unwrap());
    let publisher = Publisher::publishing(&[&old]).await;
    let app = publisher.app().await;
    let failures = [
        Behaviour::Answer(500, String::new()),
        Behaviour::Answer(302, String::new()),
        Behaviour::Answer(200, "<html>".to_owned()),
        Behaviour::Answer(200, "{\"keys\":[]}".to_owned()),
        Behaviour::Answer(200, format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(70_000))),
    ];
    for (number, failure) in (2..).zip(failures) {
        publisher.set(failure);
        app.clock.advance(SECOND * 30);
        let token = new.sign(Some("new"), &claims(&app)).unwrap();
        ask(&app, &token).await.expect("503 UNAVAILABLE");
        ask(&app, &token).await.expect("503 UNAVAILABLE");
        ask(&app, &old.sign(Some("old"), &claims(&app)).unwrap()).await.expect(ACCEPTED);
        assert_eq!(publisher.fetches(), number);
    }
    publisher.set(Behaviour::Answer(200, key_set(&[&old])));
    app.clock.advance(SECOND * 30);
    let token = new.sign(Some("new"), &claims(&app)).unwrap();
    ask(&app, &token).await.expect("401 TOKEN_INVALID");
    app.clock.advance(SECOND * 29);
    ask(&app, &token).await.expect("401 TOKEN_INVALID");
}

#[tokio::test]
async fn keys_are_fetched_anew_after_an_hour_so_that_a_withdrawn_one_stops_counting() {
    let (old, new) = (IssuerKey::ec("old").unwrap(), IssuerKey::ed("new").unwrap());
    let publisher = Publisher::publishing(&[&old]).await;
    let app = publisher.app().await;
    publisher.set(Behaviour::Answer(200, key_set(&[&new])));
    app.clock.advance(SECOND * 3599);
    ask(&app, &old.sign(Some("old"), &claims(&app)).unwrap()).await.expect(ACCEPTED);
    app.clock.advance(SECOND);
    ask(&app, &old.sign(Some("old"), &claims(&app)).unwrap()).await.expect("401 TOKEN_INVALID");
    assert_eq!(publisher.fetches(), 2);

    publisher.set(Behaviour::Answer(500, String::new()));
    app.clock.advance(SECOND * 7200);
    ask(&app, &new.sign(Some("new"), &claims(&app)).unwrap()).await.expect(ACCEPTED);
}

#[tokio::test]
async fn keys_of_the_settings_and_of_the_url_both_count_with_and_without_a_key_id() {
    let (inline, remote, foreign) = (
        IssuerKey::ec("inline").unwrap(),
        IssuerKey::ec("published").unwrap(),
        IssuerKey::ec("foreign").unwrap(),
    );
    let publisher = Publisher::publishing(&[&remote]).await;
    let (url, jwks) = (publisher.url.clone(), key_set(&[&inline]));
    let app = TestApp::start_with(|settings| {
        settings.jwks_url = Some(url);
        settings.jwks = Some(jwks);
    })
    .await;
    for (key, kid) in [(&inline, "inline"), (&remote, "published")] {
        for kid in [Some(kid), None] {
            ask(&app, &key.sign(kid, &claims(&app)).unwrap()).await.expect(ACCEPTED);
        }
    }
    app.clock.advance(SECOND * 60);
    for kid in [Some("inline"), Some("published"), None] {
        ask(&app, &foreign.sign(kid, &claims(&app)).unwrap()).await.expect("401 TOKEN_INVALID");
    }
    assert_eq!(publisher.fetches(), 1, "a forged signature triggers no fetch");
}

#[tokio::test]
async fn without_any_keys_a_token_is_503_until_the_issuer_is_back() {
    let key = IssuerKey::rsa("one").unwrap();
    let publisher = Publisher::start(Behaviour::Answer(503, String::new())).await;
    let app = publisher.app().await;
    let token = key.sign(Some("one"), &claims(&app)).unwrap();
    assert_eq!(publisher.fetches(), 1, "in init");
    ask(&app, &token).await.expect("503 UNAVAILABLE");
    assert_eq!(publisher.fetches(), 2, "the first request tries again");
    ask(&app, &token).await.expect("503 UNAVAILABLE");
    assert_eq!(publisher.fetches(), 2, "not more than once a second");
    app.clock.advance(SECOND);
    ask(&app, &token).await.expect("503 UNAVAILABLE");
    publisher.set(Behaviour::Answer(200, key_set(&[&key])));
    app.clock.advance(SECOND);
    ask(&app, &token).await.expect(ACCEPTED);
}

#[tokio::test]
async fn an_issuer_that_never_answers_is_503_within_5_seconds() {
    let key = IssuerKey::ec("one").unwrap();
    let publisher = Publisher::start(Behaviour::Stall).await;
    let url = publisher.url.clone();
    let app = TestApp::start_with(|settings| settings.jwks_url = Some(url)).await;
    let token = key.sign(Some("one"), &claims(&app)).unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(5), ask(&app, &token)).await;
    answer.expect("an answer in time").expect("503 UNAVAILABLE");
    publisher.set(Behaviour::Answer(200, key_set(&[&key])));
    app.clock.advance(SECOND);
    ask(&app, &token).await.expect(ACCEPTED);
}

#[test]
fn a_url_that_is_none_or_not_https_stops_the_start() {
    let error = |url: &str, allow_http| {
        let settings = shared::token::TokenSettings {
            hs256_secret: None,
            jwks_url: Some(url.to_owned()),
            allow_http,
            ..Issuer::development().token_settings()
        };
        shared::token::TokenVerifier::new(&settings).err().map(|error| error.to_string())
    };
    for url in ["", "jwks", "ftp://issuer.test/keys", "https://", "/keys", "file:///etc/passwd"] {
        let error = error(url, true).unwrap();
        assert!(error.starts_with("JWT_JWKS_URL is not an https URL"), "{url}: {error}");
    }
    assert_eq!(error("http://127.0.0.1:1/keys", true), None);
    let error = error("http://127.0.0.1:1/keys", false).unwrap();
    assert!(
        error.starts_with("JWT_JWKS_URL is not an https URL; plain http is for STAGE=local"),
        "{error}"
    );
}
