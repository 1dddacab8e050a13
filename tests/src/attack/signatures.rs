//! RFC 8725 sections 2.3 and 3.3: the verifier checks the whole signature and accepts only one form.

use serde_json::json;

use super::lab::{ACCEPTED, Case, INVALID, Lab, On, b64, from_b64, split};

/// The order n of P-256 (SEC 2 section 2.4.2).
const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
/// The order L of Ed25519's group (RFC 8032 section 5.1), the least significant byte first.
const ED25519_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

pub(super) fn cases(lab: &Lab) -> Vec<Case> {
    [of_any_kind(lab), ecdsa(lab), eddsa(lab), rsa(lab)].concat()
}

#[tokio::test]
async fn an_altered_truncated_invented_or_re_encoded_signature_does_not_count() {
    let lab = Lab::open().await;
    lab.judge(&cases(&lab)).await;
}

/// Returns the token with another signature.
fn resigned(token: &str, signature: impl AsRef<[u8]>) -> String {
    let [header, payload, _] = split(token);
    format!("{header}.{payload}.{}", b64(signature))
}

/// Returns good tokens of every algorithm with their signatures.
fn tokens(lab: &Lab) -> Vec<(&'static str, String, Vec<u8>)> {
    let [_, (_, hmac)] = lab.headed("");
    let by = |key: &sandbox::IssuerKey| key.sign(None, &lab.claims()).unwrap();
    let tokens =
        [("RS256", by(&lab.rsa)), ("ES256", by(&lab.ec)), ("EdDSA", by(&lab.ed)), ("HS256", hmac)];
    let with_signature = |(name, token): (&'static str, String)| {
        let signature = from_b64(split(&token)[2]);
        (name, token, signature)
    };
    tokens.into_iter().map(with_signature).collect()
}

fn of_any_kind(lab: &Lab) -> Vec<Case> {
    let mut other = lab.claims();
    other["sub"] = json!("root");
    let mut cases = Vec::new();
    for (kind, token, right) in tokens(lab) {
        let mut flipped = right.clone();
        flipped[0] ^= 1;
        let mut flipped_at_the_end = right.clone();
        *flipped_at_the_end.last_mut().unwrap() ^= 1;
        let reversed: Vec<u8> = right.iter().rev().copied().collect();
        let signatures = [
            ("empty", Vec::new()),
            ("one byte", vec![right[0]]),
            ("half", right[..right.len() / 2].to_vec()),
            ("one byte short", right[..right.len() - 1].to_vec()),
            ("without its first byte", right[1..].to_vec()),
            ("with a zero before", [&[0], right.as_slice()].concat()),
            ("with a zero behind", [right.as_slice(), &[0]].concat()),
            ("twice", right.repeat(2)),
            ("with its first bit flipped", flipped),
            ("with its last bit flipped", flipped_at_the_end),
            ("reversed", reversed),
            ("all zeros", vec![0; right.len()]),
            ("all ones", vec![0xff; right.len()]),
            ("16 KiB of zeros", vec![0; 16 * 1024]),
        ];
        for (what, signature) in signatures {
            let name = format!("{kind} signature {what}");
            cases.push(Case::new(name, On::Both, &resigned(&token, signature), INVALID));
        }
        let [header, payload, signature] = split(&token);
        let others = b64(other.to_string());
        let name = format!("{kind} signature under other claims");
        let token = format!("{header}.{others}.{signature}");
        cases.push(Case::new(name, On::Both, &token, INVALID));
        let mut longer = from_b64(header);
        longer.insert(1, b' ');
        let name = format!("{kind} signature under another header");
        let token = format!("{}.{payload}.{signature}", b64(longer));
        cases.push(Case::new(name, On::Both, &token, INVALID));
    }
    cases
}

/// A signature is r and s, 32 bytes each (RFC 7518 section 3.4). Both are greater than 0 and less than
/// n (FIPS 186-5 section 6.4.2). Java accepted r = s = 0 as a signature of everything (CVE-2022-21449).
fn ecdsa(lab: &Lab) -> Vec<Case> {
    let token = lab.ec.sign(Some("e"), &lab.claims()).unwrap();
    let right = from_b64(split(&token)[2]);
    let (r, s) = right.split_at(32);
    let (zero, one) = ([0; 32], number(1));
    let signatures = [
        ("r = s = 0", [zero, zero].concat()),
        ("r = 0", [&zero, s].concat()),
        ("s = 0", [r, &zero].concat()),
        ("r = s = 1", [one, one].concat()),
        ("r = s = n", [P256_ORDER, P256_ORDER].concat()),
        ("r = n, s = 0", [P256_ORDER, zero].concat()),
        ("s = n", [r, &P256_ORDER].concat()),
        ("r and s swapped", [s, r].concat()),
        ("DER", der(r, s)),
        ("DER of r = s = 0", vec![0x30, 6, 2, 1, 0, 2, 1, 0]),
    ];
    let case = |(what, signature): (&str, Vec<u8>)| {
        Case::new(format!("ES256, {what}"), On::Both, &resigned(&token, signature), INVALID)
    };
    let mut cases: Vec<Case> = signatures.into_iter().map(case).collect();
    // Everybody can turn (r, s) into (r, n - s), which is a valid signature of the same claims. FIPS
    // 186-5 allows both. This does no harm, because the API never compares the texts of two tokens.
    let other_half = [r, &difference(&P256_ORDER, s)].concat();
    let token = resigned(&token, other_half);
    cases.push(Case::new("ES256, s as n - s", On::Keys, &token, ACCEPTED));
    cases
}

/// RFC 8032 section 5.1.7: S is less than L, so a message has only one signature.
fn eddsa(lab: &Lab) -> Vec<Case> {
    let token = lab.ed.sign(Some("d"), &lab.claims()).unwrap();
    let right = from_b64(split(&token)[2]);
    let (r, s) = right.split_at(32);
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut s_and_order = ED25519_ORDER;
    let mut carry = 0;
    for (sum, digit) in s_and_order.iter_mut().zip(s) {
        let total = u16::from(*sum) + u16::from(*digit) + carry;
        *sum = total.to_le_bytes()[0];
        carry = total >> 8;
    }
    let signatures = [
        ("S + L", [r, &s_and_order].concat()),
        ("S = L", [r, &ED25519_ORDER].concat()),
        ("S = 0", [r, &[0; 32]].concat()),
        ("R neutral, S = 0", [neutral, [0; 32]].concat()),
        ("R and S swapped", [s, r].concat()),
    ];
    let case = |(what, signature): (&str, Vec<u8>)| {
        Case::new(format!("EdDSA, {what}"), On::Both, &resigned(&token, signature), INVALID)
    };
    signatures.into_iter().map(case).collect()
}

/// RFC 8017 section 8.2.2: a signature is as long as the modulus, is less than it, and has exactly one
/// padding.
fn rsa(lab: &Lab) -> Vec<Case> {
    let token = lab.rsa.sign(Some("r"), &lab.claims()).unwrap();
    let right = from_b64(split(&token)[2]);
    let modulus = from_b64(lab.rsa.jwk["n"].as_str().unwrap());
    let mut one = vec![0; 256];
    one[255] = 1;
    let mut less_one = modulus.clone();
    less_one[255] -= 1;
    let stripped = right.iter().copied().skip_while(|byte| *byte == 0).skip(1).collect();
    let signatures = [
        ("1", one),
        ("n - 1", less_one),
        ("n", modulus),
        ("short by its leading byte", stripped),
        ("one byte", vec![1]),
    ];
    let case = |(what, signature): (&str, Vec<u8>)| {
        Case::new(format!("RS256, {what}"), On::Both, &resigned(&token, signature), INVALID)
    };
    signatures.into_iter().map(case).collect()
}

/// Returns a small number in 32 bytes.
fn number(n: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[31] = n;
    bytes
}

/// Returns `from - less`. The most significant byte comes first.
fn difference(from: &[u8; 32], less: &[u8]) -> [u8; 32] {
    let mut difference = [0; 32];
    let mut borrow = 0;
    for at in (0..32).rev() {
        let digit = 0x100 + u16::from(from[at]) - u16::from(less[at]) - borrow;
        difference[at] = digit.to_le_bytes()[0];
        borrow = u16::from(digit < 0x100);
    }
    difference
}

/// Returns an `ECDSA-Sig-Value` (RFC 3279 section 2.2.3), which is the form of signatures in X.509.
fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let mut digits: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
        if digits[0] >= 0x80 {
            digits.insert(0, 0);
        }
        [&[2, u8::try_from(digits.len()).unwrap()], digits.as_slice()].concat()
    };
    let both = [integer(r), integer(s)].concat();
    [&[0x30, u8::try_from(both.len()).unwrap()], both.as_slice()].concat()
}
