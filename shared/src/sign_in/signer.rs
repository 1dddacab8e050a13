//! The key that signs now. It is read, and opened by its custody, once for each sandbox.

use std::sync::{PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::sync::Mutex;

use super::keys::{self, KeysError};
use crate::error::Error;
use crate::report::causes;
use crate::store::{Custody, Store};
use crate::token::{KeySchedule, ScheduledKey, SigningAlgorithm, SigningKey};

/// The age at which the schedule is read anew.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);
/// The age of a key at which operators are to rotate.
const ROTATION: SignedDuration = SignedDuration::from_hours(90 * 24);

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
        let (schedule, _) = keys::read(&self.store).await.map_err(|error| match error {
            KeysError::Store(error) => error.into(),
            other => Error::Internal(other.into()),
        })?;
        let wanted = schedule.signing_at(now).ok_or_else(|| missing("no key signs now"))?;
        remind_of_rotation(now.duration_since(wanted.sign_from));
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

/// Logs that the signing key is old. A metric is made of the line.
fn remind_of_rotation(age: SignedDuration) {
    if age >= ROTATION {
        let days = age.as_hours() / 24;
        tracing::warn!(event = "signing_key_old", key_age_days = days, "rotate the signing key");
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<std::sync::Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_key_that_signs_for_90_days_is_logged_with_its_age() {
        let logged = |age| {
            let lines = Lines::default();
            let writer = lines.clone();
            let log = tracing_subscriber::fmt().json().flatten_event(true);
            let log = log.with_writer(move || writer.clone()).finish();
            tracing::subscriber::with_default(log, || remind_of_rotation(age));
            serde_json::from_slice::<serde_json::Value>(&lines.0.lock().unwrap()).ok()
        };
        let milli = SignedDuration::from_millis(1);
        assert_eq!(logged(ROTATION - milli), None);
        for age in [ROTATION, ROTATION + milli] {
            let line = logged(age).unwrap();
            assert_eq!(line["event"], "signing_key_old");
            assert_eq!(line["key_age_days"], 90);
        }
    }
}
