//! The keys that sign our access tokens.

use std::net::Ipv4Addr;
use std::sync::Arc;

use jiff::SignedDuration;
use sandbox::{EmbeddedKms, PASSWORD};
use serde_json::json;
use shared::config::Stage;
use shared::sign_in::{Signer, not_before, revoke, rotate};
use shared::store::{Custody, DynamoDb, Kms, https};
use shared::token::{OwnTokens, SigningAlgorithm, SigningKey};
use tokio::net::TcpListener;

use super::{log_in, me, refresh, refreshed, signed_in};
use crate::TestApp;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

async fn published(app: &TestApp) -> Vec<String> {
    let answer = app.get("/.well-known/jwks.json").send().await.expect("200");
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let body = answer.json();
    let keys = body["keys"].as_array().unwrap();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(access: &str) -> String {
    crate::jws::header(access)["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_is_published_two_hours_before_it_signs_and_the_one_before_verifies_two_lifetimes_more()
 {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let old = kid(&signed_in(&app, "ada").await.access);
    let store = &app.app().store;
    let made = rotate(store, &Custody::Embedded, SigningAlgorithm::Es256, LIFETIME, app.now());
    let new = made.await.unwrap();
    assert_eq!(new.sign_from, app.now() + HOUR * 2);
    // Functions that run read the schedule anew every five minutes.
    app.clock.advance(MINUTE * 5);
    assert_eq!(published(&app).await, [old.clone(), new.kid.clone()]);
    app.clock.advance(HOUR + MINUTE * 54);
    let last = signed_in(&app, "ada").await;
    assert_eq!(kid(&last.access), old);
    app.clock.advance(MINUTE);
    let first = signed_in(&app, "ada").await;
    assert_eq!(kid(&first.access), new.kid);
    for access in [&last.access, &first.access] {
        me(&app, access).send().await.expect("200");
    }
    app.clock.advance(LIFETIME * 2);
    assert_eq!(published(&app).await, [new.kid]);
}

#[tokio::test]
async fn a_revoked_key_counts_no_longer_after_five_minutes_and_the_next_refresh_has_another() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let tokens = signed_in(&app, "ada").await;
    let store = &app.app().store;
    let made = rotate(store, &Custody::Embedded, SigningAlgorithm::EdDsa, LIFETIME, app.now());
    made.await.unwrap();
    revoke(store, &kid(&tokens.access), app.now()).await.unwrap();
    app.clock.advance(MINUTE * 5);
    me(&app, &tokens.access).send().await.expect("401 TOKEN_INVALID");
    let tokens = refreshed(&app, &tokens.refresh).await;
    me(&app, &tokens.access).send().await.expect("200");
}

#[tokio::test]
async fn after_a_restore_no_sign_in_counts_that_is_from_before_the_instant() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let before = signed_in(&app, "ada").await;
    app.clock.advance(MINUTE);
    not_before(&app.app().store, app.now()).await.unwrap();
    app.clock.advance(MINUTE * 5);
    me(&app, &before.access).send().await.expect("401 TOKEN_REVOKED");
    refresh(&app, &before.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    me(&app, &signed_in(&app, "ada").await.access).send().await.expect("200");
}

#[tokio::test]
async fn the_discovery_document_leads_to_the_keys_and_names_the_issuer_of_the_tokens() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let answer = app.get("/.well-known/openid-configuration").send().await.expect("200");
    let issuer = super::claims(&signed_in(&app, "ada").await.access)["iss"].clone();
    assert_eq!(answer.json()["issuer"], issuer);
    let jwks_uri = format!("{}/.well-known/jwks.json", issuer.as_str().unwrap());
    assert_eq!(answer.json()["jwks_uri"], jwks_uri);
}

#[tokio::test]
async fn each_issuer_has_its_own_keys_and_neither_signs_for_the_other() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let claims = super::claims(&signed_in(&app, "ada").await.access);
    // Our claims under the provider's secret, and the provider's under a key with our key's id.
    let secret = app.issuer.sign(&claims).unwrap();
    me(&app, &secret).send().await.expect("401 TOKEN_INVALID");
    let ours = kid(&signed_in(&app, "ada").await.access);
    let pair = SigningAlgorithm::EdDsa.generate(&ours).unwrap();
    let stranger = SigningKey::read(&ours, SigningAlgorithm::EdDsa, &pair.pkcs8).unwrap();
    me(&app, &stranger.sign(&claims).unwrap()).send().await.expect("401 TOKEN_INVALID");
    let mut provider = claims.clone();
    provider["iss"] = json!(app.issuer.issuer);
    me(&app, &stranger.sign(&provider).unwrap()).send().await.expect("401 TOKEN_INVALID");
    me(&app, &ada.token).send().await.expect("200");
}

#[tokio::test]
async fn without_a_session_and_an_epoch_a_token_of_ours_does_not_count() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let claims = super::claims(&signed_in(&app, "ada").await.access);
    let key = app.signing_key().await;
    me(&app, &key.sign(&claims).unwrap()).send().await.expect("200");
    for name in ["sid", "epoch", "auth_time", "exp", "sub", "aud"] {
        let mut less = claims.clone();
        less.as_object_mut().unwrap().remove(name);
        let answer = me(&app, &key.sign(&less).unwrap()).send().await;
        assert_eq!(answer.outcome(), "401 TOKEN_INVALID", "{name}");
    }
}

/// An app whose key KMS has sealed, and the KMS.
async fn app_with_kms(stage: &'static str) -> (TestApp, EmbeddedKms) {
    let kms = EmbeddedKms::start(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
    let kms = kms.unwrap();
    let custody = |stage| {
        let account = DynamoDb {
            region: "eu-central-1".to_owned(),
            endpoint: None,
            access_key_id: "local".to_owned(),
            secret_access_key: "local".into(),
            session_token: None,
            ca_bundle: None,
        };
        let kms = Kms::new(&account, https().unwrap(), Some(kms.endpoint().to_owned()), stage);
        Custody::Envelope(kms.encrypting_with("local".to_owned()))
    };
    let app = TestApp::start_in_custody(custody("dev"), custody(stage)).await;
    (app, kms)
}

#[tokio::test]
async fn kms_opens_the_key_for_the_stage_that_it_was_sealed_for_alone() {
    let (app, _kms) = app_with_kms("dev").await;
    app.user_with_password("ada").await;
    me(&app, &signed_in(&app, "ada").await.access).send().await.expect("200");
    let sealed = app.dump_credentials().await;
    let sealed = sealed.iter().find(|(key, _)| key.starts_with("SIGNINGKEY#")).unwrap().1;
    assert_eq!(sealed["custody"].as_s().unwrap(), "kms");

    let (app, _kms) = app_with_kms("prod").await;
    app.user_with_password("ada").await;
    log_in(&app, "ada", PASSWORD).send().await.expect("500 INTERNAL");
}

#[tokio::test]
async fn without_kms_signing_in_is_503_and_everything_else_goes_on() {
    let (app, kms) = app_with_kms("dev").await;
    let ada = app.user_with_password("ada").await;
    drop(kms);
    let answer = log_in(&app, "ada", PASSWORD).send().await.expect("503 UNAVAILABLE");
    assert!(!answer.header("retry-after").is_empty());
    assert!(!app.dump_credentials().await.keys().any(|key| key.starts_with("SESSION#")));
    me(&app, &ada.token).send().await.expect("200");
    published(&app).await;
}

#[test]
fn a_signer_is_shared_by_every_task() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Signer>();
    is_shared::<Arc<OwnTokens>>();
    assert_eq!(Stage::Prod.as_str(), "prod");
}
