//! Making and withdrawing the keys that sign our access tokens, as operators do.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::store::{Custody, NewKey, Store, StoreError};
use crate::token::{KeySchedule, SigningAlgorithm, SigningKeyError};

/// Why keys cannot be made or withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The tables or KMS cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key cannot be made.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// The table has something else for a schedule.
    #[error("the schedule of the keys is malformed: {0}")]
    Schedule(#[from] serde_json::Error),
    /// Somebody else changed the schedule at the same time.
    #[error("somebody else changed the keys at the same time; look and repeat")]
    Overtaken,
    /// There is no such key.
    #[error("there is no key {0}")]
    NotFound(String),
}

/// A key that was just made.
#[derive(Debug, Clone)]
pub struct NewSigningKey {
    /// Its id.
    pub kid: String,
    /// From when on it signs.
    pub sign_from: Timestamp,
}

/// Makes a key and publishes it. The first key signs at once, a later one in two hours, when everybody who
/// caches keys has it.
///
/// # Errors
/// [`KeysError`].
pub async fn rotate(
    store: &Store,
    custody: &Custody,
    algorithm: SigningAlgorithm,
    token_lifetime: SignedDuration,
    now: Timestamp,
) -> Result<NewSigningKey, KeysError> {
    let (schedule, version) = read(store).await?;
    let kid = Uuid::new_v4().to_string();
    let pair = algorithm.generate(&kid)?;
    let sealed = custody.seal(&kid, &pair.pkcs8).await?;
    let schedule = schedule.rotated(pair.jwk, token_lifetime, now);
    let sign_from = schedule.keys.last().map_or(now, |key| key.sign_from);
    publish(store, &schedule, version, Some(NewKey { kid: &kid, key: &sealed })).await?;
    Ok(NewSigningKey { kid, sign_from })
}

/// Withdraws a key at once: the tokens that it signed count no longer.
///
/// # Errors
/// [`KeysError`].
pub async fn revoke(store: &Store, kid: &str, now: Timestamp) -> Result<(), KeysError> {
    let (schedule, version) = read(store).await?;
    let revoked = schedule.revoked(kid, now).ok_or_else(|| KeysError::NotFound(kid.to_owned()))?;
    publish(store, &revoked, version, None).await
}

/// The keys and when each signs and verifies.
///
/// # Errors
/// [`KeysError`].
pub async fn schedule(store: &Store) -> Result<KeySchedule, KeysError> {
    Ok(read(store).await?.0)
}

/// Lets no sign-in count that is from before that instant.
///
/// # Errors
/// [`KeysError`].
pub async fn not_before(store: &Store, instant: Timestamp) -> Result<(), KeysError> {
    let (schedule, version) = read(store).await?;
    // Access tokens have the second of the sign-in.
    let second = Timestamp::from_second(instant.as_second()).unwrap_or(instant);
    let next = KeySchedule { not_before: Some(second), ..schedule };
    publish(store, &next, version, None).await
}

/// The schedule, and its version; an empty one when none was published.
pub(super) async fn read(store: &Store) -> Result<(KeySchedule, Option<u64>), KeysError> {
    match store.published_keys().await? {
        Some(published) => Ok((KeySchedule::parse(&published.schedule)?, Some(published.version))),
        None => Ok((KeySchedule::default(), None)),
    }
}

/// Replaces the schedule of that version.
async fn publish(
    store: &Store,
    schedule: &KeySchedule,
    version: Option<u64>,
    new: Option<NewKey<'_>>,
) -> Result<(), KeysError> {
    if store.publish_keys(&serde_json::to_string(schedule)?, version, new).await? {
        Ok(())
    } else {
        Err(KeysError::Overtaken)
    }
}
