//! Guesses at a password: counted before they are verified.

use jiff::Timestamp;

use super::failures::{SourceAddress, limit_in_table};
use super::service::SignIn;
use crate::domain::attempt::{AttemptPolicy, AttemptPool, DeviceHash, MAX_FAILURES_IN_A_ROW};
use crate::domain::password::{PasswordHash, PasswordText};
use crate::domain::user_id::UserId;
use crate::error::Error;
use crate::hashing;
use crate::report::causes;
use crate::store::{AttemptLimit, Credential, Reservation, Store, Window};

/// A guess at somebody's password.
#[derive(Debug, Clone)]
pub struct Guess<'a> {
    /// The key of the name that is tried, or what stands for it when no name could be that.
    pub name: &'a str,
    /// The user of the name, and the password, if there are such.
    pub of: Option<(&'a UserId, &'a Credential)>,
    /// Where the guess comes from.
    pub source: SourceAddress,
    /// The device that it comes from, if the client names one.
    pub device: Option<&'a DeviceHash>,
    /// The password, then another one that counts as well.
    pub passwords: Vec<PasswordText>,
}

/// A guess that was right.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Which of the passwords is the user's.
    pub index: usize,
    /// The password hashed anew, when its hash is an old or a foreign one.
    pub rehashed: Option<PasswordHash>,
    /// The attempt, to be given back.
    pub pool: AttemptPool,
}

impl SignIn {
    /// Counts the guess, then verifies it. Whoever has no password, and whoever does not exist, is wrong at the same
    /// cost as a wrong password: as many calls, and a hash.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`], whether or not anybody has the name; [`Error::CredentialsInvalid`] for every way
    /// of being wrong.
    pub async fn judge(
        &self,
        store: &Store,
        guess: Guess<'_>,
        now: Timestamp,
    ) -> Result<Judged, Error> {
        let source = AttemptPool::source(&guess.source.to_string());
        self.check_refused(&source, now)?;
        let pool = self.reserve(store, &guess, now).await?;
        let settings = &self.settings.hashes;
        let hash = guess.of.map(|(_, credential)| &credential.hash);
        let hash = hash.filter(|hash| hash.can_be_verified(settings));
        let (dummy, is_dummy) = (PasswordHash::dummy(), hash.is_none());
        let hash = hash.unwrap_or(&dummy);
        for (index, password) in guess.passwords.iter().enumerate() {
            let (password_of, of) = (password.clone(), hash.clone());
            let is_right = hashing::is_password_of(password_of, of, settings.clone()).await?;
            if is_right && !is_dummy {
                let rehashed = self.rehash(password, hash).await;
                return Ok(Judged { index, rehashed, pool });
            }
        }
        self.count_failure_of(store, source, now).await?;
        store.count_failure(guess.of.map(|(id, _)| id)).await?;
        Err(Error::CredentialsInvalid)
    }

    /// Gives the attempt of a success back. That it stays counted, when the table does not answer, is no reason not to
    /// sign in.
    pub async fn give_back(&self, store: &Store, judged: &Judged) {
        if let Err(error) = store.give_back_attempt(&judged.pool).await {
            tracing::warn!(cause = causes(&error), "an attempt at a password stays counted");
        }
    }

    /// Counts an attempt in the pool that the guess is of.
    async fn reserve(
        &self,
        store: &Store,
        guess: &Guess<'_>,
        now: Timestamp,
    ) -> Result<AttemptPool, Error> {
        let credential = guess.of.map(|(_, credential)| credential);
        let known = guess.device.filter(|device| {
            let mut devices = credential.iter().flat_map(|known| &known.known_devices);
            devices.any(|known| known == device.as_str())
        });
        let (pool, in_a_row) = match known {
            Some(device) => (AttemptPool::known_device(guess.name, device), u64::MAX),
            None => (AttemptPool::strangers(guess.name), MAX_FAILURES_IN_A_ROW),
        };
        self.check_refused(&pool, now)?;
        let AttemptPolicy { attempts, window } = self.settings.attempts;
        let limit = AttemptLimit { attempts, in_a_row, window: Window::AfterLast(window), now };
        match store.reserve_attempt(&pool, limit).await? {
            Reservation::Reserved => Ok(pool),
            Reservation::Refused { until } => {
                self.refused.update(pool, until, now, |()| ());
                Err(Error::TooManyAttempts { until })
            }
        }
    }

    /// Counts a failure of the source. One that fails too often is refused from then on.
    async fn count_failure_of(
        &self,
        store: &Store,
        source: AttemptPool,
        now: Timestamp,
    ) -> Result<(), Error> {
        if self.failures.is_counted(&source, now) {
            return Ok(());
        }
        let counted = store.reserve_attempt(&source, limit_in_table(now)).await?;
        if let Reservation::Refused { until } = counted {
            self.refused.update(source, until, now, |()| ());
        }
        Ok(())
    }

    /// Refuses a pool that is known to have too many attempts.
    fn check_refused(&self, pool: &AttemptPool, now: Timestamp) -> Result<(), Error> {
        match self.refused.get(pool, now) {
            Some(((), until)) => Err(Error::TooManyAttempts { until }),
            None => Ok(()),
        }
    }

    /// Hashes the password as this version of the code does, if that hash is not so. A failure is no reason not to
    /// sign in.
    async fn rehash(&self, password: &PasswordText, hash: &PasswordHash) -> Option<PasswordHash> {
        if !password.should_replace(hash) {
            return None;
        }
        hashing::hash(password.clone()).await.ok()
    }
}
