//! OpenID Connect Discovery: the issuer says where its keys are.

use std::time::Duration;

use jiff::SignedDuration;
use sandbox::{IssuerKey, Provider, Sample, SampleIssuer, TokenRequest, key_set};
use serde_json::{Value, json};

use crate::TestApp;
use crate::providers::settings;
use crate::publisher::{Behaviour, Publisher};
use crate::tokens::{ACCEPTED, ask};

const DOCUMENT: &str = "/.well-known/openid-configuration";

/// An issuer behind discovery, with an app that asks it.
struct Discovered {
    publisher: Publisher,
    key: IssuerKey,
    issuer: String,
    app: TestApp,
}

impl Discovered {
    /// Starts an issuer below that path and an app that does not know where its keys are.
    async fn start(path: &str) -> Self {
        let key = IssuerKey::ec("k").unwrap();
        let publisher = Publisher::publishing(&[&key]).await;
        let issuer = format!("{}{path}", publisher.origin);
        let variables = [("JWT_ISSUER", &*issuer), ("JWT_AUDIENCE", "api")];
        let settings = settings(&variables).unwrap();
        let app = TestApp::start_with(|tokens| *tokens = settings).await;
        Self { publisher, key, issuer, app }
    }

    /// Publishes a document with that issuer and that place of the keys.
    fn publish(&self, issuer: &str, keys: &str) {
        let document =
            json!({ "issuer": issuer, "jwks_uri": keys, "response_types_supported": [] });
        self.serve(Behaviour::Answer(200, document.to_string()));
    }

    fn serve(&self, behaviour: Behaviour) {
        let base = self.issuer.strip_suffix('/').unwrap_or(&self.issuer);
        let path = base.strip_prefix(&self.publisher.origin).unwrap();
        self.publisher.serve(&format!("{path}{DOCUMENT}"), behaviour);
    }

    fn claims(&self) -> Value {
        let now = self.app.now().as_second();
        json!({ "iss": self.issuer, "aud": "api", "sub": "nobody", "exp": now + 36_000 })
    }

    /// Sends a good token a second later, when the next fetch is due.
    async fn outcome(&self) -> String {
        self.app.clock.advance(SignedDuration::from_secs(1));
        let token = self.key.sign(Some("k"), &self.claims()).unwrap();
        ask(&self.app, &token).await.outcome()
    }

    /// The causes in the log since the last look.
    fn causes(&self) -> Vec<String> {
        let lines = self.app.log.take();
        lines.iter().filter_map(|line| line["Cause"].as_str().map(str::to_owned)).collect()
    }
}

#[tokio::test]
async fn the_issuer_s_document_says_where_the_keys_are() {
    for path in ["", "/", "/realms/acme", "/realms/acme/"] {
        let discovered = Discovered::start(path).await;
        discovered.publish(&discovered.issuer, &discovered.publisher.url);
        discovered.app.app().tokens.warm_up(discovered.app.now()).await;
        assert_eq!(discovered.outcome().await, ACCEPTED, "{path}");
        let requests = discovered.publisher.requests();
        let asked: Vec<_> = requests.iter().map(|(path, _)| path.as_str()).collect();
        let document = format!("{}{DOCUMENT}", path.trim_end_matches('/'));
        assert_eq!(asked, [&*document, "/jwks.json"], "both in init, and no second slash");
        for (_, headers) in requests {
            assert_eq!(headers["accept"], "application/json");
            assert!(headers["user-agent"].to_str().unwrap().starts_with("nameplate/"));
        }
    }
}

#[tokio::test]
async fn the_document_is_asked_again_with_the_hourly_fetch() {
    let discovered = Discovered::start("").await;
    let elsewhere = Publisher::publishing(&[&discovered.key]).await;
    discovered.publish(&discovered.issuer, &discovered.publisher.url);
    assert_eq!(discovered.outcome().await, ACCEPTED);
    discovered.publish(&discovered.issuer, &elsewhere.url);
    discovered.app.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(discovered.outcome().await, ACCEPTED);
    assert_eq!(
        (discovered.publisher.fetches(), elsewhere.fetches()),
        (1, 1),
        "another host may have the keys"
    );
}

#[tokio::test]
async fn a_document_that_is_another_issuer_s_malformed_or_too_long_is_503_and_logged() {
    let discovered = Discovered::start("/a").await;
    let keys = discovered.publisher.url.clone();
    for (issuer, jwks_uri) in [
        (format!("{}/b", discovered.publisher.origin), &*keys),
        (format!("{}/", discovered.issuer), &*keys),
        (discovered.issuer.to_uppercase(), &*keys),
        ("https://login.example.com/{tenantid}/v2.0".to_owned(), &*keys),
        (discovered.issuer.clone(), "/jwks.json"),
        (discovered.issuer.clone(), "file:///jwks.json"),
        (discovered.issuer.clone(), ""),
    ] {
        discovered.publish(&issuer, jwks_uri);
        assert_eq!(discovered.outcome().await, "503 UNAVAILABLE", "{issuer} {jwks_uri}");
    }
    let document = |length: usize| {
        let padding = "x".repeat(length);
        json!({ "issuer": discovered.issuer, "jwks_uri": keys, "x": padding }).to_string()
    };
    for behaviour in [
        Behaviour::Answer(404, document(0)),
        Behaviour::Answer(500, document(0)),
        Behaviour::Redirect(format!("{}/there", discovered.publisher.origin)),
        Behaviour::Answer(200, "<html>".to_owned()),
        Behaviour::Answer(200, "[]".to_owned()),
        Behaviour::Answer(200, json!({ "issuer": discovered.issuer }).to_string()),
        Behaviour::Answer(200, document(64 * 1024)),
        Behaviour::Answer(200, document(10 * 1024 * 1024)),
    ] {
        discovered.publisher.serve("/there", Behaviour::Answer(200, document(0)));
        discovered.serve(behaviour);
        assert_eq!(discovered.outcome().await, "503 UNAVAILABLE");
    }
    assert_eq!(discovered.publisher.fetches(), 0, "nobody follows such a document");
    let causes = discovered.causes();
    assert_eq!(causes.iter().filter(|cause| cause.ends_with("has over 64 KiB")).count(), 2);
    for cause in causes {
        assert!(cause.contains("the issuer's discovery document"), "{cause}");
        assert!(!cause.contains(&keys), "{cause}");
    }
    discovered.serve(Behaviour::Answer(200, document(60 * 1024)));
    assert_eq!(discovered.outcome().await, ACCEPTED);
}

#[tokio::test]
async fn a_document_that_never_comes_is_503_within_5_seconds() {
    let discovered = Discovered::start("").await;
    discovered.serve(Behaviour::Stall);
    let outcome = tokio::time::timeout(Duration::from_secs(5), discovered.outcome()).await;
    assert_eq!(outcome.unwrap(), "503 UNAVAILABLE");
}

#[tokio::test]
async fn a_place_of_keys_without_https_counts_on_a_developer_s_machine_alone() {
    let discovered = Discovered::start("").await;
    discovered.publish(&discovered.issuer, &discovered.publisher.url);
    assert_eq!(discovered.outcome().await, ACCEPTED);
    // The document itself would have to come over https as well.
    let variables =
        [("STAGE", "prod"), ("JWT_ISSUER", &*discovered.issuer), ("JWT_AUDIENCE", "api")];
    let error = settings(&variables).unwrap_err();
    assert!(
        error.starts_with("JWT_JWKS_URL is not set, and JWT_ISSUER is no https URL"),
        "{error}"
    );
}

#[test]
fn an_issuer_that_is_no_url_stops_the_start_without_keys_and_none_is_asked_with_them() {
    for (stage, issuer, more, is_accepted) in [
        ("prod", "acme.example.com", None, false),
        ("prod", "https://", None, false),
        ("prod", "https://t.example.com?x", None, false),
        ("prod", "https://t.example.com#x", None, false),
        ("prod", "http://t.example.com", None, false),
        ("dev", "http://t.example.com", None, false),
        ("local", "http://t.example.com", None, true),
        ("prod", "https://t.example.com/a", None, true),
        ("prod", "acme.example.com", Some(("JWT_JWKS_URL", "https://t.example.com/k")), true),
        ("prod", "acme.example.com", Some(("JWT_JWKS_URL", "http://t.example.com/k")), false),
        ("dev", "acme.example.com", Some(("JWT_JWKS_URL", "http://t.example.com/k")), false),
        (
            "dev",
            "acme.example.com",
            Some(("JWT_HS256_SECRET", "0123456789abcdef0123456789abcdef")),
            true,
        ),
    ] {
        let mut variables = vec![("STAGE", stage), ("JWT_ISSUER", issuer), ("JWT_AUDIENCE", "a")];
        variables.extend(more);
        let read = settings(&variables);
        assert_eq!(read.is_ok(), is_accepted, "{variables:?}");
        if let Err(error) = read {
            assert!(error.starts_with("JWT_JWKS_URL is not "), "{error}");
        }
    }
}

#[tokio::test]
async fn with_a_key_url_the_document_is_never_asked_for() {
    let key = IssuerKey::ec("k").unwrap();
    let publisher = Publisher::publishing(&[&key]).await;
    let app = publisher.app().await;
    ask(&app, &key.sign(Some("k"), &crate::tokens::claims(&app)).unwrap()).await.expect(ACCEPTED);
    assert!(publisher.requests().iter().all(|(path, _)| path == "/jwks.json"));
}

#[tokio::test]
async fn the_sample_issuers_are_taken_by_the_settings_that_they_come_with() {
    for (name, provider) in Provider::ALL {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let sample = SampleIssuer { provider, origin };
        let router = sample.router().unwrap();
        tokio::spawn(async { axum::serve(listener, router).await });
        let variables = sample.settings();
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, &**value)).collect();
        let settings = settings(&variables).unwrap();
        let app = TestApp::start_with(|tokens| *tokens = settings).await;
        Sample::create_all(&app.app().store, app.now()).await.unwrap();
        let token = |user: &Sample| {
            let request = TokenRequest {
                sub: user.id,
                roles: user.roles,
                username: Some(user.username),
                issued_at: app.now(),
                expires_at: app.now() + SignedDuration::from_hours(1),
            };
            sample.issue(&request).unwrap()
        };
        let body = json!({ "newUsername": "renamed" });
        let request = app.patch("/api/v1/users/username").token(&token(&Sample::PLAIN)).json(&body);
        assert_eq!(request.send().await.outcome(), "200", "{name}");
        for (user, outcome) in [
            (&Sample::PLAIN, "403 NOT_YOURS"),
            (&Sample::POWER_USER, "200"),
            (&Sample::ADMIN, "200"),
        ] {
            let body = json!({ "userId": Sample::CHANGED.id, "firstName": "Grace" });
            let request = app.patch("/v1/users/update").token(&token(user)).json(&body);
            assert_eq!(request.send().await.outcome(), outcome, "{name} {}", user.username);
        }
    }
}

#[tokio::test]
async fn a_set_that_is_withdrawn_stops_counting_within_the_hour() {
    let discovered = Discovered::start("").await;
    discovered.publish(&discovered.issuer, &discovered.publisher.url);
    assert_eq!(discovered.outcome().await, ACCEPTED);
    let other = IssuerKey::ec("other").unwrap();
    discovered.publisher.set(Behaviour::Answer(200, key_set(&[&other])));
    discovered.app.clock.advance(SignedDuration::from_secs(3598));
    assert_eq!(discovered.outcome().await, ACCEPTED);
    assert_eq!(discovered.outcome().await, "401 TOKEN_INVALID");
}
