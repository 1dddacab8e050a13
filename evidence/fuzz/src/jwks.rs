//! The target `jwks`: a JSON Web Key Set → the keys.

use std::sync::{LazyLock, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sandbox::Issuer;
use serde_json::json;
use shared::token::{TokenSettings, TokenVerifier, VerificationError};
use tokio::runtime::Runtime;

use crate::api::{now, runtime};
use crate::bearer::{claims, signed};

static RUNTIME: LazyLock<Mutex<Runtime>> = LazyLock::new(|| Mutex::new(runtime()));

/// Tokens that no key set may accept: their signature is wrong, missing, or made with a secret.
static FOREIGN: LazyLock<Vec<String>> = LazyLock::new(|| {
    let claims = claims().to_string();
    let signature = URL_SAFE_NO_PAD.encode([0x5A; 64]);
    let mut tokens = Vec::new();
    for kid in [None, Some("ed"), Some("ec"), Some("rsa"), Some("oct")] {
        for alg in
            ["HS256", "EdDSA", "Ed25519", "ES256", "ES384", "RS256", "PS256", "ES512", "none"]
        {
            let mut header = json!({ "alg": alg });
            if let Some(kid) = kid {
                header["kid"] = json!(kid);
            }
            let token = signed(&header, &claims);
            let message = token.rsplit_once('.').expect("three parts").0;
            tokens.push(format!("{message}.{signature}"));
            tokens.push(format!("{message}."));
        }
    }
    // The verifier ignores a secret in a key set, which is a key of type `oct`.
    tokens.push(signed(&json!({ "alg": "HS256" }), &claims));
    tokens.push(signed(&json!({ "alg": "HS256", "kid": "oct" }), &claims));
    tokens
});

/// Reads the input as a key set. Reading fails, or returns keys that accept no token of another key.
///
/// # Panics
/// When a rule is broken.
pub fn jwks(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let settings = TokenSettings {
        hs256_secret: None,
        jwks: Some(text.to_owned()),
        ..Issuer::development().token_settings()
    };
    let verifier = match TokenVerifier::new(&settings) {
        Ok(verifier) => verifier,
        Err(error) => {
            assert!(error.to_string().starts_with("JWT_JWKS "), "{error}");
            return;
        }
    };
    let runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    for token in FOREIGN.iter() {
        let outcome = runtime.block_on(verifier.verify(token, now()));
        assert!(matches!(outcome, Err(VerificationError::Rejected(_))), "accepted: {token}");
    }
}
