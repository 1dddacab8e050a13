//! The table's client: reads, and how often a call is repeated. Writes are in `commit.rs`.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConsumedCapacity, KeysAndAttributes, ReturnConsumedCapacity,
};

use super::credential::{self, Credential};
use super::error::StoreError;
use super::item::{self, Item};
use super::tables::{Table, Tables};
use crate::domain::user::User;
use crate::domain::user_id::UserId;
use crate::domain::username::{NameRecord, Username, UsernameKey};
use crate::meter::{self, RequestCost};
use crate::report::causes;

/// How often items are read again that were read on both sides of a change.
pub(super) const REREADS: usize = 2;

/// How a call is repeated after a conflict or throttling. A failed condition is not repeated.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// The most attempts.
    pub attempts: u32,
    /// The longest wait before the second attempt; it doubles with each further attempt. The wait is
    /// a random part of it ("full jitter").
    pub first: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { attempts: 6, first: Duration::from_millis(20) }
    }
}

/// Adds the capacity that an answer reports to the meter of the request.
pub(super) fn count_capacity<'a>(consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
    let units = consumed.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
    meter::count(RequestCost { capacity_units: units, ..RequestCost::default() });
}

/// The tables, reached through one DynamoDB client.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) client: Client,
    pub(super) tables: Tables,
    pub(super) backoff: Backoff,
}

/// The ids of a request's two users.
#[derive(Debug, Clone, Copy)]
pub struct CallerAndTarget<'a> {
    /// The caller's own id.
    pub caller: &'a UserId,
    /// The id of the user that the request is about.
    pub target: &'a UserId,
}

/// A request's two users, where they exist.
#[derive(Debug, Clone)]
pub struct Users {
    /// The caller's own user.
    pub caller: Option<User>,
    /// The user that the request is about.
    pub target: Option<User>,
}

impl Store {
    /// The tables of those names.
    pub fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables, backoff: Backoff::default() }
    }

    /// The same tables with another backoff.
    #[must_use]
    pub fn with_backoff(self, backoff: Backoff) -> Self {
        Self { backoff, ..self }
    }

    /// Opens the connection to DynamoDB by reading a user that does not exist. On a small Lambda a
    /// first request would otherwise wait mostly for the TLS handshake.
    pub async fn warm_up(&self) {
        let nobody = item::nobody_key();
        let users = self.tables.name(Table::Users);
        let read = self.client.get_item().table_name(users).key(item::PK, nobody);
        if let Err(error) = read.send().await.map_err(StoreError::from_sdk) {
            tracing::warn!(cause = causes(&error), "cannot reach DynamoDB in init");
        }
    }

    /// Reads a user, strongly consistent. One call, `GetItem`.
    ///
    /// # Errors
    /// [`StoreError`] when DynamoDB does not answer, or the item is corrupt.
    pub async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        self.read_user(item::user_key(id)).await
    }

    async fn read_user(&self, key: AttributeValue) -> Result<Option<User>, StoreError> {
        let item = self.get(Table::Users, key).await?;
        item.as_ref().map(item::to_user).transpose().map_err(StoreError::broken)
    }

    /// Reads an item, strongly consistent.
    pub(super) async fn get(
        &self,
        table: Table,
        key: AttributeValue,
    ) -> Result<Option<Item>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(self.tables.name(table))
            .key(item::PK, key)
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        count_capacity(output.consumed_capacity());
        Ok(output.item)
    }

    /// Reads a user that does not exist, at the cost of [`Store::user`].
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn read_missing_user(&self) -> Result<Option<User>, StoreError> {
        self.read_user(item::nobody_key()).await
    }

    /// Reads what signs a user in, strongly consistent; `None` for a user without a password. One call,
    /// `GetItem`.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn credential(&self, id: &UserId) -> Result<Option<Credential>, StoreError> {
        let item = self.get(Table::Credentials, credential::key(id)).await?;
        item.as_ref().map(credential::from_item).transpose().map_err(StoreError::broken)
    }

    /// Reads a caller's own user and the user that the request is about, strongly consistent; the
    /// same user twice when the ids are equal. One call, `BatchGetItem` or `GetItem`, unless DynamoDB
    /// leaves a key unprocessed.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn caller_and_target(&self, ids: CallerAndTarget<'_>) -> Result<Users, StoreError> {
        let CallerAndTarget { caller, target } = ids;
        if caller == target {
            let user = self.user(caller).await?;
            return Ok(Users { caller: user.clone(), target: user });
        }
        let keys = [item::user_key(caller), item::user_key(target)];
        let items = self.batch(keys.map(|key| (Table::Users, key))).await?;
        let users = items.iter().map(item::to_user).collect::<Result<Vec<_>, _>>();
        let users = users.map_err(StoreError::broken)?;
        let find = |id: &UserId| users.iter().find(|user| user.id == *id).cloned();
        Ok(Users { caller: find(caller), target: find(target) })
    }

    /// Reads a user, and the record of a name if one is given, strongly consistent. One call,
    /// `BatchGetItem` or `GetItem`.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn user_and_name(
        &self,
        id: &UserId,
        name: Option<&UsernameKey>,
    ) -> Result<(Option<User>, Option<NameRecord>), StoreError> {
        let Some(name) = name else { return Ok((self.user(id).await?, None)) };
        let keys = [item::user_key(id), item::name_key(name)];
        let items = self.batch(keys.map(|key| (Table::Users, key))).await?;
        let (names, users): (Vec<_>, Vec<_>) = items.iter().partition(|item| item::is_name(item));
        let user = users.first().map(|item| item::to_user(item)).transpose();
        let record = names.first().map(|item| item::to_name_record(item)).transpose();
        Ok((user.map_err(StoreError::broken)?, record.map_err(StoreError::broken)?))
    }

    /// Reads the records of these names, strongly consistent; a name without a record is left out. One
    /// call, `BatchGetItem`, or none for no names.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn names(&self, names: &[Username]) -> Result<Vec<NameRecord>, StoreError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let keys = names.iter().map(|name| (Table::Users, item::name_key(name.key())));
        let items = self.batch(keys).await?;
        items.iter().map(item::to_name_record).collect::<Result<_, _>>().map_err(StoreError::broken)
    }

    /// Reads items by their keys, which differ from one another, strongly consistent.
    pub(super) async fn batch(
        &self,
        keys: impl IntoIterator<Item = (Table, AttributeValue)>,
    ) -> Result<Vec<Item>, StoreError> {
        let mut wanted = HashMap::new();
        for (table, key) in keys {
            let empty = || KeysAndAttributes::builder().consistent_read(true);
            let of_table = wanted.remove(self.tables.name(table)).unwrap_or_else(empty);
            let of_table = of_table.keys(HashMap::from([(item::PK.to_owned(), key)]));
            wanted.insert(self.tables.name(table), of_table);
        }
        let wanted = wanted.into_iter().map(|(table, keys)| Ok((table.to_owned(), keys.build()?)));
        let wanted = wanted.collect::<Result<HashMap<_, _>, BuildError>>();
        let mut unread = Some(wanted.map_err(StoreError::broken)?);
        let mut found = Vec::new();
        for attempt in 0..self.backoff.attempts {
            let Some(keys) = unread.take() else { break };
            self.wait_before(attempt).await;
            let request = self.client.batch_get_item().set_request_items(Some(keys));
            let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
            let output = request.send().await.map_err(StoreError::from_sdk)?;
            count_capacity(output.consumed_capacity());
            found.extend(output.responses.unwrap_or_default().into_values().flatten());
            unread = output.unprocessed_keys.filter(|keys| !keys.is_empty());
        }
        match unread {
            Some(_) => Err(StoreError::busy("BatchGetItem left keys unprocessed")),
            None => Ok(found),
        }
    }

    /// Waits for the [`Backoff`] before the attempt of that number, counted from 0.
    pub(super) async fn wait_before(&self, attempt: u32) {
        if attempt == 0 || self.backoff.first.is_zero() {
            return;
        }
        let longest = self.backoff.first * 2_u32.saturating_pow(attempt - 1);
        tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
    }
}
