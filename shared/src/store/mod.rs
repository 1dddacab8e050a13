//! The table: who has which name, and every user.
//!
//! One table with one key attribute, `pk`:
//! - `USER#<userId>` is the user. `version` grows by one with every write.
//! - `USERNAME#<key>` says who has the name: `userId`, `username` (the holder's spelling) and, once
//!   the name is given up, `heldUntil` (milliseconds) and `expiresAt` (seconds, for the TTL sweep).
//!
//! [`Store::commit`] is the only way to write. Uniqueness, cooldown and hold are conditions of its
//! transaction; no read decides them.

mod actions;
mod client;
mod commit;
mod error;
mod expression;
mod http;
mod item;

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConsumedCapacity, KeysAndAttributes, ReturnConsumedCapacity,
};

pub use client::DynamoDb;
pub use commit::{Change, Outcome};
pub use error::StoreError;
pub use http::{TlsUnavailable, https};
use item::Item;

use crate::domain::user::User;
use crate::domain::user_id::UserId;
use crate::domain::username::{Holding, Username, UsernameKey};
use crate::meter::{self, Usage};

/// How a refused attempt is repeated when DynamoDB was busy, not when a condition failed.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// How often a write is tried.
    pub attempts: u32,
    /// The longest wait before the second attempt; it doubles with each further one. The wait is
    /// drawn at random from nothing to that ("full jitter").
    pub first: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { attempts: 6, first: Duration::from_millis(20) }
    }
}

/// Adds what an answer says of its cost to the meter of the request.
fn count_capacity<'a>(consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
    let units = consumed.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
    meter::count(Usage { capacity_units: units, ..Usage::default() });
}

/// The table, reached through one DynamoDB client.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: String,
    backoff: Backoff,
}

impl Store {
    /// The table of that name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into(), backoff: Backoff::default() }
    }

    /// The same table with another way to repeat attempts.
    #[must_use]
    pub fn with_backoff(self, backoff: Backoff) -> Self {
        Self { backoff, ..self }
    }

    /// Opens the connection to DynamoDB, so that the first request need not: on a small Lambda the
    /// TLS handshake is most of what a first request waits for. It reads a user that nobody is.
    pub async fn warm_up(&self) {
        let nobody = AttributeValue::S(format!("{}-", item::USER));
        let read = self.client.get_item().table_name(&self.table).key(item::PK, nobody);
        if let Err(error) = read.send().await.map_err(StoreError::from_sdk) {
            tracing::warn!(cause = %error, "DynamoDB cannot be reached yet");
        }
    }

    /// Reads a user, strongly consistent. One call, `GetItem`.
    ///
    /// # Errors
    /// [`StoreError`] when the table does not answer, or with something that is no user.
    pub async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(item::PK, item::user_key(id))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(StoreError::from_sdk)?;
        count_capacity(output.consumed_capacity());
        output.item.as_ref().map(item::to_user).transpose().map_err(StoreError::broken)
    }

    /// Reads two users, strongly consistent; the same one twice when the ids are equal. One call,
    /// `BatchGetItem` or `GetItem`, unless DynamoDB leaves a key for another.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn users(
        &self,
        one: &UserId,
        other: &UserId,
    ) -> Result<(Option<User>, Option<User>), StoreError> {
        if one == other {
            let user = self.user(one).await?;
            return Ok((user.clone(), user));
        }
        let items = self.batch([item::user_key(one), item::user_key(other)]).await?;
        let users = items.iter().map(item::to_user).collect::<Result<Vec<_>, _>>();
        let users = users.map_err(StoreError::broken)?;
        let take = |id: &UserId| users.iter().find(|user| user.id == *id).cloned();
        Ok((take(one), take(other)))
    }

    /// Reads a user, and who has a name if one is asked for, strongly consistent. One call,
    /// `BatchGetItem` or `GetItem`.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn user_and_name(
        &self,
        id: &UserId,
        name: Option<&UsernameKey>,
    ) -> Result<(Option<User>, Option<Holding>), StoreError> {
        let Some(name) = name else { return Ok((self.user(id).await?, None)) };
        let items = self.batch([item::user_key(id), item::name_key(name)]).await?;
        let (names, users): (Vec<_>, Vec<_>) = items.iter().partition(|item| item::is_name(item));
        let user = users.first().map(|item| item::to_user(item)).transpose();
        let holding = names.first().map(|item| item::to_holding(item)).transpose();
        Ok((user.map_err(StoreError::broken)?, holding.map_err(StoreError::broken)?))
    }

    /// Reads who has these names, strongly consistent; nothing for those that nobody has. One call,
    /// `BatchGetItem`, or none for no names.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn names(&self, names: &[Username]) -> Result<Vec<Holding>, StoreError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let keys = names.iter().map(|name| item::name_key(&name.key()));
        let items = self.batch(keys).await?;
        items.iter().map(item::to_holding).collect::<Result<_, _>>().map_err(StoreError::broken)
    }

    /// Reads items by their keys, which differ from one another, strongly consistent.
    async fn batch(
        &self,
        keys: impl IntoIterator<Item = AttributeValue>,
    ) -> Result<Vec<Item>, StoreError> {
        let keys =
            keys.into_iter().map(|key| HashMap::from([(item::PK.to_owned(), key)])).collect();
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true);
        let keys = keys.build().map_err(StoreError::broken)?;
        let mut wanted = Some(HashMap::from([(self.table.clone(), keys)]));
        let mut found = Vec::new();
        for attempt in 0..self.backoff.attempts {
            let Some(keys) = wanted.take() else { break };
            self.wait_before(attempt).await;
            let request = self.client.batch_get_item().set_request_items(Some(keys));
            let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
            let output = request.send().await.map_err(StoreError::from_sdk)?;
            count_capacity(output.consumed_capacity());
            found.extend(output.responses.unwrap_or_default().into_values().flatten());
            wanted = output.unprocessed_keys.filter(|keys| !keys.is_empty());
        }
        match wanted {
            Some(_) => Err(StoreError::busy("BatchGetItem left keys unprocessed")),
            None => Ok(found),
        }
    }

    /// Waits as the [`Backoff`] says before the attempt of that number, counted from 0.
    async fn wait_before(&self, attempt: u32) {
        if attempt == 0 || self.backoff.first.is_zero() {
            return;
        }
        let longest = self.backoff.first * 2_u32.saturating_pow(attempt - 1);
        tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
    }
}
