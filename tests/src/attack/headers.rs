//! RFC 8725 sections 3.10 and 3.11, RFC 7515 section 4.1: a header can only name a key that the server
//! has, and the token must be an access token.

use sandbox::IssuerKey;
use serde_json::json;

use super::lab::{ACCEPTED, Case, INVALID, Lab, On, b64, jws, signed};

pub(super) fn cases(lab: &Lab) -> Vec<Case> {
    [key_in_the_header(lab), key_ids(lab), types(lab), extensions(lab)].concat()
}

#[tokio::test]
async fn a_header_cannot_supply_a_key_have_one_fetched_or_change_the_type_of_a_token() {
    let lab = Lab::open().await;
    lab.judge(&cases(&lab)).await;
}

/// Tokens of the attacker's key whose header has that key or its address. The verifier ignores the same
/// members in a good token.
fn key_in_the_header(lab: &Lab) -> Vec<Case> {
    let payload = lab.claims().to_string();
    let address = lab.address();
    let members = [
        ("nothing else", String::new()),
        ("jwk", format!(",\"jwk\":{}", lab.theirs.jwk)),
        ("jku", format!(",\"jku\":\"{address}\"")),
        ("x5u", format!(",\"x5u\":\"{address}\"")),
        ("x5c", format!(",\"x5c\":[\"{}\"]", b64(&lab.theirs.public_der))),
        ("x5t", format!(",\"x5t\":\"{}\"", b64([7; 20]))),
        ("x5t#S256", format!(",\"x5t#S256\":\"{}\"", b64([7; 32]))),
        ("iss", format!(",\"iss\":\"{address}\"")),
        ("jwks", format!(",\"jwks\":{{\"keys\":[{}]}}", lab.theirs.jwk)),
    ];
    let mut cases = Vec::new();
    for (name, members) in &members {
        for (whose, kid) in [("our", "e"), ("an unknown", "x"), ("an address as", &address)] {
            let header = format!("{{\"alg\":\"ES256\",\"kid\":\"{kid}\"{members}}}");
            let name = format!("the attacker's key, {name}, {whose} kid");
            cases.push(Case::new(name, On::Both, &jws(&lab.theirs, header, &payload), INVALID));
        }
        let header = format!("{{\"alg\":\"ES256\"{members}}}");
        let name = format!("the attacker's key, {name}, no kid");
        cases.push(Case::new(name, On::Both, &jws(&lab.theirs, header, &payload), INVALID));
    }
    for (name, members) in &members[1..] {
        let header = format!("{{\"alg\":\"ES256\",\"kid\":\"e\"{members}}}");
        let name = format!("a good token with {name}");
        cases.push(Case::new(name, On::Keys, &jws(&lab.ec, header, &payload), ACCEPTED));
    }
    cases
}

/// RFC 7515 section 4.1.4: a key id must be exactly that of one of our keys.
fn key_ids(lab: &Lab) -> Vec<Case> {
    let payload = lab.claims().to_string();
    let long = "k".repeat(4096);
    let mut cases = Vec::new();
    let texts = [
        ("empty", ""),
        ("of the EC key", "e"),
        ("of the Ed25519 key", "d"),
        ("in another case", "R"),
        ("with a space", "r "),
        ("with a NUL", "r\0"),
        ("with a zero-width space", "r\u{200B}"),
        ("a path", "../../../../dev/null"),
        ("SQL", "x' UNION SELECT 'AAAA' --"),
        ("a command", "r|cat /etc/passwd"),
        ("a template", "${jndi:ldap://x}"),
        ("4 KiB", &long),
    ];
    for (name, kid) in texts {
        let header = json!({ "alg": "RS256", "kid": kid }).to_string();
        let token = jws(&lab.rsa, header, &payload);
        cases.push(Case::new(format!("kid {name}"), On::Both, &token, INVALID));
        // An empty file or an invented row of a database would give these keys.
        let header = json!({ "alg": "HS256", "kid": kid }).to_string();
        for (what, secret) in [("nothing", &b""[..]), ("AAAA", b"AAAA")] {
            let secret = jsonwebtoken::EncodingKey::from_secret(secret);
            let token = signed(jsonwebtoken::Algorithm::HS256, &secret, &header, &payload);
            let name = format!("kid {name}, HMAC with {what}");
            cases.push(Case::new(name, On::Both, &token, INVALID));
        }
    }
    for kid in ["1", "true", "[\"r\"]", "{\"r\":1}"] {
        for (on, token) in lab.headed(&format!(",\"kid\":{kid}")) {
            cases.push(Case::new(format!("kid is {kid}"), on, &token, INVALID));
        }
    }
    let [(_, token), (_, hmac)] = lab.headed(",\"kid\":null");
    cases.push(Case::new("kid null is none", On::Keys, &token, ACCEPTED));
    cases.push(Case::new("kid null with the secret", On::Secret, &hmac, ACCEPTED));
    // A shared secret has no id, so every key id is accepted.
    let [_, (_, hmac)] = lab.headed(",\"kid\":\"anything\"");
    cases.push(Case::new("any kid with the secret", On::Secret, &hmac, ACCEPTED));
    cases
}

/// RFC 8725 section 3.11: a token with another type is not an access token.
fn types(lab: &Lab) -> Vec<Case> {
    let mut cases = Vec::new();
    for (typ, outcome) in [
        ("\"JWT\"", ACCEPTED),
        ("\"jwt\"", ACCEPTED),
        ("\"at+jwt\"", ACCEPTED),
        ("\"application/at+jwt\"", ACCEPTED),
        ("\"AT+JWT\"", ACCEPTED),
        ("null", ACCEPTED),
        ("\"\"", INVALID),
        ("\"JWS\"", INVALID),
        ("\"JWT \"", INVALID),
        ("\"application/application/jwt\"", INVALID),
        ("\"id+jwt\"", INVALID),
        ("\"logout+jwt\"", INVALID),
        ("\"dpop+jwt\"", INVALID),
        ("\"secevent+jwt\"", INVALID),
        ("\"kb+jwt\"", INVALID),
        ("\"oauth-authz-req+jwt\"", INVALID),
        ("7", INVALID),
        ("[\"JWT\"]", INVALID),
    ] {
        for (on, token) in lab.headed(&format!(",\"typ\":{typ}")) {
            cases.push(Case::new(format!("typ {typ}"), on, &token, outcome));
        }
    }
    cases
}

/// RFC 7515 section 4.1.11: the verifier supports no critical extension, so it refuses all of them. It
/// ignores other unknown members, as section 4 requires.
fn extensions(lab: &Lab) -> Vec<Case> {
    let mut cases = Vec::new();
    for (members, outcome) in [
        ("\"crit\":[\"exp\"],\"exp\":1", INVALID),
        ("\"crit\":[\"unknown\"],\"unknown\":1", INVALID),
        ("\"crit\":[\"absent\"]", INVALID),
        ("\"crit\":[\"alg\"]", INVALID),
        ("\"crit\":[]", INVALID),
        ("\"crit\":\"exp\"", INVALID),
        ("\"crit\":[1]", INVALID),
        ("\"crit\":{}", INVALID),
        ("\"crit\":null", INVALID),
        ("\"crit\":[\"b64\"],\"b64\":false", INVALID),
        ("\"crit\":[\"b64\"],\"b64\":true", INVALID),
        ("\"b64\":true", ACCEPTED),
        ("\"unknown\":{\"x\":[1]}", ACCEPTED),
        ("\"cty\":\"json\"", ACCEPTED),
    ] {
        for (on, token) in lab.headed(&format!(",{members}")) {
            cases.push(Case::new(format!("header {members}"), on, &token, outcome));
        }
    }
    // RFC 7519 section 5.2: the verifier does not read nested tokens.
    let inner = lab.rsa.sign(Some("r"), &lab.claims()).unwrap();
    for (name, payload) in [("JWT", inner.clone()), ("text", json!(inner).to_string())] {
        let outer = |key: &IssuerKey, kid| {
            let header = json!({ "alg": key.algorithm, "kid": kid, "cty": "JWT" }).to_string();
            jws(key, header, &payload)
        };
        cases.push(Case::new(format!("nested {name}"), On::Both, &outer(&lab.rsa, "r"), INVALID));
        let name = format!("nested {name} in the attacker's");
        cases.push(Case::new(name, On::Both, &outer(&lab.theirs, "e"), INVALID));
    }
    cases
}
