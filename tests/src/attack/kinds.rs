//! RFC 8725 sections 3.9, 3.11 and 3.12: tokens of another kind, and tokens that are meant for somebody
//! else whatever other claims say.

use serde_json::{Value, json};

use super::lab::{ACCEPTED, Case, INVALID, Lab};

pub(super) fn cases(lab: &Lab) -> Vec<Case> {
    let mut cases = Vec::new();
    for (changes, outcome) in [others(), parties(lab)].concat() {
        let mut claims = lab.claims();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        for (on, token) in lab.issued(claims.to_string()) {
            cases.push(Case::new(changes.to_string(), on, &token, outcome));
        }
    }
    cases
}

#[tokio::test]
async fn tokens_of_another_kind_or_for_somebody_else_are_refused() {
    let lab = Lab::open().await;
    lab.judge(&cases(&lab)).await;
}

type Row = (Value, &'static str);

/// Id, refresh, logout and sender-bound tokens.
fn others() -> Vec<Row> {
    let refused = [
        json!({ "token_use": "id" }),
        json!({ "token_use": "refresh" }),
        json!({ "token_use": "Access" }),
        json!({ "token_use": "" }),
        json!({ "token_use": true }),
        json!({ "token_use": ["access", "id"] }),
        json!({ "typ": "ID" }),
        json!({ "typ": "Id" }),
        json!({ "typ": "Refresh" }),
        json!({ "typ": "Offline" }),
        json!({ "typ": "Logout" }),
        json!({ "at_hash": "x" }),
        json!({ "c_hash": "x" }),
        json!({ "events": {} }),
        json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": {} } }),
        json!({ "cnf": { "jkt": "x" } }),
        json!({ "cnf": { "x5t#S256": "x" } }),
        json!({ "cnf": "x" }),
    ];
    let accepted = [
        json!({ "token_use": "access" }),
        json!({ "typ": "Bearer" }),
        json!({ "typ": "at+jwt" }),
        json!({ "nonce": "x", "uid": "x", "sid": "x", "acr": "1", "scope": "openid" }),
    ];
    let refused = refused.map(|claims| (claims, INVALID));
    refused.into_iter().chain(accepted.map(|claims| (claims, ACCEPTED))).collect()
}

/// `client_id` and `azp` count only where `aud` says nothing.
fn parties(lab: &Lab) -> Vec<Row> {
    let ours = lab.claims()["aud"].clone();
    let mut rows = Vec::new();
    for aud in
        [json!("other"), json!(["other"]), json!(""), json!([""]), json!(7), json!({}), json!([[]])]
    {
        rows.push((json!({ "aud": aud, "client_id": ours }), INVALID));
        rows.push((json!({ "aud": aud, "azp": ours }), INVALID));
        rows.push((json!({ "aud": aud, "client_id": ours, "azp": ours }), INVALID));
    }
    for aud in [json!(null), json!([])] {
        rows.push((json!({ "aud": aud, "client_id": ours }), ACCEPTED));
        rows.push((json!({ "aud": aud, "azp": ours }), ACCEPTED));
        rows.push((json!({ "aud": aud, "client_id": ours, "azp": "other" }), ACCEPTED));
        rows.push((json!({ "aud": aud, "client_id": "other", "azp": ours }), INVALID));
        rows.push((json!({ "aud": aud, "client_id": "", "azp": ours }), INVALID));
        rows.push((json!({ "aud": aud, "client_id": [ours] }), INVALID));
        rows.push((json!({ "aud": aud, "azp": [ours] }), INVALID));
        rows.push((json!({ "aud": aud, "appid": ours, "cid": ours, "client": ours }), INVALID));
    }
    rows.push((json!({ "client_id": "other", "azp": "other" }), ACCEPTED));
    rows
}
