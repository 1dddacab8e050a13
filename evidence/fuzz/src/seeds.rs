//! What the fuzzer begins with: the sample events and what is in them.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sandbox::{Sample, events};
use serde_json::{Value, json};

use crate::api::{api, now};
use crate::bearer;
use crate::item::OPTIONAL;

/// How many inputs without a form there are, for the targets that make something up from one.
const UNFORMED: u64 = 64;

/// The seeds of a target.
///
/// # Errors
/// When the sample events cannot be read.
pub fn of(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let events = events()?;
    Ok(match target {
        "event" => events.iter().map(|event| event.to_string().into()).chain(unformed()).collect(),
        "bearer" => bearers(&events),
        "body" => bodies(&events),
        "username" => names(&events),
        "item" => items().chain(unformed()).collect(),
        "jwks" => key_sets(),
        _ => Vec::new(),
    })
}

/// The events of every function.
fn events() -> io::Result<Vec<Value>> {
    let mut found = Vec::new();
    for endpoint in ::api::endpoints() {
        for sample in events::of(endpoint.operation)? {
            found.push(serde_json::from_str(&sample.event)?);
        }
    }
    Ok(found)
}

fn bearers(events: &[Value]) -> Vec<Vec<u8>> {
    let sent = events.iter().filter_map(|event| event["headers"]["authorization"].as_str());
    let mut seeds: Vec<Vec<u8>> = sent.map(|sent| sent.as_bytes().to_vec()).collect();
    for good in bearer::GOOD.iter() {
        for line in [
            format!("Bearer {good}"),
            format!("bearer  {good} "),
            format!("Bearer {good},Bearer {good}"),
            format!("Bearer {good}\nBearer {good}"),
        ] {
            seeds.push(line.into());
        }
    }
    seeds.extend(claims().iter().map(|claims| claims.to_string().into()));
    seeds
}

/// Claims that count, and such as just do not.
fn claims() -> Vec<Value> {
    let now = now().as_second();
    let changes = [
        ("aud", json!(["other", "nameplate"])),
        ("aud", json!(["other"])),
        ("iss", json!("other")),
        ("sub", json!("")),
        ("sub", json!("a b")),
        ("exp", json!(now - 60)),
        ("exp", json!(now - 59)),
        ("nbf", json!(now + 60)),
        ("nbf", json!(now + 61)),
        ("username", json!(null)),
        ("preferred_username", json!("ada")),
        ("roles", json!("ADMIN")),
    ];
    let bent = changes.map(|(name, value)| {
        let mut claims = bearer::claims();
        claims[name] = value;
        claims
    });
    bent.into_iter().chain([bearer::claims()]).collect()
}

/// Every body, for every endpoint that takes one.
fn bodies(events: &[Value]) -> Vec<Vec<u8>> {
    let bodies = events.iter().filter_map(|event| event["body"].as_str());
    let short = bodies.filter(|body| body.len() < 4096);
    let each =
        |body: &str| (0..4).map(|endpoint| [&[endpoint], body.as_bytes()].concat()).collect();
    short.flat_map(|body| -> Vec<_> { each(body) }).collect()
}

fn names(events: &[Value]) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = Sample::ALL.iter().map(|sample| sample.username.into()).collect();
    for name in [
        "adrnin",
        "vvave.rn0dern",
        "Çağrı Öz",
        "ada@exämple.com",
        "Ada+x@çağrı.com.tr",
        "a@xn--exmple-cua.com",
    ] {
        seeds.push(name.into());
    }
    for body in events.iter().filter_map(|event| event["body"].as_str()) {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let names = ["newUsername", "username"].map(|field| body[field].as_str());
        let names = names.into_iter().flatten().filter(|name| name.len() < 512);
        seeds.extend(names.map(|name| name.as_bytes().to_vec()));
    }
    seeds
}

/// The sample users' items, as they are and with everything filled in.
fn items() -> impl Iterator<Item = Vec<u8>> {
    let api = api();
    let items = Sample::ALL.map(|sample| api.table.item(&format!("USER#{}", sample.id)));
    items.into_iter().flatten().flat_map(|item| {
        let mut full = item.clone();
        for name in OPTIONAL {
            full[name] = json!({ "S": name });
        }
        [item, full].map(|item| item.to_string().into())
    })
}

fn key_sets() -> Vec<Vec<u8>> {
    let whole = bearer::jwks();
    let keys = whole["keys"].as_array().into_iter().flatten();
    let oct = json!({ "kty": "oct", "kid": "oct", "alg": "HS256",
        "k": URL_SAFE_NO_PAD.encode(bearer::SECRET) });
    let p384 = json!({ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA", "use": "enc" });
    let sets = keys.map(|key| json!({ "keys": [key] }));
    let with_oct = keys_with(&whole, oct);
    sets.chain([whole.clone(), with_oct, keys_with(&whole, p384)])
        .map(|set| set.to_string().into())
        .collect()
}

fn keys_with(set: &Value, key: Value) -> Value {
    let keys = set["keys"].as_array().into_iter().flatten().cloned();
    json!({ "keys": keys.chain([key]).collect::<Vec<_>>() })
}

/// Inputs without a form, always the same ones.
fn unformed() -> impl Iterator<Item = Vec<u8>> {
    (0..UNFORMED).map(|seed| {
        let mut state = seed;
        let bytes = std::iter::repeat_with(move || {
            // Knuth's MMIX generator; its high bits are the good ones.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        });
        // A first byte of `{` would make it JSON.
        std::iter::once(0).chain(bytes).take(320).collect()
    })
}
