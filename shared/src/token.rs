//! Bearer tokens: JSON Web Tokens (RFC 7519), verified as RFC 8725 advises.

use jiff::Timestamp;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use crate::config::ConfigError;
use crate::domain::role::{Role, Roles};
use crate::domain::user_id::UserId;
use crate::domain::username::Username;

/// How far the issuer's clock may be off.
const LEEWAY_SECONDS: f64 = 60.0;
/// The longest token looked at, in bytes; API Gateway takes no headers over 10 KiB.
const MAX_LENGTH: usize = 8 * 1024;
/// RFC 7518 section 3.2: an HS256 key has at least the size of the hash.
const MIN_SECRET_LENGTH: usize = 32;
/// The longest username taken as a hint, in bytes.
const MAX_HINT_LENGTH: usize = 254;

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
}

/// What a valid token says of its bearer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// `sub`: who it is.
    pub user_id: UserId,
    /// `username` or `preferred_username`: what the name was when the token was issued; a hint only.
    pub username_hint: Option<Username>,
    /// `roles`: the known ones among them.
    pub roles: Roles,
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

/// Verifies tokens. Keys are parsed once, when it is built.
pub struct TokenVerifier {
    keys: Vec<Key>,
    issuer: String,
    audience: String,
}

/// A key with the one algorithm that it is for.
struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    decoding: DecodingKey,
    validation: Validation,
}

impl TokenVerifier {
    /// A verifier with these settings.
    ///
    /// # Errors
    /// [`ConfigError`] when there is no key at all, the secret is too short, or the key set is
    /// malformed or has no usable key.
    pub fn new(settings: &TokenSettings) -> Result<Self, ConfigError> {
        let mut verifier = Self {
            keys: Vec::new(),
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
        };
        if let Some(secret) = &settings.hs256_secret {
            let secret = secret.expose_secret().as_bytes();
            if secret.len() < MIN_SECRET_LENGTH {
                let problem = format!("is too short: it needs at least {MIN_SECRET_LENGTH} bytes");
                return Err(ConfigError::new("JWT_HS256_SECRET", problem));
            }
            verifier.add(None, Algorithm::HS256, DecodingKey::from_secret(secret));
        }
        if let Some(jwks) = &settings.jwks {
            verifier.add_key_set(jwks)?;
        }
        if verifier.keys.is_empty() {
            let problem = "is not set, and JWT_HS256_SECRET neither; set one of them";
            return Err(ConfigError::new("JWT_JWKS", problem));
        }
        Ok(verifier)
    }

    fn add_key_set(&mut self, jwks: &str) -> Result<(), ConfigError> {
        let set: JwkSet = serde_json::from_str(jwks).map_err(|error| {
            ConfigError::new("JWT_JWKS", format!("is not a JSON Web Key Set: {error}"))
        })?;
        let usable: Vec<_> = set.keys.iter().filter_map(public_key).collect();
        if usable.is_empty() {
            let problem = "has no usable key: it needs an RSA key of at least 2048 bits, a P-256 or an Ed25519 key";
            return Err(ConfigError::new("JWT_JWKS", problem));
        }
        for (id, algorithm, key) in usable {
            self.add(id, algorithm, key);
        }
        Ok(())
    }

    fn add(&mut self, id: Option<String>, algorithm: Algorithm, key: DecodingKey) {
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        // Times are compared with the app's clock, in `check_times`.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        self.keys.push(Key { id, algorithm, decoding: key, validation });
    }

    /// Verifies the token at the instant `now`.
    ///
    /// # Errors
    /// [`TokenFault`] says why it does not count.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenFault> {
        if token.len() > MAX_LENGTH {
            return Err(TokenFault::Malformed);
        }
        let header = decode_header(token).map_err(|_| TokenFault::Malformed)?;
        check_header(&header)?;
        let mut fault = TokenFault::UnknownKey;
        for key in self.keys.iter().filter(|key| key.fits(&header)) {
            match decode::<RawClaims>(token, &key.decoding, &key.validation) {
                Ok(token) => return token.claims.check(now),
                Err(error) => fault = fault_of(error.kind()),
            }
            if fault != TokenFault::Signature {
                break;
            }
        }
        Err(fault)
    }
}

impl Key {
    /// Whether a token of that header is to be verified with this key: the algorithm must be the
    /// key's, and a key id, where the token names one, the key's own. A shared secret has no id.
    fn fits(&self, header: &Header) -> bool {
        self.algorithm == header.alg
            && match (&header.kid, self.algorithm) {
                (Some(_), Algorithm::HS256) | (None, _) => true,
                (kid, _) => *kid == self.id,
            }
    }
}

/// A key of the set that can verify signatures here, with its algorithm. Keys of other types, for
/// other uses or of weak sizes are passed over, as RFC 7517 section 5 asks.
fn public_key(jwk: &Jwk) -> Option<(Option<String>, Algorithm, DecodingKey)> {
    if jwk.common.public_key_use.as_ref().is_some_and(|usage| *usage != PublicKeyUse::Signature) {
        return None;
    }
    let length = |part: &str| part.trim_end_matches('=').len() * 6 / 8;
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) if length(&rsa.n) >= 256 => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(ec)
            if ec.curve == EllipticCurve::P256 && length(&ec.x) == 32 && length(&ec.y) == 32 =>
        {
            Algorithm::ES256
        }
        AlgorithmParameters::OctetKeyPair(okp)
            if okp.curve == EllipticCurve::Ed25519 && length(&okp.x) == 32 =>
        {
            Algorithm::EdDSA
        }
        _ => return None,
    };
    let declared = jwk.common.key_algorithm.map(|algorithm| algorithm.to_string());
    if declared.is_some_and(|declared| declared != format!("{algorithm:?}")) {
        return None;
    }
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some((jwk.common.key_id.clone(), algorithm, key))
}

/// RFC 7515 section 4.1.11: extensions that are marked critical and not understood make a token
/// invalid; none is understood. RFC 8725 section 3.11: a token of another explicit type is not an
/// access token.
fn check_header(header: &Header) -> Result<(), TokenFault> {
    let is_access_token = header.typ.as_deref().is_none_or(|typ| {
        let typ = typ.to_ascii_lowercase();
        matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
    });
    if header.crit.is_some() || !is_access_token {
        return Err(TokenFault::Malformed);
    }
    Ok(())
}

fn fault_of(kind: &ErrorKind) -> TokenFault {
    match kind {
        ErrorKind::InvalidSignature => TokenFault::Signature,
        ErrorKind::InvalidIssuer => TokenFault::Issuer,
        ErrorKind::InvalidAudience => TokenFault::Audience,
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::Json(_) => TokenFault::Claim,
        _ => TokenFault::Malformed,
    }
}

/// The claims as they stand in a token, typed as RFC 7519 types them. `iss` is here so that it must
/// be one string; its value, like that of `aud`, is compared by [`Validation`].
#[derive(Deserialize)]
struct RawClaims {
    sub: String,
    #[serde(rename = "iss")]
    _iss: String,
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default)]
    roles: Value,
    #[serde(default)]
    username: Value,
    #[serde(default)]
    preferred_username: Value,
}

impl RawClaims {
    fn check(self, now: Timestamp) -> Result<Claims, TokenFault> {
        self.check_times(now)?;
        let hint = self.username.as_str().or(self.preferred_username.as_str());
        let roles = self.roles.as_array().into_iter().flatten();
        Ok(Claims {
            user_id: UserId::parse(&self.sub).map_err(|_| TokenFault::Claim)?,
            username_hint: hint
                .filter(|hint| (1..=MAX_HINT_LENGTH).contains(&hint.len()))
                .map(|hint| Username::held(hint.to_owned())),
            roles: roles.filter_map(Value::as_str).filter_map(Role::parse).collect(),
        })
    }

    /// RFC 7519 section 4.1.4: the time must be before `exp`; section 4.1.5: not before `nbf`.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a double exactly")]
    fn check_times(&self, now: Timestamp) -> Result<(), TokenFault> {
        let now = now.as_millisecond() as f64 / 1000.0;
        if now >= self.exp + LEEWAY_SECONDS {
            return Err(TokenFault::Expired);
        }
        if self.nbf.is_some_and(|nbf| now < nbf - LEEWAY_SECONDS) {
            return Err(TokenFault::NotYetValid);
        }
        Ok(())
    }
}
