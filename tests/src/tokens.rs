//! The tokens that the API accepts.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use sandbox::{Issuer, IssuerKey, key_set};
use serde_json::{Value, json};
use shared::token::{ClaimPath, TokenSettings, TokenVerifier};

use crate::{Answer, TestApp};

fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64.encode(bytes)
}

/// Returns the claims of a good token.
pub(crate) fn claims(app: &TestApp) -> Value {
    let now = app.now().as_second();
    json!({
        "iss": app.issuer.issuer, "aud": app.issuer.audience, "sub": "nobody",
        "iat": now, "exp": now + 3600
    })
}

/// Sends a request with the token. The response to an accepted token is 404, because the user `nobody`
/// has no account.
pub(crate) async fn ask(app: &TestApp, token: &str) -> Answer {
    let body = json!({ "newUsername": "lovelace" });
    app.patch("/api/v1/users/username").token(token).json(&body).send().await
}

pub(crate) const ACCEPTED: &str = "404 USER_NOT_FOUND";

#[tokio::test]
async fn rs256_es256_and_eddsa_tokens_of_the_key_set_and_hs256_tokens_of_the_secret_count() {
    let keys =
        [IssuerKey::rsa("r").unwrap(), IssuerKey::ec("e").unwrap(), IssuerKey::ed("d").unwrap()];
    let jwks = key_set(&keys.each_ref());
    let app = TestApp::start_with(|settings| {
        settings.jwks = Some(jwks);
        settings.hs256_secret = Some("a secret of the tests with 32 bytes".into());
    })
    .await;
    for (key, kid) in keys.iter().zip(["r", "e", "d"]) {
        for kid in [Some(kid), None] {
            ask(&app, &key.sign(kid, &claims(&app)).unwrap()).await.expect(ACCEPTED);
        }
        ask(&app, &key.sign(Some("x"), &claims(&app)).unwrap()).await.expect("401 TOKEN_INVALID");
    }
    ask(&app, &app.issuer.sign(&claims(&app)).unwrap()).await.expect(ACCEPTED);
}

#[tokio::test]
async fn the_challenge_describes_the_error_of_a_token_and_is_bare_without_a_token() {
    let (ours, theirs) = (IssuerKey::ec("e").unwrap(), IssuerKey::ec("e").unwrap());
    let jwks = key_set(&[&ours]);
    let app = TestApp::start_with(|settings| settings.jwks = Some(jwks)).await;
    let forged = ask(&app, &theirs.sign(Some("e"), &claims(&app)).unwrap()).await;
    assert_eq!(
        forged.expect("401 TOKEN_INVALID").header("www-authenticate"),
        "Bearer realm=\"nameplate\", error=\"invalid_token\", error_description=\"the token's signature is wrong\""
    );
    let without = app.patch("/api/v1/users/username").send().await.expect("401 TOKEN_MISSING");
    assert_eq!(without.header("www-authenticate"), "Bearer realm=\"nameplate\"");
    ask(&app, &ours.sign(Some("e"), &claims(&app)).unwrap()).await.expect(ACCEPTED);
}

#[tokio::test]
async fn the_claim_of_the_username_saves_a_call_and_a_text_that_no_name_could_be_costs_none() {
    let app = TestApp::start_with(|settings| {
        settings.hs256_secret = Some("a secret of the tests with 32 bytes".into());
        settings.username_claim = ClaimPath::parse("JWT_USERNAME_CLAIM", "profile.name").ok();
    })
    .await;
    let (read_first, one_call) =
        (&["GetItem", "TransactWriteItems"][..], &["TransactWriteItems"][..]);
    for (number, (hint, calls)) in [
        (json!("HOLDER"), one_call),
        (json!(null), read_first),
        (json!("3f0c9a52-7d1e-4b7a-9c55-0a1b2c3d4e5f"), read_first),
        (json!("auth0|5f7c"), read_first),
        (json!("201926742074524083"), read_first),
        (json!("0123456789abcdef0123456789abcdef"), read_first),
        (json!("ab"), read_first),
        (json!("x".repeat(255)), read_first),
        (json!(""), read_first),
        (json!(["holder"]), read_first),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("holder{number}");
        let user = app.user(&name).await;
        let mut claims = claims(&app);
        claims["sub"] = json!(user.id);
        // Only the claim of the settings counts.
        claims["username"] = json!(name);
        claims["preferred_username"] = json!(name);
        claims["profile"] =
            json!({ "name": if hint == "HOLDER" { json!(name) } else { hint.clone() } });
        let token = app.issuer.sign(&claims).unwrap();
        let body = json!({ "newUsername": format!("renamed{number}") });
        app.patch("/api/v1/users/username").token(&token).json(&body).send().await.expect("200");
        assert_eq!(app.wire.take_calls(), calls, "{hint}");
    }
}

#[tokio::test]
async fn a_key_of_the_set_that_is_weak_or_for_another_use_is_ignored() {
    let good = IssuerKey::ed("good").unwrap();
    let mut small = good.jwk.clone();
    small["x"] = json!(b64([1_u8; 16]));
    let mut for_encryption = good.jwk.clone();
    for_encryption["use"] = json!("enc");
    let mut for_signing_only = good.jwk.clone();
    for_signing_only["key_ops"] = json!(["sign", "encrypt"]);
    let mut other_algorithm = good.jwk.clone();
    other_algorithm["alg"] = json!("ES256");
    let unknown = json!({ "kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": "AAAA" });
    let symmetric = json!({ "kty": "oct", "k": b64([7_u8; 32]) });
    let too_short = json!({ "kty": "RSA", "n": weak_rsa_key()["n"], "e": "AQAB" });
    let mut no_exponent = too_short.clone();
    no_exponent["n"] = IssuerKey::rsa("r").unwrap().jwk["n"].clone();
    no_exponent["e"] = json!("");
    let useless = [
        no_exponent,
        small,
        too_short,
        for_encryption,
        for_signing_only,
        other_algorithm,
        unknown,
        symmetric,
    ];
    let settings = |keys: &[Value]| TokenSettings {
        hs256_secret: None,
        jwks: Some(json!({ "keys": keys }).to_string()),
        ..Issuer::development().token_settings()
    };
    for key in &useless {
        let error = TokenVerifier::new(&settings(std::slice::from_ref(key))).err().unwrap();
        assert!(error.to_string().starts_with("JWT_JWKS has no usable key"), "{key}: {error}");
    }
    let mut keys = useless.to_vec();
    keys.push(good.jwk);
    assert!(TokenVerifier::new(&settings(&keys)).is_ok());
}

/// Returns the modulus of an RSA key with 1 024 bits, and a token of that key that is valid in the
/// first hour of a test. They come from a file, because no library here generates such a key.
fn weak_rsa_key() -> Value {
    serde_json::from_str(include_str!("../fixtures/weak-rsa-key.json")).unwrap()
}

#[tokio::test]
async fn a_token_of_an_rsa_key_with_1024_bits_does_not_count_even_if_the_set_pads_the_modulus() {
    let weak = weak_rsa_key();
    let (n, token) = (weak["n"].as_str().unwrap(), weak["token"].as_str().unwrap());
    let good = IssuerKey::rsa("r").unwrap();
    for n in [n.to_owned(), b64([&[0; 128], BASE64.decode(n).unwrap().as_slice()].concat())] {
        let weak = json!({ "kty": "RSA", "kid": "weak", "n": n, "e": "AQAB" });
        let jwks = json!({ "keys": [weak, good.jwk] }).to_string();
        let app = TestApp::start_with(|settings| settings.jwks = Some(jwks)).await;
        ask(&app, token).await.expect("401 TOKEN_INVALID");
        ask(&app, &good.sign(None, &claims(&app)).unwrap()).await.expect(ACCEPTED);
    }
}

#[tokio::test]
async fn zeros_before_an_rsa_modulus_and_exponent_are_passed_over() {
    let key = IssuerKey::rsa("r").unwrap();
    let mut padded = key.jwk.clone();
    for part in ["n", "e"] {
        let bytes = BASE64.decode(key.jwk[part].as_str().unwrap()).unwrap();
        padded[part] = json!(b64([&[0, 0], bytes.as_slice()].concat()));
    }
    let jwks = json!({ "keys": [padded] }).to_string();
    let app = TestApp::start_with(|settings| settings.jwks = Some(jwks)).await;
    ask(&app, &key.sign(Some("r"), &claims(&app)).unwrap()).await.expect(ACCEPTED);
}

#[tokio::test]
async fn of_keys_that_share_a_key_id_each_verifies_its_own_tokens() {
    let keys =
        [IssuerKey::ec("k").unwrap(), IssuerKey::ec("k").unwrap(), IssuerKey::ed("k").unwrap()];
    let jwks = key_set(&keys.each_ref());
    let app = TestApp::start_with(|settings| settings.jwks = Some(jwks)).await;
    for key in &keys {
        ask(&app, &key.sign(Some("k"), &claims(&app)).unwrap()).await.expect(ACCEPTED);
    }
    for forger in [IssuerKey::ec("k").unwrap(), IssuerKey::rsa("k").unwrap()] {
        let forged = forger.sign(Some("k"), &claims(&app)).unwrap();
        ask(&app, &forged).await.expect("401 TOKEN_INVALID");
    }
}

#[test]
fn a_missing_key_a_short_secret_or_a_malformed_key_set_stops_the_start() {
    let settings = |secret: Option<&str>, jwks: Option<&str>| TokenSettings {
        hs256_secret: secret.map(Into::into),
        jwks: jwks.map(str::to_owned),
        ..Issuer::development().token_settings()
    };
    for (secret, jwks, begin) in [
        (None, None, "JWT_JWKS_URL is not set"),
        (Some("x".repeat(31)), None, "JWT_HS256_SECRET is too short"),
        (None, Some("{"), "JWT_JWKS is not a JSON Web Key Set"),
        (None, Some("{\"keys\":[]}"), "JWT_JWKS has no usable key"),
    ] {
        let error =
            TokenVerifier::new(&settings(secret.as_deref(), jwks)).err().unwrap().to_string();
        assert!(error.starts_with(begin), "{error}");
    }
    assert!(TokenVerifier::new(&settings(Some(&"x".repeat(32)), None)).is_ok());
}

#[tokio::test]
async fn a_token_in_the_body_does_not_count() {
    let app = TestApp::start().await;
    let token = app.issuer.sign(&claims(&app)).unwrap();
    let form = format!("access_token={token}");
    let json = json!({ "newUsername": "lovelace", "access_token": token }).to_string();
    for (content_type, body) in
        [("application/json", json), ("application/x-www-form-urlencoded", form)]
    {
        let request = app.patch("/api/v1/users/username").header("content-type", content_type);
        let answer = request.body(body).send().await.expect("401 TOKEN_MISSING");
        assert!(!String::from_utf8(answer.body).unwrap().contains(&token));
    }
    ask(&app, &token).await.expect(ACCEPTED);
}
