//! The keys that an issuer publishes.

use std::sync::{Arc, PoisonError, RwLock};

use http::Uri;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Mutex;

use super::discovery::Discovery;
use super::error::{FetchError, Resource, TokenError, VerificationError};
use super::fetch::{Fetcher, parse_url};
use super::keys::KeySet;
use super::schedule::KeySchedule;
use super::settings::TokenSettings;
use super::source::KeySource;
use super::unverified::UnverifiedToken;
use crate::config::error::ConfigError;
use crate::meter::{self, RequestCost};
use crate::report::causes;

/// The shortest time between two fetches for keys that are not known, and between two attempts to renew
/// old ones.
const REFETCH_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// The shortest time between two fetches while no keys are known.
const RETRY_AFTER: SignedDuration = SignedDuration::from_secs(1);
/// The age at which keys are fetched anew, so that a withdrawn key stops counting.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(1);
/// The same for our own keys, which are read from the table.
const MAX_AGE_OF_OWN: SignedDuration = SignedDuration::from_mins(5);

/// The issuer's keys as they were last fetched.
pub(super) struct RemoteKeys {
    place: Place,
    current: RwLock<Option<Fetched>>,
    /// The task that holds the lock fetches; the others wait for it.
    attempts: Mutex<Attempts>,
}

/// Where the keys are.
enum Place {
    Url(Uri, Fetcher),
    Discovered(Discovery, Fetcher),
    /// Our own table.
    Stored(Arc<dyn KeySource>),
}

#[derive(Clone)]
struct Fetched {
    keys: Arc<KeySet>,
    /// The schedule, where the keys are our own.
    schedule: Option<Arc<KeySchedule>>,
    /// When that fetch began.
    at: Timestamp,
}

/// When keys were fetched, also in vain.
#[derive(Default)]
struct Attempts {
    /// The last time.
    last: Option<Timestamp>,
    /// The last time for a token whose key is not among fresh ones. The fetch in init and the hourly one do
    /// not count, so that the first new key after them is found at once.
    for_unknown_key: Option<Timestamp>,
    /// Whether the fetch in init failed, which no request has counted yet.
    has_failed_in_init: bool,
}

/// Why keys are to be fetched.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    /// None are known, or they are old.
    Fresh,
    /// A token's key is not among them.
    UnknownKey,
}

impl RemoteKeys {
    /// The keys at the URL of the settings, or where the issuer says; none is fetched yet.
    pub(super) fn new(settings: &TokenSettings) -> Result<Self, ConfigError> {
        let place = if let Some(url) = &settings.jwks_url {
            let url = parse_url(url, settings.allow_http);
            url.map(|url| Place::Url(url, Fetcher::new()))
                .ok_or("is not an https URL; plain http is for STAGE=local alone")
        } else {
            let discovery = Discovery::of(&settings.issuer, settings.allow_http);
            discovery.map(|found| Place::Discovered(found, Fetcher::new())).ok_or(
                "is not set, and JWT_ISSUER is no https URL to discover it from; set JWT_JWKS_URL, \
                 JWT_JWKS or, for development, JWT_HS256_SECRET",
            )
        };
        let place = place.map_err(|problem| ConfigError::new("JWT_JWKS_URL", problem))?;
        Ok(Self::at(place))
    }

    /// Our own keys, which are read from the table.
    pub(super) fn stored(source: Arc<dyn KeySource>) -> Self {
        Self::at(Place::Stored(source))
    }

    fn at(place: Place) -> Self {
        Self { place, current: RwLock::new(None), attempts: Mutex::default() }
    }

    /// The keys that are published at that instant, as a JSON Web Key Set. Only our own keys are.
    pub(super) async fn published(&self, now: Timestamp) -> Result<Value, VerificationError> {
        let refreshed = match self.current() {
            Some(known) if self.is_fresh(&known, now) => Ok(()),
            _ => self.refresh(Need::Fresh, now).await,
        };
        match (self.current().and_then(|known| known.schedule), refreshed) {
            (Some(schedule), _) => Ok(schedule.key_set_at(now)),
            (None, Err(failed)) => Err(VerificationError::KeysUnavailable(failed)),
            (None, Ok(())) => Ok(KeySchedule::default().key_set_at(now)),
        }
    }

    /// The instant before which no sign-in counts, if our schedule has one.
    pub(super) fn not_before(&self) -> Option<Timestamp> {
        self.current()?.schedule?.not_before
    }

    fn is_fresh(&self, fetched: &Fetched, now: Timestamp) -> bool {
        let max_age = match &self.place {
            Place::Stored(_) => MAX_AGE_OF_OWN,
            Place::Url(..) | Place::Discovered(..) => MAX_AGE,
        };
        now.duration_since(fetched.at) < max_age
    }

    /// Verifies the token with the published keys, after the keys in the settings failed with `own_error`.
    /// It fetches the published ones when none are known, when they are old, or when neither kind has a key
    /// for the token. While fetching fails, the known keys go on counting, and a token of another key is
    /// neither accepted nor refused.
    pub(super) async fn verify(
        &self,
        token: &UnverifiedToken<'_>,
        own_error: TokenError,
        now: Timestamp,
    ) -> Result<(), VerificationError> {
        let known = self.current();
        let mut need = Need::Fresh;
        if let Some(known) = &known {
            if !token.is_asymmetric {
                return Err(own_error.into());
            }
            if self.is_fresh(known, now) {
                match known.keys.verify(token) {
                    Err(error) if error.tried_no_key() && own_error.tried_no_key() => {
                        need = Need::UnknownKey;
                    }
                    Err(error) if error.tried_no_key() => return Err(own_error.into()),
                    verified => return Ok(verified?),
                }
            }
        }
        let fetched = self.refresh(need, now).await;
        let verified = match self.current() {
            Some(current) => current.keys.verify(token),
            None => Err(TokenError::UnknownKey),
        };
        match (verified, fetched) {
            (Err(error), Err(failed)) if error.tried_no_key() => {
                Err(VerificationError::KeysUnavailable(failed))
            }
            (Err(error), Ok(())) if error.tried_no_key() => Err(own_error.into()),
            (verified, _) => Ok(verified?),
        }
    }

    /// Fetches the keys in init. After a failure, the first request tries again, and counts both.
    pub(super) async fn warm_up(&self, now: Timestamp) -> Result<(), FetchError> {
        let fetched = self.refresh(Need::Fresh, now).await;
        if fetched.is_err() {
            *self.attempts.lock().await =
                Attempts { has_failed_in_init: true, ..Attempts::default() };
        }
        fetched
    }

    /// Fetches the keys, unless that was done a moment ago. When it fails, the old keys stay.
    async fn refresh(&self, need: Need, now: Timestamp) -> Result<(), FetchError> {
        let mut attempts = self.attempts.lock().await;
        if std::mem::take(&mut attempts.has_failed_in_init) {
            meter::count(RequestCost::FAILED_KEY_FETCH);
        }
        let known = self.current();
        if need == Need::Fresh && known.as_ref().is_some_and(|known| self.is_fresh(known, now)) {
            // Another task has fetched them meanwhile.
            return Ok(());
        }
        let (last, pause) = match (&known, need) {
            (None, _) => (attempts.last, RETRY_AFTER),
            (Some(_), Need::Fresh) => (attempts.last, REFETCH_AFTER),
            (Some(_), Need::UnknownKey) => (attempts.for_unknown_key, REFETCH_AFTER),
        };
        if let Some(last) = last
            && now.duration_since(last) < pause
        {
            let has_succeeded = attempts.last == known.map(|known| known.at);
            let wait = (pause - now.duration_since(last)).unsigned_abs();
            return if has_succeeded { Ok(()) } else { Err(FetchError::TooSoon { wait }) };
        }
        attempts.last = Some(now);
        if need == Need::UnknownKey {
            attempts.for_unknown_key = Some(now);
        }
        let fetched = self.fetch(now).await.inspect_err(|error| {
            meter::count(RequestCost::FAILED_KEY_FETCH);
            tracing::warn!(cause = causes(error), "cannot fetch the issuer's keys");
        })?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(fetched);
        Ok(())
    }

    async fn fetch(&self, now: Timestamp) -> Result<Fetched, FetchError> {
        let (url, fetcher) = match &self.place {
            Place::Url(url, fetcher) => (url.clone(), fetcher),
            Place::Discovered(discovery, fetcher) => (discovery.ask(fetcher).await?, fetcher),
            Place::Stored(source) => return Fetched::of_own(source.read().await?, now),
        };
        let keys = parse(&fetcher.fetch(Resource::Keys, &url).await?)?;
        Ok(Fetched { keys: Arc::new(keys), schedule: None, at: now })
    }

    fn current(&self) -> Option<Fetched> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Fetched {
    /// Our own keys that count now; none while none was made.
    fn of_own(schedule: KeySchedule, now: Timestamp) -> Result<Self, FetchError> {
        let keys = match schedule.key_set_at(now) {
            set if set["keys"].as_array().is_none_or(Vec::is_empty) => KeySet::default(),
            set => parse(set.to_string().as_bytes())?,
        };
        Ok(Self { keys: Arc::new(keys), schedule: Some(Arc::new(schedule)), at: now })
    }
}

fn parse(keys: &[u8]) -> Result<KeySet, FetchError> {
    KeySet::parse(keys).map_err(|fault| FetchError::Unusable(Resource::Keys, fault.to_string()))
}
