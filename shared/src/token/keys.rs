//! The keys that tokens are verified with.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse, RSAKeyParameters,
};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::Deserialize;
use serde_json::Value;

use super::error::TokenError;
use super::unverified::{UnverifiedToken, algorithm};

/// The lengths of RSA keys that count, in bits. RFC 7518 section 3.3 asks for the least; the cryptography
/// verifies no longer ones.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Keys, parsed once.
#[derive(Default)]
pub(super) struct KeySet(Vec<Key>);

/// A key with the one algorithm that it is for (RFC 8725 section 3.1).
struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    decoding: DecodingKey,
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
        "has no usable key: it needs an RSA key of 2048 to 8192 bits for RS256, RS384, RS512, PS256, \
         PS384 or PS512, a P-256 key for ES256, a P-384 key for ES384 or an Ed25519 key"
    )]
    NoUsableKey,
}

impl KeySet {
    /// Reads the usable keys of a JSON Web Key Set (RFC 7517). A key that is malformed, of another type,
    /// for another use or of a weak size is passed over, as section 5 asks.
    pub(super) fn parse(jwks: &[u8]) -> Result<Self, KeySetError> {
        let set: RawKeySet = serde_json::from_slice(jwks)?;
        let keys: Vec<_> = set.keys.into_iter().filter_map(Key::parse).collect();
        if keys.is_empty() { Err(KeySetError::NoUsableKey) } else { Ok(Self(keys)) }
    }

    /// The shared secret alone.
    pub(super) fn of_secret(secret: &[u8]) -> Self {
        let decoding = DecodingKey::from_secret(secret);
        Self(vec![Key { id: None, algorithm: Algorithm::HS256, decoding }])
    }

    /// Adds the keys of another set.
    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Verifies the token's signature with the keys that fit its header.
    ///
    /// # Errors
    /// [`TokenError::Algorithm`] or [`TokenError::UnknownKey`] when no key fits, [`TokenError::Signature`]
    /// when one fits and another key made the signature.
    pub(super) fn verify(&self, token: &UnverifiedToken<'_>) -> Result<(), TokenError> {
        let algorithm = token.algorithm.clone()?;
        let mut error = TokenError::UnknownKey;
        for key in self.0.iter().filter(|key| key.fits(algorithm, token.key_id.as_deref())) {
            let message = token.message.as_bytes();
            if let Ok(true) = crypto::verify(token.signature, message, &key.decoding, algorithm) {
                return Ok(());
            }
            error = TokenError::Signature;
        }
        Err(error)
    }
}

impl Key {
    /// Reads a JSON Web Key that can verify signatures here.
    fn parse(key: Value) -> Option<Self> {
        // The crate knows no `Ed25519` (RFC 9864), and takes every unknown name for one.
        let declared = match key.get("alg") {
            None | Some(Value::Null) => None,
            Some(name) => Some(algorithm(name.as_str()?).ok()?),
        };
        let jwk: Jwk = serde_json::from_value(key).ok()?;
        // RFC 7517 sections 4.2 and 4.3.
        let common = &jwk.common;
        let other_use =
            common.public_key_use.as_ref().is_some_and(|u| *u != PublicKeyUse::Signature);
        let operations = common.key_operations.as_ref();
        if other_use || operations.is_some_and(|allowed| !allowed.contains(&KeyOperations::Verify))
        {
            return None;
        }
        let (suitable, decoding) = material(&jwk)?;
        let algorithm = declared.or_else(|| suitable.first().copied())?;
        suitable.contains(&algorithm).then(|| Self {
            id: jwk.common.key_id.clone(),
            algorithm,
            decoding,
        })
    }

    /// Whether a token of that header is to be verified with this key: the algorithm must be the
    /// key's, and a key id, where the token names one, the key's own. A shared secret has no id.
    fn fits(&self, algorithm: Algorithm, key_id: Option<&str>) -> bool {
        self.algorithm == algorithm
            && (algorithm == Algorithm::HS256 || key_id.is_none() || key_id == self.id.as_deref())
    }
}

/// The key itself, and the algorithms that it could be for; the first one if it names none.
fn material(jwk: &Jwk) -> Option<(&'static [Algorithm], DecodingKey)> {
    const RSA: [Algorithm; 6] = [
        Algorithm::RS256,
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
        Algorithm::PS384,
        Algorithm::PS512,
    ];
    let has_length = |part: &str, length| decode(part).is_some_and(|bytes| bytes.len() == length);
    let key = |algorithms| Some((algorithms, DecodingKey::from_jwk(jwk).ok()?));
    match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) => Some((&RSA, rsa_key(rsa)?)),
        AlgorithmParameters::EllipticCurve(ec) => {
            let (algorithms, length): (&[_], _) = match ec.curve {
                EllipticCurve::P256 => (&[Algorithm::ES256], 32),
                EllipticCurve::P384 => (&[Algorithm::ES384], 48),
                _ => return None,
            };
            if has_length(&ec.x, length) && has_length(&ec.y, length) {
                key(algorithms)
            } else {
                None
            }
        }
        AlgorithmParameters::OctetKeyPair(okp)
            if okp.curve == EllipticCurve::Ed25519 && has_length(&okp.x, 32) =>
        {
            key(&[Algorithm::EdDSA])
        }
        _ => None,
    }
}

/// An RSA key. RFC 7518 sections 6.3.1.1 and 6.3.1.2 allow no zeros before modulus and exponent, but some
/// issuers publish them.
fn rsa_key(rsa: &RSAKeyParameters) -> Option<DecodingKey> {
    let (modulus, exponent) = (decode(&rsa.n)?, decode(&rsa.e)?);
    let (modulus, exponent) = (without_zeros(&modulus)?, without_zeros(&exponent)?);
    let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
    RSA_BITS.contains(&bits).then(|| DecodingKey::from_rsa_raw_components(modulus, exponent))
}

/// A number without the zeros before it; `None` when nothing is left.
fn without_zeros(number: &[u8]) -> Option<&[u8]> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).filter(|number| !number.is_empty())
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}
