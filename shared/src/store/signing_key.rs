//! The keys that sign our access tokens. Their public halves with their schedule are the item `JWKS` of the table
//! of users, which every function reads; a private half is `SIGNINGKEY#<kid>` in the table of credentials, sealed
//! by its custody.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::actions::Action;
use super::error::StoreError;
use super::expression::Expression;
use super::item::{CorruptItem, Item, PK, Reader, n, s};
use super::table::Store;
use super::tables::Table;

const VERSION: &str = "version";
const KEYS: &str = "keys";

/// What is published, and its version.
#[derive(Debug, Clone)]
pub struct Published {
    /// The schedule of the keys, as JSON.
    pub schedule: String,
    /// The number of writes so far.
    pub version: u64,
}

/// A private key as the table has it.
#[derive(Clone)]
pub struct SealedKey {
    /// How it is sealed.
    pub custody: String,
    /// The sealed key.
    pub bytes: Vec<u8>,
}

/// A new private key, to be written with the schedule.
pub struct NewKey<'a> {
    /// Its id.
    pub kid: &'a str,
    /// The key.
    pub key: &'a SealedKey,
}

impl Store {
    /// Reads the published schedule, strongly consistent. One call, `GetItem`.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn published_keys(&self) -> Result<Option<Published>, StoreError> {
        let item = self.get(Table::Users, schedule_key()).await?;
        let read = |item: Item| -> Result<Published, CorruptItem> {
            let item = Reader(&item);
            Ok(Published {
                schedule: item.string(KEYS)?.to_owned(),
                version: item.number(VERSION)?,
            })
        };
        item.map(read).transpose().map_err(StoreError::broken)
    }

    /// Reads a sealed private key, strongly consistent. One call, `GetItem`.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn sealed_key(&self, kid: &str) -> Result<Option<SealedKey>, StoreError> {
        let item = self.get(Table::Credentials, private_key(kid)).await?;
        let read = |item: Item| -> Result<SealedKey, CorruptItem> {
            let bytes = match item.get("key") {
                Some(AttributeValue::B(bytes)) => bytes.as_ref().to_vec(),
                _ => return Err(CorruptItem("key")),
            };
            Ok(SealedKey { custody: Reader(&item).string("custody")?.to_owned(), bytes })
        };
        item.map(read).transpose().map_err(StoreError::broken)
    }

    /// Publishes a schedule, if nobody has published another since version `after`, and writes the new private
    /// key with it, both or neither. Says whether it did.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn publish_keys(
        &self,
        schedule: &str,
        after: Option<u64>,
        new: Option<NewKey<'_>>,
    ) -> Result<bool, StoreError> {
        let mut e = Expression::default();
        e.set(KEYS, s(schedule));
        e.set(VERSION, n(after.unwrap_or(0) + 1));
        let unchanged = match after {
            Some(version) => e.equals(VERSION, n(version)),
            None => e.absent(PK),
        };
        e.require(unchanged);
        let mut actions =
            vec![Action::Update { table: Table::Users, key: schedule_key(), expression: e }];
        actions.extend(new.map(|NewKey { kid, key }| put(kid, key)));
        self.write_all(actions).await
    }
}

fn put(kid: &str, key: &SealedKey) -> Action {
    let mut condition = Expression::default();
    condition.require_absent();
    let item = [
        (PK, private_key(kid)),
        ("custody", s(&key.custody)),
        ("key", AttributeValue::B(Blob::new(key.bytes.clone()))),
    ];
    let item = item.map(|(name, value)| (name.to_owned(), value)).into();
    Action::Put { table: Table::Credentials, item, condition }
}

fn schedule_key() -> AttributeValue {
    s("JWKS")
}

fn private_key(kid: &str) -> AttributeValue {
    s(format!("SIGNINGKEY#{kid}"))
}
