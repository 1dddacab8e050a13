//! The keys that an issuer publishes at a URL.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use http::{StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::Header;
use tokio::sync::Mutex;

use super::claims::RawClaims;
use super::error::{FetchError, TokenError, VerificationError};
use super::keys::KeySet;
use super::settings::TokenSettings;
use crate::config::error::ConfigError;
use crate::meter::{self, RequestCost};
use crate::report::causes;

/// The longest that a fetch may take, from the look-up of the host to the last byte.
const TIME_LIMIT: Duration = Duration::from_secs(2);
/// The most bytes of a key set.
const MAX_LENGTH: usize = 64 * 1024;
/// The shortest time between two fetches while older keys are known.
const REFETCH_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// The shortest time between two fetches while no keys are known.
const RETRY_AFTER: SignedDuration = SignedDuration::from_secs(1);
/// The age at which keys are fetched anew, so that a withdrawn key stops counting.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(1);

/// The issuer's keys as they were last fetched.
pub(super) struct RemoteKeys {
    url: Uri,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    settings: TokenSettings,
    current: RwLock<Option<Fetched>>,
    /// When the last fetch began. The task that holds the lock fetches; the others wait for it.
    last_attempt: Mutex<Option<Timestamp>>,
    /// Whether the fetch in init failed, which no request has counted yet.
    failed_in_init: AtomicBool,
}

#[derive(Clone)]
struct Fetched {
    keys: Arc<KeySet>,
    /// When that fetch began.
    at: Timestamp,
}

impl RemoteKeys {
    /// The keys at that URL; none is fetched yet.
    pub(super) fn new(url: &str, settings: &TokenSettings) -> Result<Self, ConfigError> {
        let bad = |problem: &str| ConfigError::new("JWT_JWKS_URL", problem);
        let url: Uri = url.parse().map_err(|_| bad("is not a URL"))?;
        if !matches!(url.scheme_str(), Some("https" | "http")) || url.host().is_none() {
            return Err(bad("is not an https URL"));
        }
        let connector =
            HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
        Ok(Self {
            url,
            client: Client::builder(TokioExecutor::new()).build(connector),
            settings: settings.clone(),
            current: RwLock::new(None),
            last_attempt: Mutex::new(None),
            failed_in_init: AtomicBool::new(false),
        })
    }

    /// Verifies the token with the published keys. It fetches them when none are known, when they are
    /// old, or when neither they nor the keys in the settings (`own` is their error) fit. While fetching
    /// fails, the known keys go on counting, and a token of another key is neither accepted nor refused.
    pub(super) async fn verify(
        &self,
        token: &str,
        header: &Header,
        own: TokenError,
        now: Timestamp,
    ) -> Result<RawClaims, VerificationError> {
        let known = self.current();
        let is_fresh = known.as_ref().is_some_and(|known| now.duration_since(known.at) < MAX_AGE);
        if let (Some(known), true) = (&known, is_fresh) {
            match known.keys.verify(token, header) {
                Err(TokenError::UnknownKey) if own == TokenError::UnknownKey => {}
                Err(TokenError::UnknownKey) => return Err(own.into()),
                verified => return Ok(verified?),
            }
        }
        let fetched = self.refresh(now).await;
        let verified = match self.current() {
            Some(current) => current.keys.verify(token, header),
            None => Err(TokenError::UnknownKey),
        };
        match (verified, fetched) {
            (Err(TokenError::UnknownKey), Err(failed)) => {
                Err(VerificationError::KeysUnavailable(failed))
            }
            (Err(TokenError::UnknownKey), Ok(())) => Err(own.into()),
            (verified, _) => Ok(verified?),
        }
    }

    /// Fetches the keys in init. After a failure, the first request tries again, and counts both.
    pub(super) async fn warm_up(&self, now: Timestamp) -> Result<(), FetchError> {
        let fetched = self.refresh(now).await;
        if fetched.is_err() {
            *self.last_attempt.lock().await = None;
            self.failed_in_init.store(true, Ordering::Relaxed);
        }
        fetched
    }

    /// Fetches the keys, unless the last fetch was a moment ago. When it fails, the old keys stay.
    pub(super) async fn refresh(&self, now: Timestamp) -> Result<(), FetchError> {
        let mut last_attempt = self.last_attempt.lock().await;
        if self.failed_in_init.swap(false, Ordering::Relaxed) {
            meter::count(RequestCost::FAILED_KEY_FETCH);
        }
        let fetched_at = self.current().map(|current| current.at);
        let pause = if fetched_at.is_some() { REFETCH_AFTER } else { RETRY_AFTER };
        if let Some(last) = *last_attempt
            && now.duration_since(last) < pause
        {
            let has_succeeded = *last_attempt == fetched_at;
            let wait = (pause - now.duration_since(last)).unsigned_abs();
            return if has_succeeded { Ok(()) } else { Err(FetchError::TooSoon { wait }) };
        }
        *last_attempt = Some(now);
        let fetched = tokio::time::timeout(TIME_LIMIT, self.fetch()).await;
        let keys = fetched.map_err(|_| FetchError::TimedOut).and_then(|fetched| fetched);
        let keys = keys.inspect_err(|error| {
            meter::count(RequestCost::FAILED_KEY_FETCH);
            tracing::warn!(cause = causes(error), "cannot fetch the issuer's keys");
        })?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Fetched { keys: Arc::new(keys), at: now });
        Ok(())
    }

    async fn fetch(&self) -> Result<KeySet, FetchError> {
        let response = self.client.get(self.url.clone()).await;
        let response = response.map_err(|error| FetchError::Unreachable(error.into()))?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        let body = Limited::new(response.into_body(), MAX_LENGTH).collect().await;
        let body = body.map_err(FetchError::Unreachable)?.to_bytes();
        KeySet::parse(&body, &self.settings)
            .map_err(|fault| FetchError::Unusable(fault.to_string()))
    }

    fn current(&self) -> Option<Fetched> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
