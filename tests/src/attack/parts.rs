//! RFC 8725 sections 2.4 to 2.6, 3.4 and 3.7, RFC 7515 section 7.1: a token has three parts in
//! base64url, and its header and its claims are unambiguous JSON objects.

use jsonwebtoken::Algorithm;
use serde_json::json;

use super::lab::{ACCEPTED, Case, INVALID, Lab, On, b64, from_b64, jws, signed, split};

pub(super) fn cases(lab: &Lab) -> Vec<Case> {
    [parts(lab), encodings(lab), payloads(lab), headers(lab), twice(lab), sizes(lab)].concat()
}

#[tokio::test]
async fn a_token_has_three_parts_in_one_encoding_with_unambiguous_json() {
    let lab = Lab::open().await;
    lab.judge(&cases(&lab)).await;
}

fn good(lab: &Lab) -> String {
    lab.rsa.sign(Some("r"), &lab.claims()).unwrap()
}

/// Returns a good token whose signature has a character that differs between base64 and base64url.
fn good_in_base64url(lab: &Lab) -> String {
    let mut claims = lab.claims();
    let tokens = (0..).map(|number| {
        claims["jti"] = json!(number);
        lab.rsa.sign(Some("r"), &claims).unwrap()
    });
    tokens.into_iter().find(|token| split(token)[2].contains(['-', '_'])).unwrap()
}

fn all_invalid<'a>(cases: impl IntoIterator<Item = (&'a str, String)>) -> Vec<Case> {
    let case = |(name, token): (&str, String)| Case::new(name, On::Both, &token, INVALID);
    cases.into_iter().map(case).collect()
}

fn parts(lab: &Lab) -> Vec<Case> {
    let good = good(lab);
    let [header, payload, signature] = split(&good);
    let jwe = b64("{\"alg\":\"RSA-OAEP\",\"enc\":\"A256GCM\"}");
    let direct = b64("{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"zip\":\"DEF\"}");
    all_invalid([
        ("one part", payload.to_owned()),
        ("two parts", format!("{header}.{payload}")),
        ("two parts, the signature among them", format!("{payload}.{signature}")),
        ("four parts", format!("{good}.{signature}")),
        ("four parts, the last one empty", format!("{good}.")),
        ("four parts, the first one empty", format!(".{good}")),
        ("five parts", format!("{header}.{header}.{payload}.{payload}.{signature}")),
        ("JWE in five parts", format!("{jwe}.{payload}.{payload}.{payload}.{signature}")),
        ("JWE with a direct key, compressed", format!("{direct}..{payload}.{payload}.{signature}")),
        ("an empty header", format!(".{payload}.{signature}")),
        ("an empty payload", format!("{header}..{signature}")),
        ("three empty parts", "..".to_owned()),
        ("a dot", ".".to_owned()),
        ("a hundred dots", ".".repeat(100)),
        ("parts swapped", format!("{payload}.{header}.{signature}")),
        ("the token twice", format!("{good}.{good}")),
        ("the token in quotes", format!("\"{good}\"")),
        ("SD-JWT", format!("{good}~")),
        ("PASETO", format!("v4.public.{payload}")),
        ("a reference token", "2YotnFZFEjr1zCsicMWpAA".to_owned()),
    ])
}

/// RFC 7515 section 2: base64url has no padding, line breaks, white space or other characters. RFC 4648
/// section 3.5: the unused bits of the last character are zero.
fn encodings(lab: &Lab) -> Vec<Case> {
    let good = good_in_base64url(lab);
    let [header, payload, signature] = split(&good);
    let (last, rest) = (signature.chars().last().unwrap(), &signature[..signature.len() - 1]);
    // A signature of 256 bytes does not use 4 of the 6 bits of the last character.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    let standard = |text: &str| text.replace('-', "+").replace('_', "/");
    let (half, other_half) = payload.split_at(payload.len() / 2);
    let padded = format!("{payload}{}", "=".repeat((4 - payload.len() % 4) % 4));
    all_invalid([
        ("bits left over that are not zero", format!("{header}.{payload}.{rest}{next}")),
        ("a padded signature", format!("{good}==")),
        ("a signature with one =", format!("{good}=")),
        ("a padded header", format!("{header}=.{payload}.{signature}")),
        ("a padded payload", format!("{header}.{padded}=.{signature}")),
        ("the alphabet of base64", format!("{header}.{payload}.{}", standard(signature))),
        ("a space in the payload", format!("{header}.{half} {other_half}.{signature}")),
        ("a tab in the payload", format!("{header}.{half}\t{other_half}.{signature}")),
        ("a space before the dot", format!("{header} .{payload}.{signature}")),
        ("a space behind the dot", format!("{header}. {payload}.{signature}")),
        ("dots URL-encoded", good.replace('.', "%2E")),
        ("a line feed URL-encoded", format!("{good}%0A")),
        ("a NUL URL-encoded", format!("{good}%00")),
        ("a character of the payload URL-encoded", format!("{header}.%65{payload}.{signature}")),
        ("hexadecimal", format!("{header}.{payload}.{}", hexadecimal(&from_b64(signature)))),
        ("a comma-free semicolon", format!("{good};{good}")),
        ("a backslash", format!("{good}\\")),
        ("a tilde", format!("{header}.{payload}.~{signature}")),
    ])
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// Payloads with correct signatures, so that the outcome depends on the payload.
fn payloads(lab: &Lab) -> Vec<Case> {
    let claims = lab.claims();
    let text = claims.to_string();
    let ordered = json!([
        "service",
        claims["iss"],
        claims["exp"],
        null,
        ["ADMIN"],
        null,
        null,
        claims["aud"]
    ]);
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut cases = Vec::new();
    for (name, payload, outcome) in [
        ("with white space around", format!(" {text}\n").into_bytes(), ACCEPTED),
        ("nothing", Vec::new(), INVALID),
        ("an empty object", b"{}".to_vec(), INVALID),
        ("an empty array", b"[]".to_vec(), INVALID),
        ("an array with the object", format!("[{text}]").into_bytes(), INVALID),
        ("an array with the claims in order", ordered.to_string().into_bytes(), INVALID),
        ("text", b"\"service\"".to_vec(), INVALID),
        ("the object as text", json!(text).to_string().into_bytes(), INVALID),
        ("null", b"null".to_vec(), INVALID),
        ("true", b"true".to_vec(), INVALID),
        ("a number", b"1".to_vec(), INVALID),
        ("two objects", format!("{text}{text}").into_bytes(), INVALID),
        ("an object and more", format!("{text}x").into_bytes(), INVALID),
        ("an object and a NUL", format!("{text}\0").into_bytes(), INVALID),
        ("half an object", text.as_bytes()[..text.len() - 1].to_vec(), INVALID),
        ("a comma too many", text.replace("\"ADMIN\"]", "\"ADMIN\",]").into_bytes(), INVALID),
        ("a comment", text.replacen('{', "{/**/", 1).into_bytes(), INVALID),
        ("single quotes", text.replace('"', "'").into_bytes(), INVALID),
        ("a byte order mark", format!("\u{FEFF}{text}").into_bytes(), INVALID),
        ("UTF-16", utf16, INVALID),
        (
            "invalid UTF-8",
            [b"{\"x\":\"\xff\",".as_slice(), &text.as_bytes()[1..]].concat(),
            INVALID,
        ),
        ("half of a surrogate pair", text.replace("c4n4ry", "\\ud800").into_bytes(), INVALID),
        ("a control character", text.replace("c4n4ry", "\u{1}").into_bytes(), INVALID),
        ("form encoding", b"sub=service&roles=ADMIN".to_vec(), INVALID),
    ] {
        for (on, token) in lab.issued(&payload) {
            cases.push(Case::new(format!("payload {name}"), on, &token, outcome));
        }
    }
    cases
}

/// Headers with correct signatures.
fn headers(lab: &Lab) -> Vec<Case> {
    let payload = lab.claims().to_string();
    let header = "{\"alg\":\"RS256\",\"kid\":\"r\"}";
    let deep = format!("{{\"alg\":\"RS256\",\"kid\":\"r\",\"x\":{}}}", nested(1200));
    let mut cases = Vec::new();
    for (name, header, outcome) in [
        ("with white space", format!("\n{header} ").into_bytes(), ACCEPTED),
        ("escaped", "{\"\\u0061lg\":\"RS\\u003256\",\"kid\":\"r\"}".into(), ACCEPTED),
        ("an array", "[\"JWT\",\"RS256\",\"r\"]".into(), INVALID),
        ("text", "\"RS256\"".into(), INVALID),
        ("null", "null".into(), INVALID),
        ("two objects", format!("{header}{header}").into_bytes(), INVALID),
        ("a byte order mark", format!("\u{FEFF}{header}").into_bytes(), INVALID),
        ("invalid UTF-8", b"{\"alg\":\"RS256\",\"kid\":\"\xff\"}".to_vec(), INVALID),
        ("names in capitals", "{\"ALG\":\"RS256\",\"KID\":\"r\"}".into(), INVALID),
        ("1200 levels deep", deep.into_bytes(), INVALID),
    ] {
        let token = jws(&lab.rsa, header, &payload);
        cases.push(Case::new(format!("header {name}"), On::Keys, &token, outcome));
    }
    cases
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// RFC 7519 section 4, RFC 7515 section 4: every name occurs once, whatever it means and however it is
/// escaped.
fn twice(lab: &Lab) -> Vec<Case> {
    let text = lab.claims().to_string();
    let again = |member: &str| text.replacen('{', &format!("{{{member},"), 1);
    let mut cases = Vec::new();
    for (member, outcome) in [
        ("\"sub\":\"root\"", INVALID),
        ("\"sub\":\"service\"", INVALID),
        ("\"\\u0073ub\":\"root\"", INVALID),
        ("\"iss\":\"https://other.test/\"", INVALID),
        ("\"aud\":\"other\"", INVALID),
        ("\"exp\":9000000000", INVALID),
        ("\"roles\":[]", INVALID),
        ("\"Sub\":\"root\"", ACCEPTED),
        ("\"canary\":1", INVALID),
    ] {
        for (on, token) in lab.issued(again(member)) {
            cases.push(Case::new(format!("a second {member}"), on, &token, outcome));
        }
    }
    let mut in_header = |members: &str, outcome| {
        let token = jws(&lab.rsa, format!("{{{members}}}"), &text);
        cases.push(Case::new(format!("header with {members}"), On::Keys, &token, outcome));
    };
    in_header("\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"r\"", INVALID);
    in_header("\"alg\":\"RS256\",\"alg\":\"none\",\"kid\":\"r\"", INVALID);
    in_header("\"alg\":\"RS256\",\"\\u0061lg\":\"RS256\",\"kid\":\"r\"", INVALID);
    in_header("\"alg\":\"RS256\",\"kid\":\"x\",\"kid\":\"r\"", INVALID);
    in_header("\"alg\":\"RS256\",\"kid\":\"r\",\"typ\":\"x\",\"typ\":\"JWT\"", INVALID);
    in_header("\"alg\":\"RS256\",\"kid\":\"r\",\"crit\":[\"x\"],\"crit\":null", INVALID);
    in_header("\"alg\":\"RS256\",\"kid\":\"r\",\"x\":1,\"x\":2", INVALID);
    cases
}

/// The verifier accepts at most 8 KiB. API Gateway accepts at most 10 KiB of headers.
fn sizes(lab: &Lab) -> Vec<Case> {
    let padded = |in_header: usize, in_claims: usize| {
        let mut claims = lab.claims();
        claims["padding"] = json!("x".repeat(in_claims));
        let member = format!(",\"padding\":\"{}\"", "x".repeat(in_header));
        lab.with(&member, claims.to_string())
    };
    let mut cases = Vec::new();
    let lengths = padded(0, 0).map(|(_, token)| token.len());
    for wanted in [10_239, 10_240, 10_241, 12_000, 64 * 1024, 1024 * 1024] {
        for (which, length) in lengths.into_iter().enumerate() {
            // Base64url encodes three bytes in four characters, and one or two bytes in one character more.
            let guess = (wanted - length) * 3 / 4;
            let paddings =
                (0..3).flat_map(|header| (guess - 6..guess + 3).map(move |c| (header, c)));
            let mut tokens = paddings.map(|(header, claims)| padded(header, claims)[which].clone());
            let (on, token) = tokens.find(|(_, token)| token.len() == wanted).unwrap();
            let outcome = if wanted <= 10_240 { ACCEPTED } else { INVALID };
            cases.push(Case::new(format!("{wanted} bytes"), on, &token, outcome));
        }
    }
    for depth in [100, 126, 129, 2900] {
        let outcome = if depth < 127 { ACCEPTED } else { INVALID };
        let text = lab.claims().to_string();
        let payload = text.replacen('{', &format!("{{\"x\":{},", nested(depth)), 1);
        for (on, token) in lab.issued(payload) {
            cases.push(Case::new(format!("claims {depth} deep"), on, &token, outcome));
        }
    }
    let many = (0..300).map(|n| format!("\"x{n}\":{n},")).collect::<Vec<_>>().concat();
    let payload = lab.claims().to_string().replacen('{', &format!("{{{many}"), 1);
    let token = signed(Algorithm::HS256, &lab.secret, "{\"alg\":\"HS256\"}", payload);
    cases.push(Case::new("300 claims more", On::Secret, &token, ACCEPTED));
    cases
}
