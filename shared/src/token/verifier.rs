//! The verifier of bearer tokens.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::claims::Claims;
use super::error::{TokenError, VerificationError};
use super::issuer::Issuer;
use super::remote::RemoteKeys;
use super::settings::{OwnTokens, TokenSettings};
use super::source::KeySource;
use super::unverified::UnverifiedToken;
use crate::config::error::ConfigError;

/// Verifies tokens: those of the app's identity provider, our own, or both.
#[derive(Default)]
pub struct TokenVerifier {
    provider: Option<Issuer>,
    ourselves: Option<Issuer>,
}

impl TokenVerifier {
    /// A verifier of the tokens of an identity provider.
    ///
    /// # Errors
    /// [`ConfigError`] when the secret is too short, the key set is malformed or has no usable key, the
    /// URL is none, or there is no key at all and the issuer cannot be asked for its keys.
    pub fn new(settings: &TokenSettings) -> Result<Self, ConfigError> {
        Ok(Self { provider: Some(Issuer::new(settings)?), ourselves: None })
    }

    /// The same verifier, which accepts our own tokens as well.
    #[must_use]
    pub fn and_own(self, tokens: &OwnTokens, keys: Arc<dyn KeySource>) -> Self {
        Self { ourselves: Some(Issuer::ourselves(tokens, keys)), ..self }
    }

    /// Fetches the issuers' keys in init, so that the first request need not wait. If that fails, the
    /// first request fetches them.
    pub async fn warm_up(&self, now: Timestamp) {
        let fetch = async |issuer: &Option<Issuer>| {
            if let Some(remote) = issuer.as_ref().and_then(|issuer| issuer.remote.as_ref()) {
                // A failure is logged where it happens.
                let _ = remote.warm_up(now).await;
            }
        };
        tokio::join!(fetch(&self.provider), fetch(&self.ourselves));
    }

    /// Verifies the token at the instant `now`.
    ///
    /// # Errors
    /// [`VerificationError`] says why the token is not accepted.
    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, VerificationError> {
        let token = UnverifiedToken::parse(token)?;
        token.check_type()?;
        self.issuer_of(&token).ok_or(TokenError::Issuer)?.verify(&token, now).await
    }

    /// The issuer by whose keys and rules the token is judged: we ourselves for a token that names us, else the
    /// identity provider.
    pub(super) fn issuer_of(&self, token: &UnverifiedToken<'_>) -> Option<&Issuer> {
        let (Some(provider), Some(ourselves)) = (&self.provider, &self.ourselves) else {
            return self.provider.as_ref().or(self.ourselves.as_ref());
        };
        let claims = token.claims().unwrap_or_default();
        let is_own = claims.get("iss").and_then(Value::as_str) == Some(&ourselves.rules.issuer);
        Some(if is_own { ourselves } else { provider })
    }

    /// What our own tokens have for `iss`; `None` when nobody signs in here.
    pub fn own_issuer(&self) -> Option<&str> {
        self.ourselves.as_ref().map(|ourselves| &*ourselves.rules.issuer)
    }

    /// The keys that we publish at the instant `now`, as a JSON Web Key Set; `None` when nobody signs in here.
    ///
    /// # Errors
    /// [`VerificationError::KeysUnavailable`] when they cannot be read.
    pub async fn published(&self, now: Timestamp) -> Result<Option<Value>, VerificationError> {
        match self.ourselves.as_ref().and_then(|issuer| issuer.remote.as_ref()) {
            Some(keys) => RemoteKeys::published(keys, now).await.map(Some),
            None => Ok(None),
        }
    }
}
