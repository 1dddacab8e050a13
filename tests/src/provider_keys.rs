//! Keys of every kind that providers publish, also of kinds that verify nothing here.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, KeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use sandbox::IssuerKey;
use serde_json::{Value, json};

use crate::jws::{message, signed};

/// The keys of a set, some of which sign.
pub(crate) struct Ring(Vec<(Value, Signer)>);

enum Signer {
    Jwt(EncodingKey),
    Curve(Box<EcdsaKeyPair>),
    Nobody,
}

impl Ring {
    /// Makes the keys that a case describes.
    pub(crate) fn of(keys: &Value) -> Self {
        let keys = keys.as_array().into_iter().flatten().enumerate();
        Self(keys.map(|(number, key)| made(number, key)).collect())
    }

    /// The public parts, as a JSON Web Key Set.
    pub(crate) fn key_set(&self) -> String {
        json!({ "keys": self.0.iter().map(|(jwk, _)| jwk).collect::<Vec<_>>() }).to_string()
    }

    /// Signs with that key of the set, by the algorithm of the header.
    pub(crate) fn sign(&self, key: usize, header: &Value, claims: &Value) -> String {
        let message = message(header.to_string(), claims.to_string());
        let signature = match &self.0[key].1 {
            Signer::Jwt(key) => {
                // The crate has no `Ed25519`.
                let name = header["alg"].as_str().unwrap().replace("Ed25519", "EdDSA");
                crypto::sign(message.as_bytes(), key, name.parse().unwrap()).unwrap()
            }
            Signer::Curve(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
                URL_SAFE_NO_PAD.encode(signature)
            }
            Signer::Nobody => panic!("no such key signs: {header}"),
        };
        format!("{message}.{signature}")
    }
}

/// Signs with a shared secret, by the algorithm of the header.
pub(crate) fn sign_with_secret(secret: &str, header: &Value, claims: &Value) -> String {
    let algorithm: Algorithm = header["alg"].as_str().unwrap().parse().unwrap();
    let key = EncodingKey::from_secret(secret.as_bytes());
    signed(algorithm, &key, header.to_string(), claims.to_string())
}

/// An RSA key; generating one takes long.
pub(crate) fn any_rsa() -> &'static IssuerKey {
    rsa(0)
}

fn rsa(number: usize) -> &'static IssuerKey {
    static KEYS: OnceLock<[IssuerKey; 2]> = OnceLock::new();
    let keys = KEYS.get_or_init(|| ["a", "b"].map(|kid| IssuerKey::rsa(kid).unwrap()));
    &keys[number % keys.len()]
}

fn made(number: usize, key: &Value) -> (Value, Signer) {
    if let Some(literal) = key.get("literal") {
        return (literal.clone(), Signer::Nobody);
    }
    let (mut jwk, signer) = match key["$key"].as_str().unwrap() {
        "RSA2048" => of(rsa(number)),
        "RSA1024" => (json!({ "kty": "RSA", "n": weak_modulus(), "e": "AQAB" }), Signer::Nobody),
        "P-256" => of(&IssuerKey::ec("").unwrap()),
        "P-384" => of(&IssuerKey::p384("").unwrap()),
        "P-521" => of_curve("P-521", &ECDSA_P521_SHA512_FIXED_SIGNING),
        "secp256k1" => of_curve("secp256k1", &ECDSA_P256K1_SHA256_FIXED_SIGNING),
        "Ed25519" => of(&IssuerKey::ed("").unwrap()),
        "Ed448" => {
            let x = URL_SAFE_NO_PAD.encode([7; 57]);
            (json!({ "kty": "OKP", "crv": "Ed448", "x": x }), Signer::Nobody)
        }
        other => panic!("{other}"),
    };
    let published = key["kid_published"].as_str().or(key["kid"].as_str());
    let members = jwk.as_object_mut().unwrap();
    for name in ["alg", "use", "kid"] {
        members.shift_remove(name);
    }
    if let Some(kid) = published {
        members.insert("kid".to_owned(), json!(kid));
    }
    members.extend(key["members"].as_object().cloned().unwrap_or_default());
    let certificate = STANDARD.encode([7; 900]);
    let (thumbprint, thumbprint_256) =
        (URL_SAFE_NO_PAD.encode([7; 20]), URL_SAFE_NO_PAD.encode([7; 32]));
    if key["x5"] == true {
        members.insert("x5c".to_owned(), json!([certificate]));
    }
    if key["x5"] == true || key["x5"] == "x5t" {
        members.insert("x5t".to_owned(), json!(thumbprint));
    }
    if key["x5"] == true || key["x5"] == "S256" {
        members.insert("x5t#S256".to_owned(), json!(thumbprint_256));
    }
    for name in key["omit"].as_array().into_iter().flatten() {
        members.shift_remove(name.as_str().unwrap());
    }
    (jwk, signer)
}

fn of(key: &IssuerKey) -> (Value, Signer) {
    (key.jwk.clone(), Signer::Jwt(key.signing.clone()))
}

fn of_curve(curve: &str, signing: &'static EcdsaSigningAlgorithm) -> (Value, Signer) {
    let pair = EcdsaKeyPair::generate(signing).unwrap();
    let point = &pair.public_key().as_ref()[1..];
    let (x, y) = point.split_at(point.len() / 2);
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let jwk = json!({ "kty": "EC", "crv": curve, "x": part(x), "y": part(y) });
    (jwk, Signer::Curve(Box::new(pair)))
}

fn weak_modulus() -> Value {
    let weak: Value = serde_json::from_str(include_str!("../fixtures/weak-rsa-key.json")).unwrap();
    weak["n"].clone()
}
