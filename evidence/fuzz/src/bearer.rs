//! The target `bearer`: an `Authorization` header → the caller.

use std::sync::{LazyLock, Mutex, PoisonError};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use axum::extract::FromRequestParts;
use axum::http::{HeaderValue, Request, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sandbox::{Issuer, Sample};
use serde_json::{Value, json};
use shared::app::App;
use shared::error::Error;
use shared::http::caller::Caller;
use tokio::runtime::Runtime;

use crate::api::{app, now, runtime, store};
use crate::table::Table;

/// The first byte of an input that is the claims of a token, not a header.
const CLAIMS: u8 = b'{';

/// The public keys of RFC 7517, appendix A.1. The targets sign nothing with them. [`jwks`] adds a key with
/// which they sign.
const P256: (&str, &str) =
    ("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
const RSA: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

/// The key of HS256. The development issuer has another key, so the app rejects the tokens of the sample
/// events.
pub(crate) const SECRET: &[u8] = b"a secret of these targets, 32 bytes or more";

/// The app that verifies the tokens.
static VERIFIER: LazyLock<Mutex<(Runtime, App)>> = LazyLock::new(|| {
    let mut tokens = Issuer::development().token_settings();
    tokens.jwks = Some(jwks().to_string());
    tokens.hs256_secret = Some(String::from_utf8_lossy(SECRET).into_owned().into());
    Mutex::new((runtime(), app(store(&Table::default()), &tokens)))
});

/// The tokens that the app accepts.
pub(crate) static GOOD: LazyLock<[String; 3]> = LazyLock::new(|| {
    let claims = claims().to_string();
    [
        signed(&json!({ "alg": "HS256", "typ": "JWT" }), &claims),
        signed(&json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "ed" }), &claims),
        signed(&json!({ "alg": "EdDSA" }), &claims),
    ]
});

/// Returns the key set of the app.
pub(crate) fn jwks() -> Value {
    let public = URL_SAFE_NO_PAD.encode(ed25519().public_key().as_ref());
    json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "x": public, "kid": "ed" },
        { "kty": "OKP", "crv": "Ed25519", "x": public },
        { "kty": "EC", "crv": "P-256", "x": P256.0, "y": P256.1, "use": "sig", "kid": "ec" },
        { "kty": "RSA", "n": RSA, "e": "AQAB", "alg": "RS256", "kid": "rsa" },
    ] })
}

/// Returns claims that the app accepts.
pub(crate) fn claims() -> Value {
    let issuer = Issuer::development();
    json!({
        "iss": issuer.issuer,
        "aud": issuer.audience,
        "sub": Sample::PLAIN.id,
        "exp": now().as_second() + 3600,
        "nbf": now().as_second(),
        "roles": ["API_USER", "ADMIN"],
        "username": Sample::PLAIN.username,
    })
}

fn ed25519() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("32 bytes")
}

/// Returns a token with that header and these claims, signed with HMAC or Ed25519 as `alg` says.
pub(crate) fn signed(header: &Value, claims: &str) -> String {
    let encode = |part: &str| URL_SAFE_NO_PAD.encode(part);
    let message = format!("{}.{}", encode(&header.to_string()), encode(claims));
    let signature = if header["alg"] == "HS256" {
        use aws_lc_rs::hmac;
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
        hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
    } else {
        ed25519().sign(message.as_bytes()).as_ref().to_vec()
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Sends a request with the input as its token. If the input begins with `{`, it is the claims of a
/// correctly signed token. Otherwise each of its lines is an `Authorization` header. The app may accept
/// only a token that the issuer signed, with valid claims.
///
/// # Panics
/// When a rule is broken.
pub fn bearer(data: &[u8]) {
    if data.first() == Some(&CLAIMS) {
        let Ok(claims) = std::str::from_utf8(data) else { return };
        let token = signed(&json!({ "alg": "HS256" }), claims);
        let line = HeaderValue::try_from(format!("Bearer {token}")).expect("ASCII");
        if let Ok(caller) = caller(&[line]) {
            check_claims(claims, &caller);
        }
        return;
    }
    let lines = data.split(|byte| *byte == b'\n');
    let lines: Vec<_> = lines.filter_map(|line| HeaderValue::from_bytes(line).ok()).collect();
    match caller(&lines) {
        Ok(caller) => {
            let is_good = lines.iter().all(is_good);
            assert!(is_good, "accepted: {:?}", String::from_utf8_lossy(data));
            assert_eq!(caller.id.as_str(), Sample::PLAIN.id);
        }
        Err(Error::Token(error)) => {
            assert!(Error::from(error).code().as_str().starts_with("TOKEN_"));
        }
        Err(Error::Invalid(violations)) => {
            assert!(!violations.is_empty());
            assert!(lines.len() > 1 || data.contains(&b','), "sent once: {violations:?}");
        }
        Err(other) => panic!("{other}"),
    }
}

/// Whether the header has only good tokens with `Bearer`. API Gateway joins repeated headers with a comma.
fn is_good(line: &HeaderValue) -> bool {
    let line = String::from_utf8_lossy(line.as_bytes());
    line.split(',').all(|one| {
        let (scheme, token) = one.trim().split_at_checked(7).unwrap_or_default();
        scheme.eq_ignore_ascii_case("bearer ") && GOOD.iter().any(|good| good == token.trim())
    })
}

/// Checks claims that the app has accepted (RFC 7519).
fn check_claims(claims: &str, caller: &Caller) {
    let claims: Value = serde_json::from_str(claims).expect("JSON");
    let issuer = Issuer::development();
    assert_eq!(claims["iss"], issuer.issuer.as_str(), "{claims}");
    assert!(is_for_us(&claims, &issuer.audience), "{claims}");
    assert!(claims["token_use"].is_null() || claims["token_use"] == "access", "{claims}");
    let typ = claims["typ"].as_str().unwrap_or_default().to_ascii_lowercase();
    assert!(!["id", "refresh", "offline", "logout"].contains(&&*typ), "{claims}");
    for name in ["at_hash", "c_hash", "events", "cnf"] {
        assert!(claims[name].is_null(), "{claims}");
    }
    let present = f64::from(i32::try_from(now().as_second()).expect("a second before 2038"));
    assert!(claims["exp"].as_f64().is_some_and(|exp| present < exp + 60.0), "{claims}");
    let nbf = claims.get("nbf").filter(|nbf| !nbf.is_null());
    assert!(
        nbf.is_none_or(|nbf| nbf.as_f64().is_some_and(|nbf| nbf - 60.0 <= present)),
        "{claims}"
    );
    let sub = claims["sub"].as_str().expect("a string");
    assert!((1..=255).contains(&sub.len()), "{claims}");
    assert!(sub.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:|@+=~".contains(c)), "{claims}");
    assert_eq!(caller.id.as_str(), sub);
    if let Some(hint) = &caller.username_hint {
        assert_eq!(claims["username"], *hint.as_str(), "{claims}");
    }
}

/// Whether the claims say that the token is for this audience.
fn is_for_us(claims: &Value, audience: &str) -> bool {
    let is_audience = |value: &Value| *value == *audience;
    match &claims["aud"] {
        Value::Array(several) if !several.is_empty() => several.iter().any(is_audience),
        Value::Null | Value::Array(_) if claims["client_id"].is_string() => {
            is_audience(&claims["client_id"])
        }
        Value::Null | Value::Array(_) => is_audience(&claims["azp"]),
        one => is_audience(one),
    }
}

/// Returns the caller of a request with these `Authorization` headers.
fn caller(lines: &[HeaderValue]) -> Result<Caller, Error> {
    let mut request = Request::new(());
    for line in lines {
        request.headers_mut().append(header::AUTHORIZATION, line.clone());
    }
    let (mut parts, ()) = request.into_parts();
    let verifier = VERIFIER.lock().unwrap_or_else(PoisonError::into_inner);
    let (runtime, app) = &*verifier;
    runtime.block_on(Caller::from_request_parts(&mut parts, app))
}
