//! RFC 8725 sections 2.1, 3.1 and 3.2: the verifier compares the algorithm in the header with that of
//! the key. The header does not select the algorithm.

use jsonwebtoken::{Algorithm, EncodingKey};
use sandbox::{IssuerKey, key_set, pem};

use super::lab::{ACCEPTED, Case, INVALID, Lab, On, b64, from_b64, jws, signed, split};

pub(super) fn cases(lab: &Lab) -> Vec<Case> {
    [none(lab), hmac_with_a_public_key(lab), other_algorithms(lab), other_labels(lab), good(lab)]
        .concat()
}

#[tokio::test]
async fn the_algorithm_must_be_on_the_allow_list_and_fit_the_key_whatever_the_header_says() {
    let lab = Lab::open().await;
    lab.judge(&cases(&lab)).await;
}

/// Good tokens on the server that accepts them and on the other server.
fn good(lab: &Lab) -> Vec<Case> {
    let mut cases = Vec::new();
    for (key, kid) in lab.keys() {
        let name = format!("{:?} by its own key", key.algorithm);
        let with_kid = key.sign(Some(kid), &lab.claims()).unwrap();
        let without = key.sign(None, &lab.claims()).unwrap();
        cases.push(Case::new(format!("{name}, kid"), On::Keys, &with_kid, ACCEPTED));
        cases.push(Case::new(format!("{name}, no kid"), On::Keys, &without, ACCEPTED));
        cases.push(Case::new(format!("{name}, no such key"), On::Secret, &without, INVALID));
    }
    let token = jws(&lab.ed, "{\"alg\":\"Ed25519\",\"kid\":\"d\"}", lab.claims().to_string());
    cases.push(Case::new("Ed25519, the other name of EdDSA", On::Keys, &token, ACCEPTED));
    let [_, (_, token)] = lab.headed("");
    cases.push(Case::new("HS256 by the secret", On::Secret, &token, ACCEPTED));
    cases.push(Case::new("HS256 by a secret of another server", On::Keys, &token, INVALID));
    cases
}

/// RFC 8725 section 2.1: `none` in several cases, without a signature, with a wrong one and with a
/// correct one.
fn none(lab: &Lab) -> Vec<Case> {
    let mut cases = Vec::new();
    for name in ["none", "None", "NONE", "nOnE"] {
        let token = jws(&lab.rsa, format!("{{\"alg\":\"{name}\"}}"), lab.claims().to_string());
        let [header, payload, right] = split(&token);
        for (what, signature) in
            [("no signature", ""), ("some signature", "AAAA"), ("a right signature", right)]
        {
            let token = format!("{header}.{payload}.{signature}");
            cases.push(Case::new(format!("alg {name}, {what}"), On::Both, &token, INVALID));
        }
    }
    cases
}

/// RFC 8725 section 2.1: the public key, which everybody knows, as the secret of an HMAC.
fn hmac_with_a_public_key(lab: &Lab) -> Vec<Case> {
    let mut cases = Vec::new();
    for (key, kid) in lab.keys() {
        for (form, secret) in forms(key) {
            for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
                let secret = EncodingKey::from_secret(&secret);
                let header = format!("{{\"alg\":\"{algorithm:?}\",\"kid\":\"{kid}\"}}");
                let token = signed(algorithm, &secret, header, lab.claims().to_string());
                let name = format!("{algorithm:?} with the {:?} key as {form}", key.algorithm);
                cases.push(Case::new(name, On::Both, &token, INVALID));
            }
        }
    }
    for (form, secret) in [("nothing", ""), ("a NUL", "\0"), ("a word", "secret")] {
        let secret = EncodingKey::from_secret(secret.as_bytes());
        let token =
            signed(Algorithm::HS256, &secret, "{\"alg\":\"HS256\"}", lab.claims().to_string());
        cases.push(Case::new(format!("HS256 with {form}"), On::Both, &token, INVALID));
    }
    cases
}

/// Returns a public key in every form in which an attacker may find it.
fn forms(key: &IssuerKey) -> Vec<(&'static str, Vec<u8>)> {
    let spki = &key.public_der;
    let spki_pem = key.public_pem();
    let mut forms = vec![
        ("PEM", spki_pem.clone().into_bytes()),
        ("PEM without the last newline", spki_pem.trim_end().as_bytes().to_vec()),
        ("DER", spki.clone()),
        ("JWK", key.jwk.to_string().into_bytes()),
        ("JWK Set", key_set(&[key]).into_bytes()),
    ];
    // The number is that of the bytes before the key in a `SubjectPublicKeyInfo` (RFC 3279, RFC 5480,
    // RFC 8410).
    let (bare, before) = match key.algorithm {
        Algorithm::RS256 | Algorithm::PS256 => ("PKCS #1 DER", 24),
        Algorithm::ES256 => ("a point", 26),
        Algorithm::ES384 => ("a point", 23),
        _ => ("bare bytes", 12),
    };
    forms.push((bare, spki[before..].to_vec()));
    if [Algorithm::RS256, Algorithm::PS256].contains(&key.algorithm) {
        let modulus = key.jwk["n"].as_str().unwrap();
        forms.push(("PKCS #1 PEM", pem("RSA PUBLIC KEY", &spki[before..]).into_bytes()));
        forms.push(("a modulus", from_b64(modulus)));
        forms.push(("a modulus in base64url", modulus.as_bytes().to_vec()));
    } else {
        let x = key.jwk["x"].as_str().unwrap();
        forms.push(("x", from_b64(x)));
        forms.push(("x in base64url", x.as_bytes().to_vec()));
    }
    forms
}

/// Correct signatures of the right key, with another algorithm than the one that the key is for (RFC 8725
/// section 3.1).
fn other_algorithms(lab: &Lab) -> Vec<Case> {
    let payload = lab.claims().to_string();
    let mut cases = Vec::new();
    let mut add = |name: &str, algorithm: Algorithm, key: &EncodingKey, kid: &str| {
        let header = format!("{{\"alg\":\"{algorithm:?}\",\"kid\":\"{kid}\"}}");
        let token = signed(algorithm, key, header, &payload);
        let name = format!("{algorithm:?} by {name} {kid}");
        cases.push(Case::new(name, On::Both, &token, INVALID));
    };
    let rsa = [
        Algorithm::RS256,
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
        Algorithm::PS384,
        Algorithm::PS512,
    ];
    for (key, kid) in [(&lab.rsa, "r"), (&lab.ps, "p")] {
        for algorithm in rsa.into_iter().filter(|algorithm| *algorithm != key.algorithm) {
            add("the key", algorithm, &key.signing, kid);
        }
    }
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        add("the key", algorithm, &lab.secret, "s");
    }
    // The right signature of one key under the id of another one.
    add("the right key under the id", Algorithm::ES384, &lab.p384.signing, "e");
    add("the right key under the id", Algorithm::ES256, &lab.ec.signing, "h");
    add("the right key under the id", Algorithm::RS256, &lab.rsa.signing, "p");
    add("the right key under the id", Algorithm::PS256, &lab.ps.signing, "r");
    cases
}

/// Correct signatures with another algorithm in the header, or with none.
fn other_labels(lab: &Lab) -> Vec<Case> {
    let payload = lab.claims().to_string();
    let mut cases = Vec::new();
    for (key, kid) in lab.keys() {
        for label in ["HS256", "RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA", "Ed448"] {
            if format!("{:?}", key.algorithm) != label {
                let header = format!("{{\"alg\":\"{label}\",\"kid\":\"{kid}\"}}");
                let name = format!("{:?} signature labelled {label}", key.algorithm);
                cases.push(Case::new(name, On::Both, &jws(key, header, &payload), INVALID));
            }
        }
    }
    for label in [
        "\"rs256\"",
        "\"RS256 \"",
        "\" RS256\"",
        "\"RS256\\u0000\"",
        "\"RS-256\"",
        "\"RSA\"",
        "\"SHA256withRSA\"",
        "\"dir\"",
        "\"RSA-OAEP\"",
        "\"A128GCM\"",
        "\"ES256K\"",
        "\"\"",
        "256",
        "[\"RS256\"]",
        "[\"none\",\"RS256\"]",
        "{\"RS256\":null}",
        "{}",
        "null",
        "true",
    ] {
        let token = jws(&lab.rsa, format!("{{\"alg\":{label},\"kid\":\"r\"}}"), &payload);
        cases.push(Case::new(format!("alg is {label}"), On::Both, &token, INVALID));
    }
    for label in ["ed25519", "Ed25519 ", "eddsa", "EDDSA", "Ed448"] {
        let token = jws(&lab.ed, format!("{{\"alg\":\"{label}\",\"kid\":\"d\"}}"), &payload);
        cases.push(Case::new(format!("EdDSA labelled {label}"), On::Both, &token, INVALID));
    }
    let token = jws(&lab.rsa, "{\"kid\":\"r\"}", &payload);
    cases.push(Case::new("no alg", On::Both, &token, INVALID));
    let unprotected = format!("{}.{}.", b64("{}"), b64(&payload));
    cases.push(Case::new("an empty header object", On::Both, &unprotected, INVALID));
    cases
}
