//! What every handler receives.

use std::ops::Deref;
use std::sync::Arc;

use jiff::Timestamp;
use secrecy::ExposeSecret;

use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigError};
use crate::domain::rename::RenamePolicy;
use crate::domain::session::SessionPolicy;
use crate::domain::username::ReservedWords;
use crate::error::Error;
use crate::fingerprint::FingerprintKey;
use crate::limit::CallerQuotas;
use crate::log::RequestLog;
use crate::sign_in::{SignIn, Signer, StoredKeys};
use crate::store::{Custody, Kms, Store, TlsError};
use crate::token::{TokenSettings, TokenVerifier};

/// Everything a request needs, built once and shared by all.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
pub struct Parts {
    /// Cooldown and hold.
    pub policy: RenamePolicy,
    /// The tables.
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
    /// How long sessions last, where users sign in here.
    pub sessions: Option<SessionPolicy>,
    /// What signs users in, in the functions that do.
    pub sign_in: Option<SignIn>,
}

impl App {
    /// The app of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The app of these settings, with the machine's clock. It signs nobody in.
    ///
    /// # Errors
    /// [`StartupError`] when a key cannot be used, or TLS cannot be set up.
    pub fn from_config(config: &Config, log: RequestLog) -> Result<Self, StartupError> {
        Parts::from_config(config, log).map(Self::new)
    }

    /// The app of these settings, with the machine's clock. It signs users in, if the settings say so.
    ///
    /// # Errors
    /// As [`Self::from_config`].
    pub fn signing_in(
        config: &Config,
        custody: Custody,
        log: RequestLog,
    ) -> Result<Self, StartupError> {
        let mut parts = Parts::from_config(config, log)?;
        let signer = Signer::new(parts.store.clone(), custody);
        parts.sign_in = config.sign_in.clone().map(|settings| SignIn::new(settings, signer));
        Ok(Self::new(parts))
    }

    /// What signs users in.
    ///
    /// # Errors
    /// [`Error::RouteNotFound`] when nobody signs in here.
    pub fn sign_in(&self) -> Result<&SignIn, Error> {
        self.0.sign_in.as_ref().ok_or(Error::RouteNotFound { meant: None })
    }

    /// How long sessions last.
    ///
    /// # Errors
    /// As [`Self::sign_in`].
    pub fn sessions(&self) -> Result<&SessionPolicy, Error> {
        self.0.sessions.as_ref().ok_or(Error::RouteNotFound { meant: None })
    }

    /// The present instant in whole milliseconds, the precision of the table and of the API.
    pub fn now(&self) -> Timestamp {
        let now = self.0.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

impl Parts {
    fn from_config(config: &Config, log: RequestLog) -> Result<Self, StartupError> {
        for warning in config.tokens.iter().flat_map(TokenSettings::warnings) {
            tracing::warn!("{warning}");
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let client = config.dynamo_db.client(config.dynamo_db.https()?);
        let store = Store::new(client, config.tables.clone());
        Ok(Self {
            policy: config.policy,
            tokens: tokens(config, &store)?,
            store,
            quotas: if config.quotas { CallerQuotas::new(&clock) } else { CallerQuotas::off() },
            reserved: Arc::new(config.reserved.clone()),
            fingerprints: FingerprintKey::new(config.fingerprint_key.expose_secret()),
            clock,
            log,
            sessions: config.sign_in.as_ref().map(|sign_in| sign_in.sessions),
            sign_in: None,
        })
    }
}

/// Who may call: the bearers of a provider's tokens, of ours, or of both.
fn tokens(config: &Config, store: &Store) -> Result<TokenVerifier, ConfigError> {
    let tokens = match &config.tokens {
        Some(provider) => TokenVerifier::new(provider)?,
        None => TokenVerifier::default(),
    };
    Ok(match &config.sign_in {
        Some(sign_in) => tokens.and_own(&sign_in.tokens, Arc::new(StoredKeys(store.clone()))),
        None => tokens,
    })
}

impl Config {
    /// Who keeps the private keys of this deployment: AWS KMS.
    ///
    /// # Errors
    /// [`TlsError`] when TLS cannot be set up.
    pub fn kms(&self) -> Result<Kms, TlsError> {
        let http = self.dynamo_db.https()?;
        Ok(Kms::new(&self.dynamo_db, http, self.kms_endpoint.clone(), self.stage.as_str()))
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
