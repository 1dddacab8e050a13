//! The verifier of bearer tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header};
use secrecy::ExposeSecret;

use super::claims::Claims;
use super::error::{TokenError, VerificationError};
use super::keys::KeySet;
use super::remote::RemoteKeys;
use super::settings::TokenSettings;
use crate::config::error::ConfigError;
use crate::json;

/// The longest token that is read, in bytes; API Gateway accepts headers of up to 10 KiB.
const MAX_LENGTH: usize = 10 * 1024;
/// RFC 7518 section 3.2: an HS256 key has at least the size of the hash.
const MIN_SECRET_LENGTH: usize = 32;

/// Verifies tokens.
pub struct TokenVerifier {
    /// The keys in the settings.
    own: KeySet,
    /// The keys that the issuer publishes.
    remote: Option<RemoteKeys>,
}

impl TokenVerifier {
    /// A verifier with these settings.
    ///
    /// # Errors
    /// [`ConfigError`] when there is no key at all, the secret is too short, the key set is
    /// malformed or has no usable key, or the URL is none.
    pub fn new(settings: &TokenSettings) -> Result<Self, ConfigError> {
        let mut own = KeySet::default();
        if let Some(secret) = &settings.hs256_secret {
            let secret = secret.expose_secret().as_bytes();
            if secret.len() < MIN_SECRET_LENGTH {
                let problem = format!("is too short: it needs at least {MIN_SECRET_LENGTH} bytes");
                return Err(ConfigError::new("JWT_HS256_SECRET", problem));
            }
            own.extend(KeySet::of_secret(secret, settings));
        }
        if let Some(jwks) = &settings.jwks {
            let keys = KeySet::parse(jwks.as_bytes(), settings);
            own.extend(keys.map_err(|fault| ConfigError::new("JWT_JWKS", fault.to_string()))?);
        }
        let remote = match &settings.jwks_url {
            Some(url) => Some(RemoteKeys::new(url, settings)?),
            None => None,
        };
        if own.is_empty() && remote.is_none() {
            let problem = "is not set, and neither JWT_JWKS nor JWT_HS256_SECRET; set one of them";
            return Err(ConfigError::new("JWT_JWKS_URL", problem));
        }
        Ok(Self { own, remote })
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
        if token.len() > MAX_LENGTH {
            return Err(TokenError::TooLong.into());
        }
        let header = read_header(token).ok_or(TokenError::Malformed)?;
        check_type(&header)?;
        let claims = match (self.own.verify(token, &header), &self.remote) {
            // No key in the settings fits. Without a key id, only the signature shows that.
            (Err(own @ (TokenError::UnknownKey | TokenError::Signature)), Some(remote))
                if is_asymmetric(header.alg) =>
            {
                remote.verify(token, &header, own, now).await?
            }
            (verified, _) => verified?,
        };
        Ok(claims.check(now)?)
    }
}

/// Whether an issuer's published key can be for the algorithm.
fn is_asymmetric(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA)
}

/// Reads a token's header strictly. RFC 7515 section 4: its names are unique. Section 4.1.1: `alg` is a
/// string; `jsonwebtoken` alone would also take an object with the algorithm as its only key. Section
/// 4.1.11: a critical extension that is not understood makes a token invalid; this code understands none.
fn read_header(token: &str) -> Option<Header> {
    let (header, _) = token.split_once('.')?;
    let header = json::parse(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    header.get("alg")?.as_str()?;
    if header.get("crit").is_some() {
        return None;
    }
    serde_json::from_value(header).ok()
}

/// RFC 8725 section 3.11: a token of another explicit type is not an access token.
fn check_type(header: &Header) -> Result<(), TokenError> {
    let is_access_token = header.typ.as_deref().is_none_or(|typ| {
        let typ = typ.to_ascii_lowercase();
        matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
    });
    if is_access_token { Ok(()) } else { Err(TokenError::Malformed) }
}
