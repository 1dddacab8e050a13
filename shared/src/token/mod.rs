//! Bearer tokens: JSON Web Tokens (RFC 7519), verified as RFC 8725 advises.

mod claims;
mod keys;
mod remote;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Header};
use secrecy::{ExposeSecret, SecretString};

pub use claims::Claims;
use keys::KeySet;
pub use remote::FetchFailed;
use remote::RemoteKeys;

use crate::config::ConfigError;
use crate::json;

/// The longest token looked at, in bytes; API Gateway takes no headers over 10 KiB.
const MAX_LENGTH: usize = 8 * 1024;
/// RFC 7518 section 3.2: an HS256 key has at least the size of the hash.
const MIN_SECRET_LENGTH: usize = 32;

/// Which tokens are accepted.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// The `iss` that a token must have.
    pub issuer: String,
    /// The value that a token's `aud` must have or contain.
    pub audience: String,
    /// The key of HS256 tokens; for development only.
    pub hs256_secret: Option<SecretString>,
    /// The keys of RS256, ES256 and EdDSA tokens: a JSON Web Key Set (RFC 7517).
    pub jwks: Option<String>,
    /// Where the issuer publishes such a set.
    pub jwks_url: Option<String>,
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// There is none.
    #[error("no bearer token was sent")]
    Missing,
    /// It is no JWT of the expected form.
    #[error("the token is malformed")]
    Malformed,
    /// Its algorithm is not on the allow-list, or there is no key for it.
    #[error("the token's algorithm or key is not accepted")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the token's signature is wrong")]
    Signature,
    /// It comes from another issuer.
    #[error("the token's issuer (iss) is not accepted")]
    Issuer,
    /// It is meant for somebody else.
    #[error("the token is for another audience (aud)")]
    Audience,
    /// A required claim is missing or malformed.
    #[error("a claim among iss, aud, exp and sub is missing or malformed")]
    Claim,
    /// Its time has not come yet.
    #[error("the token is not valid yet (nbf)")]
    NotYetValid,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
}

/// Why a token was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum NotVerified {
    /// It does not count.
    #[error(transparent)]
    Fault(#[from] TokenFault),
    /// Whether it counts is not known: the issuer's keys could not be fetched.
    #[error("the issuer's keys are not there")]
    KeysUnavailable(#[source] FetchFailed),
}

/// Verifies tokens.
pub struct TokenVerifier {
    /// The keys of the settings.
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

    /// Fetches the issuer's keys, so that the first request need not wait. When that fails, the
    /// first request tries again.
    pub async fn warm_up(&self, now: Timestamp) {
        if let Some(remote) = &self.remote
            && let Err(error) = remote.refresh(now).await
        {
            tracing::warn!(cause = %error, "the issuer's keys cannot be fetched yet");
        }
    }

    /// Verifies the token at the instant `now`.
    ///
    /// # Errors
    /// [`NotVerified`] says why it is not accepted.
    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, NotVerified> {
        if token.len() > MAX_LENGTH {
            return Err(TokenFault::Malformed.into());
        }
        let header = read_header(token).ok_or(TokenFault::Malformed)?;
        check_type(&header)?;
        let claims = match (self.own.verify(token, &header), &self.remote) {
            // None of our own keys is the token's; without a key id that shows only in the signature.
            (Err(own @ (TokenFault::UnknownKey | TokenFault::Signature)), Some(remote))
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

/// RFC 7515 section 4: the header's names are unique; section 4.1.1: `alg` is a string, though
/// `jsonwebtoken` would also take an object that has the algorithm for its only key; section 4.1.11:
/// extensions that are marked critical and not understood make a token invalid; none is understood.
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
fn check_type(header: &Header) -> Result<(), TokenFault> {
    let is_access_token = header.typ.as_deref().is_none_or(|typ| {
        let typ = typ.to_ascii_lowercase();
        matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
    });
    if is_access_token { Ok(()) } else { Err(TokenFault::Malformed) }
}
