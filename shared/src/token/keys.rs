//! The keys that tokens are verified with.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode};
use serde::Deserialize;
use serde_json::Value;

use super::claims::RawClaims;
use super::error::TokenError;
use super::settings::TokenSettings;
use crate::json::Unique;

/// Keys, parsed once.
#[derive(Default)]
pub(super) struct KeySet(Vec<Key>);

/// A key with the one algorithm that it is for.
struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    decoding: DecodingKey,
    validation: Validation,
}

/// A JSON Web Key Set, its keys not read yet.
#[derive(Deserialize)]
struct RawKeySet {
    keys: Vec<Value>,
}

/// Why a text is not a key set.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeySetError {
    /// The text is not the JSON of a key set.
    #[error("is not a JSON Web Key Set: {0}")]
    Malformed(#[from] serde_json::Error),
    /// No key in it can verify anything here.
    #[error(
        "has no usable key: it needs an RSA key of at least 2048 bits, a P-256 or an Ed25519 key"
    )]
    NoUsableKey,
}

impl KeySet {
    /// Reads the usable keys of a JSON Web Key Set (RFC 7517).
    pub(super) fn parse(jwks: &[u8], settings: &TokenSettings) -> Result<Self, KeySetError> {
        let set: RawKeySet = serde_json::from_slice(jwks)?;
        // A malformed key does not disable the others.
        let readable = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
        let usable = readable.filter_map(|key: Jwk| public_key(&key));
        let keys: Vec<_> = usable.map(|(id, alg, key)| Key::new(id, alg, key, settings)).collect();
        if keys.is_empty() { Err(KeySetError::NoUsableKey) } else { Ok(Self(keys)) }
    }

    /// The shared secret alone.
    pub(super) fn of_secret(secret: &[u8], settings: &TokenSettings) -> Self {
        let key = DecodingKey::from_secret(secret);
        Self(vec![Key::new(None, Algorithm::HS256, key, settings)])
    }

    /// Adds the keys of another set.
    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Verifies the token's signature, issuer and audience with the keys that fit its header.
    ///
    /// # Errors
    /// [`TokenError`]; [`TokenError::UnknownKey`] when no key fits.
    pub(super) fn verify(&self, token: &str, header: &Header) -> Result<RawClaims, TokenError> {
        let mut error = TokenError::UnknownKey;
        for key in self.0.iter().filter(|key| key.fits(header)) {
            match decode::<Unique>(token, &key.decoding, &key.validation) {
                Ok(token) => return RawClaims::read(token.claims),
                Err(failed) => error = token_error(failed.kind()),
            }
            if error != TokenError::Signature {
                break;
            }
        }
        Err(error)
    }
}

impl Key {
    fn new(
        id: Option<String>,
        algorithm: Algorithm,
        decoding: DecodingKey,
        settings: &TokenSettings,
    ) -> Self {
        let mut validation = Validation::new(algorithm);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.audience]);
        // Times are compared with the app's clock, in `RawClaims::check`.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self { id, algorithm, decoding, validation }
    }

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
    // RFC 7517 sections 4.2 and 4.3.
    let common = &jwk.common;
    let other_use = common.public_key_use.as_ref().is_some_and(|u| *u != PublicKeyUse::Signature);
    let operations = common.key_operations.as_ref();
    if other_use || operations.is_some_and(|allowed| !allowed.contains(&KeyOperations::Verify)) {
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

fn token_error(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::Signature,
        ErrorKind::InvalidIssuer => TokenError::Issuer,
        ErrorKind::InvalidAudience => TokenError::Audience,
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::Json(_) => TokenError::Claim,
        _ => TokenError::Malformed,
    }
}
