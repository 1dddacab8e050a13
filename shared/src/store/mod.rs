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
mod item;

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ConsumedCapacity, KeysAndAttributes, ReturnConsumedCapacity};

pub use client::{DynamoDb, TlsUnavailable, https};
pub use commit::{Change, Outcome};
pub use error::StoreError;

use crate::domain::user::User;
use crate::domain::user_id::UserId;
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
    meter::count(Usage { calls: 0, capacity_units: units });
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
        let keys = KeysAndAttributes::builder()
            .keys(HashMap::from([(item::PK.to_owned(), item::user_key(one))]))
            .keys(HashMap::from([(item::PK.to_owned(), item::user_key(other))]))
            .consistent_read(true)
            .build()
            .map_err(StoreError::broken)?;
        let mut wanted = Some(HashMap::from([(self.table.clone(), keys)]));
        let mut found = Vec::new();
        for attempt in 0..self.backoff.attempts {
            let Some(keys) = wanted.take() else { break };
            self.wait_before(attempt).await;
            let request = self.client.batch_get_item().set_request_items(Some(keys));
            let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
            let output = request.send().await.map_err(StoreError::from_sdk)?;
            count_capacity(output.consumed_capacity());
            for item in output.responses.unwrap_or_default().into_values().flatten() {
                found.push(item::to_user(&item).map_err(StoreError::broken)?);
            }
            wanted = output.unprocessed_keys.filter(|keys| !keys.is_empty());
        }
        if wanted.is_some() {
            return Err(StoreError::busy("BatchGetItem left keys unprocessed"));
        }
        let take = |id: &UserId| found.iter().find(|user| user.id == *id).cloned();
        Ok((take(one), take(other)))
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
