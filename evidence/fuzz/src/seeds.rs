//! The seeds: the inputs with which the fuzzer begins. Most of them come from the sample events.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sandbox::{Sample, events};
use serde_json::{Value, json};

use crate::api::{api, now};
use crate::bearer;
use crate::item::OPTIONAL;

/// The number of random seeds of a target that generates something from its input.
const RANDOM_SEEDS: u64 = 64;

/// Returns the seeds of a target.
///
/// # Errors
/// When the sample events cannot be read.
pub fn of(target: &str) -> io::Result<Vec<Vec<u8>>> {
    let events = events()?;
    Ok(match target {
        "event" => events.iter().map(|event| event.to_string().into()).chain(random()).collect(),
        "bearer" => bearers(&events),
        "body" => bodies(&events),
        "username" => names(&events),
        "item" => items().chain(random()).collect(),
        "jwks" => key_sets(),
        "refresh-token" => refresh_tokens(&events),
        "stored-hash" => HASHES.iter().map(|hash| hash.as_bytes().to_vec()).collect(),
        _ => Vec::new(),
    })
}

/// Hashes of each kind, and some that are none.
const HASHES: [&str; 9] = [
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXJhbmRvbXNhbHRzcw$x3HjnXvWqBJSsJd3CgBx0rPZ3v1Zb3m3cXzYvX1aXcM",
    "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$x3HjnXvWqBJSsJd3CgBx0rPZ3v1Zb3m3cXzYvX1aXcM",
    "$2b$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
    "$5$rounds=1000$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
    "$scrypt$ln=1,r=1,p=1$c29tZXNhbHQ$x3HjnXvWqBJSsJd3CgBx0rPZ3v1Zb3m3cXzYvX1aXcM",
    "$pbkdf2-sha256$i=1,l=32$c29tZXNhbHQ$x3HjnXvWqBJSsJd3CgBx0rPZ3v1Zb3m3cXzYvX1aXcM",
    "$firebase-scrypt$r=1,m=1,s=Bw$c29tZXNhbHQ$x3HjnXvWqBJSsJd3CgBx0g",
    "$argon2id$v=19$m=2147483648,t=4294967295,p=255$c29tZXNhbHQ$AAAA",
    "5f4dcc3b5aa765d61d8327deb882cf99",
];

/// The refresh tokens of the sample events.
fn refresh_tokens(events: &[Value]) -> Vec<Vec<u8>> {
    let bodies = events.iter().filter_map(|event| event["body"].as_str());
    let bodies = bodies.filter_map(|body| serde_json::from_str::<Value>(body).ok());
    let tokens = bodies.filter_map(|body| body["refreshToken"].as_str().map(str::to_owned));
    tokens.map(String::into_bytes).collect()
}

/// Returns the sample events of every function.
fn events() -> io::Result<Vec<Value>> {
    let mut found = Vec::new();
    for endpoint in ::api::endpoints() {
        for sample in events::of(endpoint.route.operation)? {
            found.push(serde_json::from_str(&sample.event)?);
        }
    }
    Ok(found)
}

fn bearers(events: &[Value]) -> Vec<Vec<u8>> {
    let lines = events.iter().filter_map(|event| event["headers"]["authorization"].as_str());
    let mut seeds: Vec<Vec<u8>> = lines.map(|line| line.as_bytes().to_vec()).collect();
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

/// Returns good claims, and claims that are at or just beyond a limit.
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
        ("aud", json!([])),
        ("client_id", json!("nameplate")),
        ("azp", json!("nameplate")),
        ("token_use", json!("access")),
        ("token_use", json!("id")),
        ("typ", json!("Bearer")),
        ("at_hash", json!("x")),
        ("cnf", json!({ "jkt": "x" })),
        ("roles", json!("ADMIN")),
        ("roles", json!({ "ADMIN": true })),
    ];
    let with = |base: &Value, name: &str, value: Value| {
        let mut claims = base.clone();
        claims[name] = value;
        claims
    };
    let without_audience = with(&bearer::claims(), "aud", json!(null));
    let variants = changes.map(|(name, value)| match name {
        "client_id" | "azp" => with(&without_audience, name, value),
        name => with(&bearer::claims(), name, value),
    });
    variants.into_iter().chain([bearer::claims()]).collect()
}

/// Returns every body for every endpoint that takes one, and two with UTF-8's byte order mark.
fn bodies(events: &[Value]) -> Vec<Vec<u8>> {
    let bodies = events.iter().filter_map(|event| event["body"].as_str());
    let marked = ["\u{feff}{\"newUsername\":\"ada_l\"}", "\u{feff}{\"new[\":1}"];
    let short = bodies.filter(|body| body.len() < 4096).chain(marked);
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

/// Returns the items of the sample users, without and with the optional attributes.
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
    let all = bearer::jwks();
    let keys = all["keys"].as_array().into_iter().flatten();
    let oct = json!({ "kty": "oct", "kid": "oct", "alg": "HS256",
        "k": URL_SAFE_NO_PAD.encode(bearer::SECRET) });
    let p384 = json!({ "kty": "EC", "crv": "P-384", "x": "AA", "y": "AA", "use": "enc" });
    let sets = keys.map(|key| json!({ "keys": [key] }));
    let with_oct = with_key(&all, oct);
    sets.chain([all.clone(), with_oct, with_key(&all, p384)])
        .map(|set| set.to_string().into())
        .collect()
}

/// Returns the key set with one more key.
fn with_key(set: &Value, key: Value) -> Value {
    let keys = set["keys"].as_array().into_iter().flatten().cloned();
    json!({ "keys": keys.chain([key]).collect::<Vec<_>>() })
}

/// Returns pseudo-random inputs, which are the same every time.
fn random() -> impl Iterator<Item = Vec<u8>> {
    (0..RANDOM_SEEDS).map(|seed| {
        let mut state = seed;
        let bytes = std::iter::repeat_with(move || {
            // This is Knuth's MMIX generator. Only its high bits are random enough.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        });
        // The first byte is 0, because the targets read an input that begins with `{` as JSON.
        std::iter::once(0).chain(bytes).take(320).collect()
    })
}
