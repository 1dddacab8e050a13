//! The keys that the issuer publishes at a URL.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use futures_util::future::join_all;
use jiff::SignedDuration;
use sandbox::{Issuer, IssuerKey, key_set};
use tokio::net::TcpListener;

use crate::TestApp;
use crate::tokens::{ACCEPTED, ask, claims};

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// How the issuer's server responds.
#[derive(Clone)]
enum Behaviour {
    Answer(u16, String),
    Stall,
}

/// The issuer's server.
#[derive(Clone)]
struct Publisher {
    url: String,
    state: Arc<Mutex<(Behaviour, usize)>>,
}

impl Publisher {
    async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let publisher = Self { url, state: Arc::new(Mutex::new((behaviour, 0))) };
        let state = Arc::clone(&publisher.state);
        let answer = async move || {
            let behaviour = {
                let mut state = state.lock().unwrap();
                state.1 += 1;
                state.0.clone()
            };
            match behaviour {
                Behaviour::Answer(status, body) => (StatusCode::from_u16(status).unwrap(), body),
                Behaviour::Stall => std::future::pending().await,
            }
        };
        let router = Router::new().route("/jwks.json", get(answer));
        tokio::spawn(async { axum::serve(listener, router).await });
        publisher
    }

    async fn publishing(keys: &[&IssuerKey]) -> Self {
        Self::start(Behaviour::Answer(200, key_set(keys))).await
    }

    fn set(&self, behaviour: Behaviour) {
        self.state.lock().unwrap().0 = behaviour;
    }

    fn fetches(&self) -> usize {
        self.state.lock().unwrap().1
    }

    /// Starts an app that fetches the keys at its start, as on Lambda.
    async fn app(&self) -> TestApp {
        let url = self.url.clone();
        let app = TestApp::start_with(|settings| settings.jwks_url = Some(url)).await;
        app.app().tokens.warm_up(app.now()).await;
        app
    }
}

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
async fn an_unknown_kid_triggers_at_most_one_refetch_in_30_seconds() {
    let (old, new) = (IssuerKey::ec("old").unwrap(), IssuerKey::ed("new").unwrap());
    let publisher = Publisher::publishing(&[&old]).await;
    let app = publisher.app().await;
    let token = new.sign(Some("new"), &claims(&app)).unwrap();

    app.clock.advance(SECOND * 29);
    ask(&app, &token).await.expect("401 TOKEN_INVALID");
    assert_eq!(publisher.fetches(), 1, "29 s after the last fetch");
    app.clock.advance(SECOND);
    ask(&app, &token).await.expect("401 TOKEN_INVALID");
    ask(&app, &token).await.expect("401 TOKEN_INVALID");
    assert_eq!(publisher.fetches(), 2, "30 s after it, once");

    publisher.set(Behaviour::Answer(200, key_set(&[&old, &new])));
    app.clock.advance(SECOND * 29);
    ask(&app, &token).await.expect("401 TOKEN_INVALID");
    app.clock.advance(SECOND);
    let answers = join_all((0..20).map(|_| ask(&app, &token))).await;
    assert!(answers.iter().all(|answer| answer.outcome() == ACCEPTED));
    assert_eq!(publisher.fetches(), 3, "one fetch for all who wait");
    ask(&app, &old.sign(Some("old"), &claims(&app)).unwrap()).await.expect(ACCEPTED);
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
fn an_invalid_url_stops_the_start() {
    for url in ["", "jwks", "ftp://issuer.test/keys", "https://", "/keys", "file:///etc/passwd"] {
        let settings = shared::token::TokenSettings {
            hs256_secret: None,
            jwks_url: Some(url.to_owned()),
            ..Issuer::development().token_settings()
        };
        let error = shared::token::TokenVerifier::new(&settings).err().unwrap().to_string();
        assert!(error.starts_with("JWT_JWKS_URL is not "), "{url}: {error}");
    }
}
