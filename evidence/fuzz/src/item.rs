//! The target `item`: an item of the table → the user.

use std::sync::{LazyLock, Mutex, PoisonError};

use arbitrary::{Result, Unstructured};
use sandbox::Sample;
use serde_json::{Map, Value, json};
use shared::domain::user::User;
use shared::domain::user_id::UserId;
use shared::store::{Change, Store};
use tokio::runtime::Runtime;

use crate::api::{api, runtime, store};
use crate::table::Table;

/// The key under which the table has the item.
const PK: &str = "USER#ada";

/// Reads users from items.
struct Reader {
    runtime: Runtime,
    table: Table,
    store: Store,
    /// The item of a sample user.
    good: Map<String, Value>,
}

static READER: LazyLock<Mutex<Reader>> = LazyLock::new(|| {
    let good = api().table.item(&format!("USER#{}", Sample::RENAMED.id));
    let Some(Value::Object(good)) = good else { panic!("no sample users") };
    let table = Table::default();
    let store = store(&table);
    Mutex::new(Reader { runtime: runtime(), table, store, good })
});

/// The text attributes that only some users have.
pub(crate) const OPTIONAL: [&str; 6] =
    ["midName", "mobilePhoneNumber", "location", "company", "industry", "profilePictureUrl"];

/// Reads a user from an item: the input itself if it begins with `{`, otherwise a good item that the input
/// changes. Reading fails, or returns a user who loses nothing when the store writes and reads it again.
///
/// # Panics
/// When a rule is broken.
pub fn item(data: &[u8]) {
    let reader = READER.lock().unwrap_or_else(PoisonError::into_inner);
    let item: Option<Value> = if data.first() == Some(&b'{') {
        serde_json::from_slice(data).ok()
    } else {
        changed_item(&reader.good, &mut Unstructured::new(data)).ok()
    };
    let Some(item) = item else { return };
    reader.table.reset([]);
    let Some(user) = reader.read(&item) else { return };
    let create = Change::Create(Box::new(user.clone()), None);
    reader.runtime.block_on(reader.store.commit(&create)).expect("a table");
    let [written, _name] = &reader.table.take_puts()[..] else { panic!("not a user and a name") };
    assert_eq!(reader.read(written), Some(user));
    for name in reader.good.keys().map(String::as_str).chain(OPTIONAL) {
        let (read, written) = (&item[name], &written[name]);
        if name == "usernameKey" && read.is_null() {
            // An item from before this attribute gets it.
            assert!(written["S"].is_string(), "{written}");
            continue;
        }
        if name == "sessionEpoch" && written.is_null() {
            // It is absent while it is 0.
            let epoch = read["N"].as_str().map_or(Ok(0), str::parse::<u64>);
            assert_eq!(epoch, Ok(0));
            continue;
        }
        assert_eq!(read.is_null(), written.is_null(), "{name}");
        // Of all texts, only a UUID has several spellings.
        assert!(name == "accountId" || read["S"] == written["S"], "{name}");
    }
}

impl Reader {
    /// Reads the user from the item. Returns `None` when reading fails.
    fn read(&self, item: &Value) -> Option<User> {
        self.table.insert(PK, item.clone());
        let id = UserId::parse("ada").expect("an id");
        self.runtime.block_on(self.store.user(&id)).ok().flatten()
    }
}

/// Changes some attributes of the good item.
fn changed_item(good: &Map<String, Value>, u: &mut Unstructured<'_>) -> Result<Value> {
    let mut item = good.clone();
    let names: Vec<&str> = good.keys().map(String::as_str).chain(OPTIONAL).collect();
    for _ in 0..u.int_in_range(1..=4)? {
        let name = *u.choose(&names)?;
        if u.ratio(1, 8)? {
            item.remove(name);
        } else {
            item.insert(name.to_owned(), value(u)?);
        }
    }
    Ok(Value::Object(item))
}

/// Generates an attribute value of any type.
fn value(u: &mut Unstructured<'_>) -> Result<Value> {
    const KINDS: [&str; 12] = ["S", "S", "S", "N", "N", "SS", "SS", "BOOL", "NULL", "NS", "L", "B"];
    let kind = *u.choose(&KINDS)?;
    let value = match kind {
        "S" => json!(text(u)?),
        "N" => json!(number(u)?),
        "SS" => json!([text(u)?, text(u)?]),
        "NS" => json!([number(u)?]),
        "BOOL" | "NULL" => json!(u.arbitrary::<bool>()?),
        "L" => json!([{ "S": text(u)? }]),
        _ => json!("AAAA"),
    };
    Ok(json!({ kind: value }))
}

fn number(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=4)? {
        0 => u.arbitrary::<i64>()?.to_string(),
        1 => u.arbitrary::<u64>()?.to_string(),
        2 => u.arbitrary::<f64>()?.to_string(),
        3 => u.arbitrary::<i16>()?.to_string(),
        _ => text(u)?,
    })
}

fn text(u: &mut Unstructured<'_>) -> Result<String> {
    const KNOWN: [&str; 12] = [
        "USER#ada",
        "USER#",
        "ada@example.com",
        "API_USER",
        "ADMIN",
        "POWER_USER",
        "ACTIVE",
        "DELETED",
        "tr_TR",
        "Europe/Istanbul",
        "00000000-0000-0000-0000-000000000001",
        "",
    ];
    if u.ratio(1, 2)? {
        return Ok((*u.choose(&KNOWN)?).to_owned());
    }
    let length = u.int_in_range(0..=24)?;
    let bytes = u.bytes(usize::min(length, u.len()))?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}
