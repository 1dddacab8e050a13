//! Keys that sign our own access tokens (RFC 9068).

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::{Value, json};

/// The number of bytes before the PKCS #1 document in the PKCS #8 document of a 2048-bit RSA key.
const BEFORE_PKCS1: usize = 26;

/// An algorithm that our keys can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SigningAlgorithm {
    /// RSA with 2048 bits and SHA-256, which every authorizer of API Gateway can verify.
    #[default]
    Rs256,
    /// The curve P-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

/// A key pair that was just made.
pub struct NewKeyPair {
    /// The public half as a JSON Web Key.
    pub jwk: Value,
    /// The private half as PKCS #8, DER.
    pub pkcs8: Vec<u8>,
}

/// A private key, ready to sign.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    algorithm: SigningAlgorithm,
    key: EncodingKey,
}

/// A key cannot be made, read or used.
#[derive(Debug, thiserror::Error)]
#[error("a signing key cannot be made, read or used: {0}")]
pub struct SigningKeyError(&'static str);

impl SigningAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// The algorithm as in `alg` (RFC 7518 section 3.1, RFC 8037).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }

    /// Makes a key pair for it.
    ///
    /// # Errors
    /// [`SigningKeyError`] when the operating system gives no random bytes.
    pub fn generate(self, kid: &str) -> Result<NewKeyPair, SigningKeyError> {
        let failed = || SigningKeyError("no key pair");
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let alg = self.as_str();
        match self {
            Self::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| failed())?;
                let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| failed())?;
                let public = pair.public_key();
                let n = text(public.modulus().big_endian_without_leading_zero());
                let e = text(public.exponent().big_endian_without_leading_zero());
                Ok(NewKeyPair {
                    jwk: json!({ "kty": "RSA", "kid": kid, "alg": alg, "use": "sig", "n": n, "e": e }),
                    pkcs8: pkcs8.as_ref().to_vec(),
                })
            }
            Self::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
                let pair = pair.map_err(|_| failed())?;
                // The point is the byte 4, then x and y (SEC 1 section 2.3.3).
                let xy = pair.public_key().as_ref().get(1..).unwrap_or_default();
                let (x, y) = xy.split_at_checked(xy.len() / 2).ok_or_else(failed)?;
                let (x, y) = (text(x), text(y));
                Ok(NewKeyPair {
                    jwk: json!({
                        "kty": "EC", "kid": kid, "alg": alg, "use": "sig", "crv": "P-256", "x": x, "y": y
                    }),
                    pkcs8: pair.to_pkcs8v1().map_err(|_| failed())?.as_ref().to_vec(),
                })
            }
            Self::EdDsa => {
                let pair = Ed25519KeyPair::generate().map_err(|_| failed())?;
                let x = text(pair.public_key().as_ref());
                Ok(NewKeyPair {
                    jwk: json!({
                        "kty": "OKP", "kid": kid, "alg": alg, "use": "sig", "crv": "Ed25519", "x": x
                    }),
                    pkcs8: pair.to_pkcs8v1().map_err(|_| failed())?.as_ref().to_vec(),
                })
            }
        }
    }
}

impl SigningKey {
    /// Reads a private key in PKCS #8, DER, for that algorithm.
    ///
    /// # Errors
    /// [`SigningKeyError`] when it is none.
    pub fn read(
        kid: &str,
        algorithm: SigningAlgorithm,
        pkcs8: &[u8],
    ) -> Result<Self, SigningKeyError> {
        let invalid = || SigningKeyError("malformed");
        let key = match algorithm {
            SigningAlgorithm::Rs256 => {
                RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| invalid())?;
                EncodingKey::from_rsa_der(pkcs8.get(BEFORE_PKCS1..).ok_or_else(invalid)?)
            }
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .map_err(|_| invalid())?;
                EncodingKey::from_ec_der(pkcs8)
            }
            SigningAlgorithm::EdDsa => {
                Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| invalid())?;
                EncodingKey::from_ed_der(pkcs8)
            }
        };
        Ok(Self { kid: kid.to_owned(), algorithm, key })
    }

    /// The key's id.
    pub fn id(&self) -> &str {
        &self.kid
    }

    /// Signs the claims as an access token, `typ: at+jwt` (RFC 9068 section 2.1).
    ///
    /// # Errors
    /// [`SigningKeyError`] when the key does not sign.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, SigningKeyError> {
        let algorithm = match self.algorithm {
            SigningAlgorithm::Rs256 => Algorithm::RS256,
            SigningAlgorithm::Es256 => Algorithm::ES256,
            SigningAlgorithm::EdDsa => Algorithm::EdDSA,
        };
        let mut header = Header::new(algorithm);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.key)
            .map_err(|_| SigningKeyError("no signature"))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}
