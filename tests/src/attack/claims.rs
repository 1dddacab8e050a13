//! RFC 8725 sections 3.8, 3.9 and 3.12, RFC 7519 section 4.1: the issuer, the audience and the subject
//! of a token, and the roles and the username in it.

use serde_json::{Value, json};

use super::lab::{ACCEPTED, Case, INVALID, Lab};

const NOT_YOURS: &str = "403 NOT_YOURS";

pub(super) fn cases(lab: &Lab) -> Vec<Case> {
    let mut cases = Vec::new();
    let tables = [issuers(lab), audiences(lab), subjects(), roles(), hints()].concat();
    for (name, value, outcome) in tables {
        let mut claims = lab.claims();
        match &value {
            Some(value) => claims[name] = value.clone(),
            None => drop(claims.as_object_mut().unwrap().shift_remove(name)),
        }
        let shown = value.map_or("absent".to_owned(), |value| value.to_string());
        for (on, token) in lab.issued(claims.to_string()) {
            cases.push(Case::new(format!("{name} {shown}"), on, &token, outcome));
        }
    }
    cases
}

#[tokio::test]
async fn issuer_audience_and_subject_are_required_exact_and_of_their_type() {
    let lab = Lab::open().await;
    lab.judge(&cases(&lab)).await;
}

type Row = (&'static str, Option<Value>, &'static str);

fn text(claims: &Value, name: &str) -> String {
    claims[name].as_str().unwrap().to_owned()
}

/// `iss` is one string, equal to our issuer byte by byte.
fn issuers(lab: &Lab) -> Vec<Row> {
    let ours = text(&lab.claims(), "iss");
    let mut rows: Vec<Row> = vec![("iss", Some(json!(ours)), ACCEPTED), ("iss", None, INVALID)];
    let others = [
        json!("https://other.test/"),
        json!(format!("{ours}x")),
        json!(format!("x{ours}")),
        json!(ours[..ours.len() - 1]),
        json!(ours.to_uppercase()),
        json!(format!("{ours} ")),
        json!(format!("{ours}\0")),
        json!(format!("{ours}/../")),
        json!(ours.replace("https", "http")),
        json!(ours.replace("issuer.test", "issuer.test:443")),
        json!(ours.replace("issuer.test", "issuer.test.evil.test")),
        json!(ours.replace("https://", "https://evil.test@")),
        json!([ours]),
        json!([ours, "https://other.test/"]),
        json!({ "iss": ours }),
        json!(""),
        json!("*"),
        json!(1),
        json!(true),
        Value::Null,
    ];
    rows.extend(others.map(|iss| ("iss", Some(iss), INVALID)));
    rows
}

/// `aud` is our audience, or an array of strings that contains it.
fn audiences(lab: &Lab) -> Vec<Row> {
    let ours = text(&lab.claims(), "aud");
    let mut rows: Vec<Row> = vec![("aud", None, INVALID)];
    let accepted =
        [json!(ours), json!([ours]), json!(["other", ours]), json!([ours, ours, "other"])];
    rows.extend(accepted.map(|aud| ("aud", Some(aud), ACCEPTED)));
    let others = [
        json!("other"),
        json!(["other"]),
        json!([]),
        json!([[ours]]),
        json!([{ "aud": ours }]),
        json!([ours, 7]),
        json!([ours, null]),
        json!({ "0": ours }),
        json!({}),
        json!(format!("{ours}x")),
        json!(ours[..ours.len() - 1]),
        json!(ours.to_uppercase()),
        json!(format!("{ours},other")),
        json!(format!("{ours} other")),
        json!(format!("{ours}\0")),
        json!(""),
        json!("*"),
        json!(7),
        json!(true),
        Value::Null,
    ];
    rows.extend(others.map(|aud| ("aud", Some(aud), INVALID)));
    rows
}

/// `sub` is a user id of 1 to 255 characters.
fn subjects() -> Vec<Row> {
    let mut rows: Vec<Row> = vec![("sub", None, INVALID)];
    let accepted =
        [json!("s"), json!("x".repeat(254)), json!("x".repeat(255)), json!("a|b@c.d:e_f-g+h=i~j")];
    rows.extend(accepted.map(|sub| ("sub", Some(sub), ACCEPTED)));
    let others = [
        json!(""),
        json!("x".repeat(256)),
        json!("x".repeat(4000)),
        json!(" "),
        json!("a b"),
        json!("service "),
        json!("service\n"),
        json!("service\0"),
        json!("a/b"),
        json!("../service"),
        json!("a%2Fb"),
        json!("USER#service"),
        json!("sérvice"),
        json!("servicе"),
        json!("\u{202E}service"),
        json!("🌹"),
        json!("a\\b"),
        json!("a'b"),
        json!("{\"S\":\"x\"}"),
        json!(7),
        json!(0),
        json!(true),
        json!(["service"]),
        json!({ "S": "service" }),
        Value::Null,
    ];
    rows.extend(others.map(|sub| ("sub", Some(sub), INVALID)));
    rows
}

/// `roles` is an array of texts, a text with names, an object with names, or an array of such objects.
/// Nothing else gives a role.
fn roles() -> Vec<Row> {
    let mut rows: Vec<Row> = vec![("roles", None, NOT_YOURS)];
    let accepted = [
        json!(["ADMIN"]),
        json!(["GOD", "ADMIN", 7, null]),
        json!(["ADMIN", "ADMIN"]),
        json!("ADMIN"),
        json!("API_USER ADMIN"),
        json!({ "ADMIN": true }),
        json!([{ "ADMIN": true }]),
    ];
    rows.extend(accepted.map(|roles| ("roles", Some(roles), ACCEPTED)));
    let others = [
        json!([]),
        json!("['ADMIN']"),
        json!("admin"),
        json!("ADMIN;POWER_USER"),
        json!(["API_USER ADMIN"]),
        json!(["admin"]),
        json!(["Admin"]),
        json!(["ADMIN "]),
        json!(["ADMIN\0"]),
        json!(["ADMıN"]),
        json!(["ROLE_ADMIN"]),
        json!(["API_USER,ADMIN"]),
        json!([["ADMIN"]]),
        json!([{ "name": "ADMIN" }]),
        json!([{ "ADMIN": false }]),
        json!({ "ADMIN": false, "POWER_USER": null }),
        json!({ "0": "ADMIN" }),
        json!({ "__proto__": { "ADMIN": true }, "constructor": { "ADMIN": true }, "toString": "ADMIN" }),
        json!({ "roles": ["ADMIN"] }),
        json!(["GOD", "ROOT", "*"]),
        json!([2]),
        json!(7),
        json!(true),
        Value::Null,
    ];
    rows.extend(others.map(|roles| ("roles", Some(roles), NOT_YOURS)));
    let elsewhere = ["role", "scope", "groups", "Roles", "realm_access", "is_admin"];
    rows.extend(elsewhere.map(|name| (name, Some(json!(["ADMIN"])), ACCEPTED)));
    rows
}

/// The username is only a hint, so the verifier ignores an unusable one.
fn hints() -> Vec<Row> {
    let values = [json!(7), json!([]), json!({}), Value::Null, json!(""), json!("x".repeat(1000))];
    let rows = ["username", "preferred_username"]
        .into_iter()
        .flat_map(|name| values.clone().map(|value| (name, Some(value), ACCEPTED)));
    rows.collect()
}
