//! The verifier of bearer tokens.

use jiff::Timestamp;
use secrecy::ExposeSecret;

use super::claims::{ClaimRules, Claims};
use super::error::VerificationError;
use super::keys::KeySet;
use super::remote::RemoteKeys;
use super::settings::TokenSettings;
use super::unverified::UnverifiedToken;
use crate::config::error::ConfigError;

/// RFC 7518 section 3.2: an HS256 key has at least the size of the hash.
const MIN_SECRET_LENGTH: usize = 32;

/// Verifies tokens.
pub struct TokenVerifier {
    /// The keys in the settings.
    pub(super) own: KeySet,
    /// The keys that the issuer publishes.
    pub(super) remote: Option<RemoteKeys>,
    pub(super) rules: ClaimRules,
}

impl TokenVerifier {
    /// A verifier with these settings.
    ///
    /// # Errors
    /// [`ConfigError`] when the secret is too short, the key set is malformed or has no usable key, the
    /// URL is none, or there is no key at all and the issuer cannot be asked for its keys.
    pub fn new(settings: &TokenSettings) -> Result<Self, ConfigError> {
        let mut own = KeySet::default();
        if let Some(secret) = &settings.hs256_secret {
            let secret = secret.expose_secret().as_bytes();
            if secret.len() < MIN_SECRET_LENGTH {
                let problem = format!("is too short: it needs at least {MIN_SECRET_LENGTH} bytes");
                return Err(ConfigError::new("JWT_HS256_SECRET", problem));
            }
            own.extend(KeySet::of_secret(secret));
        }
        if let Some(jwks) = &settings.jwks {
            let keys = KeySet::parse(jwks.as_bytes());
            own.extend(keys.map_err(|fault| ConfigError::new("JWT_JWKS", fault.to_string()))?);
        }
        let is_remote = settings.jwks_url.is_some() || own.is_empty();
        let remote = is_remote.then(|| RemoteKeys::new(settings)).transpose()?;
        Ok(Self { own, remote, rules: ClaimRules::new(settings) })
    }

    /// Fetches the issuer's keys in init, so that the first request need not wait. If that fails, the
    /// first request fetches them.
    pub async fn warm_up(&self, now: Timestamp) {
        if let Some(remote) = &self.remote {
            // A failure is logged where it happens.
            let _ = remote.warm_up(now).await;
        }
    }

    /// Verifies the token at the instant `now`.
    ///
    /// # Errors
    /// [`VerificationError`] says why the token is not accepted.
    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, VerificationError> {
        let token = UnverifiedToken::parse(token)?;
        token.check_type()?;
        self.verify_signature(&token, now).await?;
        Ok(self.rules.check(&token.claims()?, now)?)
    }

    /// Verifies the signature with the keys in the settings or, where none of them made it, with the
    /// published ones.
    pub(super) async fn verify_signature(
        &self,
        token: &UnverifiedToken<'_>,
        now: Timestamp,
    ) -> Result<(), VerificationError> {
        match (self.own.verify(token), &self.remote) {
            // Without a key id, only the signature shows that no key in the settings fits.
            (Err(own), Some(remote)) if own.tried_no_key() || token.is_asymmetric => {
                remote.verify(token, own, now).await
            }
            (verified, _) => Ok(verified?),
        }
    }
}
