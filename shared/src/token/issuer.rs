//! An issuer whose tokens count: its keys, and the rules for its claims. Each has its own keys, so that a token
//! of one is never verified with a key of another (RFC 8725 section 3.8).

use std::sync::Arc;

use jiff::Timestamp;
use secrecy::ExposeSecret;

use super::claims::{ClaimRules, Claims};
use super::error::{TokenError, VerificationError};
use super::keys::KeySet;
use super::remote::RemoteKeys;
use super::settings::{OwnTokens, TokenSettings};
use super::source::KeySource;
use super::unverified::UnverifiedToken;
use crate::config::error::ConfigError;

/// RFC 7518 section 3.2: an HS256 key has at least the size of the hash.
const MIN_SECRET_LENGTH: usize = 32;

/// An issuer.
pub(super) struct Issuer {
    /// The keys in the settings.
    pub(super) settings: KeySet,
    /// The keys that the issuer publishes.
    pub(super) remote: Option<RemoteKeys>,
    pub(super) rules: ClaimRules,
}

impl Issuer {
    /// The issuer of these settings.
    pub(super) fn new(settings: &TokenSettings) -> Result<Self, ConfigError> {
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
        Ok(Self { settings: own, remote, rules: ClaimRules::new(settings) })
    }

    /// Ourselves, with the keys that we publish.
    pub(super) fn ourselves(tokens: &OwnTokens, keys: Arc<dyn KeySource>) -> Self {
        Self {
            settings: KeySet::default(),
            remote: Some(RemoteKeys::stored(keys)),
            rules: ClaimRules::of_own(tokens),
        }
    }

    pub(super) async fn verify(
        &self,
        token: &UnverifiedToken<'_>,
        now: Timestamp,
    ) -> Result<Claims, VerificationError> {
        self.verify_signature(token, now).await?;
        let claims = self.rules.check(&token.claims()?, now)?;
        let not_before = self.remote.as_ref().and_then(RemoteKeys::not_before);
        match (&claims.session, not_before) {
            (Some(session), Some(instant)) if session.authenticated_at < instant => {
                Err(TokenError::Revoked.into())
            }
            _ => Ok(claims),
        }
    }

    /// Verifies the signature with the keys in the settings or, where none of them made it, with the
    /// published ones.
    pub(super) async fn verify_signature(
        &self,
        token: &UnverifiedToken<'_>,
        now: Timestamp,
    ) -> Result<(), VerificationError> {
        match (self.settings.verify(token), &self.remote) {
            // Without a key id, only the signature shows that no key in the settings fits.
            (Err(own), Some(remote)) if own.tried_no_key() || token.is_asymmetric => {
                remote.verify(token, own, now).await
            }
            (verified, _) => Ok(verified?),
        }
    }
}
