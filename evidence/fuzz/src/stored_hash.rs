//! The target `stored-hash`: the hash of a password in the table → whether a text is that password.

use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::json;
use shared::domain::password::{HashKind, HashSettings, PasswordText, SignerKey};
use shared::domain::user_id::UserId;
use shared::store::Store;
use tokio::runtime::Runtime;

use crate::api::{runtime, store};
use crate::table::Table;

/// The beginnings of hashes that take little work.
const CHEAP: [&str; 6] = [
    "$2b$04$",
    "$5$rounds=1000$",
    "$argon2id$v=19$m=8,t=1,p=1$",
    "$firebase-scrypt$r=1,m=1,",
    "$pbkdf2-sha256$i=1,",
    "$scrypt$ln=1,r=1,p=1$",
];

static READER: LazyLock<Mutex<(Runtime, Table, Store)>> = LazyLock::new(|| {
    let table = Table::default();
    let store = store(&table);
    Mutex::new((runtime(), table, store))
});

/// Reads the input as a stored hash. No text and no hash makes the code panic, and a hash that cannot be verified is
/// that of no password.
///
/// # Panics
/// When a rule is broken.
pub fn stored_hash(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let reader = READER.lock().unwrap_or_else(PoisonError::into_inner);
    let (runtime, table, store) = &*reader;
    table.reset([]);
    table.insert(
        "CREDENTIAL#ada",
        json!({ "pk": { "S": "CREDENTIAL#ada" }, "hash": { "S": text } }),
    );
    let id = UserId::parse("ada").expect("an id");
    let read = runtime.block_on(store.credential(&id)).expect("a table").expect("a credential");
    let settings = HashSettings {
        allowed: HashKind::ALL.to_vec(),
        firebase_signer_key: SignerKey::parse("c2lnbmVyIGtleSBvZiAxNiBieXRlcw=="),
    };
    let password = PasswordText::prepare("correct horse battery staple");
    let can_be_verified = read.hash.can_be_verified(&settings);
    if !can_be_verified {
        assert!(!password.verify(&read.hash, &settings));
        assert!(read.hash.needs_rehash());
    } else if CHEAP.iter().any(|beginning| text.starts_with(beginning)) {
        password.verify(&read.hash, &settings);
    }
}
