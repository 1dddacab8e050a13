//! The keys that an issuer publishes at a URL.

use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::Header;
use tokio::sync::Mutex;

use super::claims::RawClaims;
use super::keys::KeySet;
use super::{NotVerified, TokenFault, TokenSettings};
use crate::config::ConfigError;

/// The longest that fetching may take, from the look-up of the name to the last byte.
const TIME_LIMIT: Duration = Duration::from_secs(2);
/// The most bytes of a key set.
const MAX_LENGTH: usize = 64 * 1024;
/// The shortest time between two fetches while there are keys to go on with.
const REFETCH_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// The shortest time between two fetches while there are none.
const RETRY_AFTER: SignedDuration = SignedDuration::from_secs(1);
/// The age from which on keys are fetched anew, so that a withdrawn one stops counting.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(1);

/// The issuer's keys as they were last fetched.
pub(super) struct RemoteKeys {
    url: Uri,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    settings: TokenSettings,
    current: RwLock<Option<Fetched>>,
    /// When a fetch was last begun. Whoever holds it fetches; the others wait for the outcome.
    last_attempt: Mutex<Option<Timestamp>>,
}

#[derive(Clone)]
struct Fetched {
    keys: Arc<KeySet>,
    /// When that fetch was begun.
    at: Timestamp,
}

/// The keys could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchFailed {
    /// It took too long.
    #[error("the issuer's keys took longer than 2 s")]
    TimedOut,
    /// There is no connection, or it broke.
    #[error("the issuer's keys cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// The answer has another status.
    #[error("the issuer's keys were answered with status {0}")]
    Status(StatusCode),
    /// The answer is over 64 KiB, or is no usable key set.
    #[error("the issuer's key set {0}")]
    Unusable(String),
    /// The last attempt was a moment ago, and failed.
    #[error("the issuer's keys were asked for a moment ago, in vain")]
    TooSoon,
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
        })
    }

    /// Verifies the token with the published keys, fetching them when there are none yet, when they
    /// are old, or when none of them fits and none of our `own` did either. As long as fetching fails, the
    /// keys that there are go on counting; whether a token of another one counts is not known.
    pub(super) async fn verify(
        &self,
        token: &str,
        header: &Header,
        own: TokenFault,
        now: Timestamp,
    ) -> Result<RawClaims, NotVerified> {
        let known = self.current();
        let is_fresh = known.as_ref().is_some_and(|known| now.duration_since(known.at) < MAX_AGE);
        if let (Some(known), true) = (&known, is_fresh) {
            match known.keys.verify(token, header) {
                Err(TokenFault::UnknownKey) if own == TokenFault::UnknownKey => {}
                Err(TokenFault::UnknownKey) => return Err(own.into()),
                verified => return Ok(verified?),
            }
        }
        let fetched = self.refresh(now).await;
        let verified = match self.current() {
            Some(current) => current.keys.verify(token, header),
            None => Err(TokenFault::UnknownKey),
        };
        match (verified, fetched) {
            (Err(TokenFault::UnknownKey), Err(failed)) => Err(NotVerified::KeysUnavailable(failed)),
            (Err(TokenFault::UnknownKey), Ok(())) => Err(own.into()),
            (verified, _) => Ok(verified?),
        }
    }

    /// Fetches the keys, unless that was done a moment ago. The old ones stay when it fails.
    pub(super) async fn refresh(&self, now: Timestamp) -> Result<(), FetchFailed> {
        let mut last_attempt = self.last_attempt.lock().await;
        let fetched_at = self.current().map(|current| current.at);
        let pause = if fetched_at.is_some() { REFETCH_AFTER } else { RETRY_AFTER };
        if last_attempt.is_some_and(|last| now.duration_since(last) < pause) {
            let has_succeeded = *last_attempt == fetched_at;
            return if has_succeeded { Ok(()) } else { Err(FetchFailed::TooSoon) };
        }
        *last_attempt = Some(now);
        let fetched = tokio::time::timeout(TIME_LIMIT, self.fetch()).await;
        let keys = fetched.map_err(|_| FetchFailed::TimedOut)??;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Some(Fetched { keys: Arc::new(keys), at: now });
        Ok(())
    }

    async fn fetch(&self) -> Result<KeySet, FetchFailed> {
        let response = self.client.get(self.url.clone()).await;
        let response = response.map_err(|error| FetchFailed::Unreachable(error.into()))?;
        if response.status() != StatusCode::OK {
            return Err(FetchFailed::Status(response.status()));
        }
        let body = Limited::new(response.into_body(), MAX_LENGTH).collect().await;
        let body = body.map_err(FetchFailed::Unreachable)?.to_bytes();
        KeySet::parse(&body, &self.settings)
            .map_err(|fault| FetchFailed::Unusable(fault.to_string()))
    }

    fn current(&self) -> Option<Fetched> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
