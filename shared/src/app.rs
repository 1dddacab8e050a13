//! What every handler receives.

use std::ops::Deref;
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::ExposeSecret;

use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigError};
use crate::domain::rename::RenamePolicy;
use crate::domain::username::ReservedWords;
use crate::fingerprint::FingerprintKey;
use crate::limit::CallerQuotas;
use crate::log::RequestLog;
use crate::store::{Store, TlsError};
use crate::token::TokenVerifier;

/// Everything a request needs, built once and shared by all.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
pub struct Parts {
    /// Cooldown and hold.
    pub policy: RenamePolicy,
    /// The table.
    pub store: Store,
    /// Who may call.
    pub tokens: TokenVerifier,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the records of requests go.
    pub log: RequestLog,
    /// How often a caller may use each operation.
    pub quotas: CallerQuotas,
    /// The words that nobody may have as a handle.
    pub reserved: Arc<ReservedWords>,
    /// The key of the fingerprints in the log.
    pub fingerprints: FingerprintKey,
}

impl App {
    /// The app of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The app of these settings, with the machine's clock.
    ///
    /// # Errors
    /// [`StartupError`] when a key cannot be used, or TLS cannot be set up.
    pub fn from_config(config: &Config, log: RequestLog) -> Result<Self, StartupError> {
        for warning in config.tokens.warnings() {
            tracing::warn!("{warning}");
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Ok(Self::new(Parts {
            policy: config.policy,
            store: Store::new(config.dynamo_db.client(config.dynamo_db.https()?), &config.table),
            tokens: TokenVerifier::new(&config.tokens)?,
            quotas: if config.quotas { CallerQuotas::new(&clock) } else { CallerQuotas::off() },
            reserved: Arc::new(config.reserved.clone()),
            fingerprints: FingerprintKey::new(config.fingerprint_key.expose_secret()),
            clock,
            log,
        }))
    }

    /// The present instant in whole milliseconds, the precision of the table and of the API.
    pub fn now(&self) -> Timestamp {
        let now = self.0.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// Why an app cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum StartupError {
    /// A setting is bad.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
