//! The key that signs now. It is read, and opened by its custody, once for each sandbox.

use std::sync::{PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::sync::Mutex;

use crate::error::Error;
use crate::report::causes;
use crate::store::{Custody, Published, Store};
use crate::token::{KeySchedule, ScheduledKey, SigningAlgorithm, SigningKey};

/// The age at which the schedule is read anew.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// Signs access tokens.
pub struct Signer {
    store: Store,
    custody: Custody,
    loaded: RwLock<Option<Loaded>>,
    /// The task that holds the lock reads; the others wait for it.
    reading: Mutex<()>,
}

#[derive(Clone)]
struct Loaded {
    key: SigningKey,
    schedule: KeySchedule,
    at: Timestamp,
}

impl Signer {
    /// A signer with the keys of these tables in that custody; none is read yet.
    pub fn new(store: Store, custody: Custody) -> Self {
        Self { store, custody, loaded: RwLock::new(None), reading: Mutex::default() }
    }

    /// Reads the key in init, so that the first request need not wait.
    pub async fn warm_up(&self, now: Timestamp) {
        if let Err(error) = self.key_at(now).await {
            tracing::warn!(cause = causes(&error), "cannot read the signing key in init");
        }
    }

    /// Signs the claims with the key of that instant.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the key cannot be read now, [`Error::Internal`] when there is none.
    pub async fn sign(&self, claims: &impl Serialize, now: Timestamp) -> Result<String, Error> {
        let Loaded { key, .. } = self.key_at(now).await?;
        key.sign(claims).map_err(|error| Error::Internal(error.into()))
    }

    /// The instant before which no sign-in counts, if there is one.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub async fn not_before(&self, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        Ok(self.key_at(now).await?.schedule.not_before)
    }

    /// The key that signs at that instant.
    async fn key_at(&self, now: Timestamp) -> Result<Loaded, Error> {
        if let Some(loaded) = self.current(now) {
            return Ok(loaded);
        }
        let _reading = self.reading.lock().await;
        if let Some(loaded) = self.current(now) {
            return Ok(loaded);
        }
        let loaded = self.read(now).await?;
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Some(loaded.clone());
        Ok(loaded)
    }

    /// The loaded key, if it is still the one that signs by a schedule that is not old.
    fn current(&self, now: Timestamp) -> Option<Loaded> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        let is_fresh = now.duration_since(loaded.at) < MAX_AGE;
        let signs = loaded.schedule.signing_at(now).map(ScheduledKey::id);
        (is_fresh && signs == Some(loaded.key.id())).then_some(loaded)
    }

    async fn read(&self, now: Timestamp) -> Result<Loaded, Error> {
        let missing = |what: &str| Error::Internal(format!("{what}; nameplate keys rotate").into());
        let published = self.store.published_keys().await?;
        let Some(Published { schedule, .. }) = published else {
            return Err(missing("there is no signing key"));
        };
        let schedule =
            KeySchedule::parse(&schedule).map_err(|error| Error::Internal(error.into()))?;
        let wanted = schedule.signing_at(now).ok_or_else(|| missing("no key signs now"))?;
        let known = self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone();
        let key = match known.filter(|known| known.key.id() == wanted.id()) {
            Some(known) => known.key,
            None => self.open(wanted).await?,
        };
        Ok(Loaded { key, schedule, at: now })
    }

    async fn open(&self, wanted: &ScheduledKey) -> Result<SigningKey, Error> {
        let missing = |what: &str| Error::Internal(what.into());
        let sealed = self.store.sealed_key(wanted.id()).await?;
        let sealed = sealed.ok_or_else(|| missing("the private half of a key is missing"))?;
        let pkcs8 = self.custody.open(wanted.id(), &sealed).await?;
        let algorithm = SigningAlgorithm::parse(wanted.algorithm());
        let algorithm = algorithm.ok_or_else(|| missing("a key has an unknown algorithm"))?;
        SigningKey::read(wanted.id(), algorithm, &pkcs8)
            .map_err(|error| Error::Internal(error.into()))
    }
}
