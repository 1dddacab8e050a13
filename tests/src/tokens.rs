//! Which tokens count.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use sandbox::{IssuerKey, key_set};
use serde_json::{Value, json};
use shared::domain::role::Role;
use shared::token::{TokenSettings, TokenVerifier};

use crate::{Answer, TestApp};

fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64.encode(bytes)
}

/// The claims of a good token.
pub(crate) fn claims(app: &TestApp) -> Value {
    let now = app.now().as_second();
    json!({
        "iss": app.issuer.issuer, "aud": app.issuer.audience, "sub": "nobody",
        "iat": now, "exp": now + 3600
    })
}

/// The claims with some of them changed; `null` leaves one out.
fn with(mut claims: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

/// Sends the token. A token that counts is answered 404, since nobody has no account.
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
async fn a_token_signed_with_another_key_or_altered_does_not_count() {
    let (ours, theirs) = (IssuerKey::ec("e").unwrap(), IssuerKey::ec("e").unwrap());
    let jwks = key_set(&[&ours]);
    let app = TestApp::start_with(|settings| settings.jwks = Some(jwks)).await;
    let answer = ask(&app, &theirs.sign(Some("e"), &claims(&app)).unwrap())
        .await
        .expect("401 TOKEN_INVALID");
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer realm=\"nameplate\", error=\"invalid_token\", error_description=\"the token's signature is wrong\""
    );

    let good = ours.sign(Some("e"), &claims(&app)).unwrap();
    let [header, payload, signature]: [&str; 3] =
        good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let other = b64(with(claims(&app), &json!({ "sub": "root" })).to_string());
    for altered in [
        format!("{header}.{other}.{signature}"),
        format!("{header}.{payload}."),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{signature}."),
        format!("{good}="),
        format!("{header}.{payload}.{}", b64([0_u8; 64])),
        format!(
            "{}.{payload}.{signature}",
            b64(json!({ "alg": "ES256", "kid": "e", "x": 1 }).to_string())
        ),
    ] {
        ask(&app, &altered).await.expect("401 TOKEN_INVALID");
    }
    ask(&app, &good).await.expect(ACCEPTED);
}

#[tokio::test]
async fn the_algorithm_must_be_on_the_allow_list_and_fit_the_key() {
    let key = IssuerKey::rsa("r").unwrap();
    let jwks = key_set(&[&key]);
    let app = TestApp::start_with(|settings| settings.jwks = Some(jwks)).await;
    let payload = b64(claims(&app).to_string());
    for algorithm in
        ["none", "None", "NONE", "nOnE", "", "HS256", "RS512", "PS256", "ES256", "EdDSA"]
    {
        let header = b64(json!({ "alg": algorithm, "kid": "r" }).to_string());
        for signature in ["", "AAAA"] {
            ask(&app, &format!("{header}.{payload}.{signature}")).await.expect("401 TOKEN_INVALID");
        }
    }
    // The public key as the secret of an HMAC: the modulus, and the JWK as it stands.
    for secret in [key.jwk["n"].as_str().unwrap().to_owned(), key.jwk.to_string()] {
        let issuer = sandbox::Issuer { secret, ..app.issuer.clone() };
        ask(&app, &issuer.sign(&claims(&app)).unwrap()).await.expect("401 TOKEN_INVALID");
    }
    // The right key with another algorithm of its family.
    let mut header = Header::new(Algorithm::RS512);
    header.kid = Some("r".to_owned());
    let token = encode(&header, &claims(&app), &key.signing).unwrap();
    ask(&app, &token).await.expect("401 TOKEN_INVALID");
}

#[tokio::test]
async fn issuer_audience_expiry_and_subject_are_required_and_checked() {
    let app = TestApp::start().await;
    for (changes, outcome) in [
        (json!({}), ACCEPTED),
        (json!({ "aud": ["other", app.issuer.audience] }), ACCEPTED),
        (json!({ "iss": null }), "401 TOKEN_INVALID"),
        (json!({ "iss": "https://other.test/" }), "401 TOKEN_INVALID"),
        (json!({ "iss": [app.issuer.issuer] }), "401 TOKEN_INVALID"),
        (json!({ "aud": null }), "401 TOKEN_INVALID"),
        (json!({ "aud": "other" }), "401 TOKEN_INVALID"),
        (json!({ "aud": [] }), "401 TOKEN_INVALID"),
        (json!({ "exp": null }), "401 TOKEN_INVALID"),
        (json!({ "exp": "4000000000" }), "401 TOKEN_INVALID"),
        (json!({ "sub": null }), "401 TOKEN_INVALID"),
        (json!({ "sub": "" }), "401 TOKEN_INVALID"),
        (json!({ "sub": "a b" }), "401 TOKEN_INVALID"),
        (json!({ "sub": 7 }), "401 TOKEN_INVALID"),
        (json!({ "sub": "x".repeat(128) }), ACCEPTED),
        (json!({ "sub": "x".repeat(129) }), "401 TOKEN_INVALID"),
    ] {
        let token = app.issuer.sign(&with(claims(&app), &changes)).unwrap();
        let answer = ask(&app, &token).await;
        assert_eq!(answer.outcome(), outcome, "{changes}");
    }
}

#[tokio::test]
async fn a_token_counts_until_60_seconds_after_exp_and_from_60_seconds_before_nbf_on() {
    let app = TestApp::start().await;
    let now = app.now().as_second();
    for (changes, outcome) in [
        (json!({ "exp": now - 59 }), ACCEPTED),
        (json!({ "exp": now - 60 }), "401 TOKEN_EXPIRED"),
        (json!({ "exp": now - 61 }), "401 TOKEN_EXPIRED"),
        (json!({ "exp": 0 }), "401 TOKEN_EXPIRED"),
        (json!({ "exp": -1 }), "401 TOKEN_INVALID"),
        (json!({ "exp": 4e9 + 0.5 }), ACCEPTED),
        (json!({ "nbf": now + 59 }), ACCEPTED),
        (json!({ "nbf": now + 60 }), ACCEPTED),
        (json!({ "nbf": now + 61 }), "401 TOKEN_INVALID"),
        (json!({ "nbf": "soon" }), "401 TOKEN_INVALID"),
    ] {
        let token = app.issuer.sign(&with(claims(&app), &changes)).unwrap();
        assert_eq!(ask(&app, &token).await.outcome(), outcome, "{changes}");
    }
}

#[tokio::test]
async fn unknown_roles_and_claims_of_other_types_are_ignored() {
    let app = TestApp::start().await;
    let target = app.user("ada").await;
    let body = json!({ "userId": target.id, "status": "BLOCKED" });
    for (roles, outcome) in [
        (json!(["GOD", "ADMIN", 7]), "200"),
        (json!("ADMIN"), "403 NOT_YOURS"),
        (json!(["admin"]), "403 NOT_YOURS"),
        (json!({ "ADMIN": true }), "403 NOT_YOURS"),
    ] {
        let changes = json!({ "roles": roles, "username": 7, "preferred_username": [] });
        let token = app.issuer.sign(&with(claims(&app), &changes)).unwrap();
        app.patch("/v1/users/update").token(&token).json(&body).send().await.expect(outcome);
    }
}

#[tokio::test]
async fn either_name_of_the_username_claim_is_a_hint() {
    let app = TestApp::start().await;
    for (number, claim) in ["username", "preferred_username"].into_iter().enumerate() {
        let name = format!("holder{number}");
        let user = app.user(&name).await;
        let changes = json!({ "sub": user.id, claim: name });
        let token = app.issuer.sign(&with(claims(&app), &changes)).unwrap();
        let body = json!({ "newUsername": format!("renamed{number}") });
        app.patch("/api/v1/users/username").token(&token).json(&body).send().await.expect("200");
        assert_eq!(app.wire.take_calls(), ["TransactWriteItems"], "{claim}");
    }
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case_and_another_one_is_no_token() {
    let app = TestApp::start().await;
    let token = app.token("nobody", &[Role::ApiUser], None);
    let request = |value: &str| {
        let body = json!({ "newUsername": "lovelace" });
        app.patch("/api/v1/users/username").header("authorization", value).json(&body).send()
    };
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        request(&format!("{scheme} {token}")).await.expect(ACCEPTED);
    }
    for value in ["", "Bearer", "Bearer ", "Basic YTpi", &token] {
        let answer = request(value).await.expect("401 TOKEN_MISSING");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"nameplate\"");
    }
    for value in ["Bearer x", "Bearer a.b.c", &format!("Bearer {token} {token}")] {
        request(value).await.expect("401 TOKEN_INVALID");
    }
}

#[tokio::test]
async fn critical_extensions_other_types_of_token_and_endless_tokens_do_not_count() {
    let app = TestApp::start().await;
    let sign = |change: &dyn Fn(&mut Header)| {
        let mut header = Header::new(Algorithm::HS256);
        change(&mut header);
        let key = EncodingKey::from_secret(app.issuer.secret.as_bytes());
        encode(&header, &claims(&app), &key).unwrap()
    };
    for typ in [None, Some("JWT"), Some("jwt"), Some("at+jwt"), Some("application/at+jwt")] {
        let token = sign(&|header| header.typ = typ.map(str::to_owned));
        ask(&app, &token).await.expect(ACCEPTED);
    }
    for typ in ["logout+jwt", "dpop+jwt", "JWS"] {
        let token = sign(&|header| header.typ = Some(typ.to_owned()));
        ask(&app, &token).await.expect("401 TOKEN_INVALID");
    }
    let token = sign(&|header| header.crit = Some(vec!["exp".to_owned()]));
    ask(&app, &token).await.expect("401 TOKEN_INVALID");
    let long = with(claims(&app), &json!({ "padding": "x".repeat(9000) }));
    ask(&app, &app.issuer.sign(&long).unwrap()).await.expect("401 TOKEN_INVALID");
}

#[tokio::test]
async fn a_key_of_the_set_that_is_weak_or_for_another_use_is_passed_over() {
    let good = IssuerKey::ed("good").unwrap();
    let mut small = good.jwk.clone();
    small["x"] = json!(b64([1_u8; 16]));
    let mut for_encryption = good.jwk.clone();
    for_encryption["use"] = json!("enc");
    let mut other_algorithm = good.jwk.clone();
    other_algorithm["alg"] = json!("ES256");
    let unknown = json!({ "kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": "AAAA" });
    let symmetric = json!({ "kty": "oct", "k": b64([7_u8; 32]) });
    let useless = [small, for_encryption, other_algorithm, unknown, symmetric];
    let settings = |keys: &[Value]| TokenSettings {
        issuer: "i".to_owned(),
        audience: "a".to_owned(),
        hs256_secret: None,
        jwks: Some(json!({ "keys": keys }).to_string()),
        jwks_url: None,
    };
    for key in &useless {
        let error = TokenVerifier::new(&settings(std::slice::from_ref(key))).err().unwrap();
        assert!(error.to_string().starts_with("JWT_JWKS has no usable key"), "{key}: {error}");
    }
    let mut keys = useless.to_vec();
    keys.push(good.jwk);
    assert!(TokenVerifier::new(&settings(&keys)).is_ok());
}

#[test]
fn no_key_a_short_secret_or_a_malformed_key_set_stop_the_start() {
    let settings = |secret: Option<&str>, jwks: Option<&str>| TokenSettings {
        issuer: "i".to_owned(),
        audience: "a".to_owned(),
        hs256_secret: secret.map(Into::into),
        jwks: jwks.map(str::to_owned),
        jwks_url: None,
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
