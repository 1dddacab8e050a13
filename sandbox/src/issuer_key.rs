//! Key pairs of an identity provider. It signs tokens with them and publishes their public parts.

use std::error::Error;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

/// The number of bytes before the PKCS #1 document in the PKCS #8 document of an RSA key.
const BEFORE_PKCS1: usize = 26;

/// A key pair of the issuer.
#[derive(Clone)]
pub struct IssuerKey {
    /// The algorithm of the signatures, as in `alg`.
    pub algorithm: Algorithm,
    /// The public part as a JSON Web Key (RFC 7517).
    pub jwk: Value,
    /// The public part as a `SubjectPublicKeyInfo` (RFC 5280 section 4.1), DER.
    pub public_der: Vec<u8>,
    /// The private part, which signs tokens.
    pub signing: EncodingKey,
}

impl IssuerKey {
    /// Generates an RSA key with 2 048 bits, for RS256.
    ///
    /// # Errors
    /// When the key cannot be generated or encoded.
    pub fn rsa(kid: &str) -> Result<Self, Box<dyn Error>> {
        Self::rsa_for(Algorithm::RS256, kid)
    }

    /// Generates an RSA key with 2 048 bits, for that algorithm of RSA.
    ///
    /// # Errors
    /// As [`Self::rsa`].
    pub fn rsa_for(algorithm: Algorithm, kid: &str) -> Result<Self, Box<dyn Error>> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
        let public = pair.public_key();
        let n = base64url(public.modulus().big_endian_without_leading_zero());
        let e = base64url(public.exponent().big_endian_without_leading_zero());
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)?;
        let pkcs1 = pkcs8.as_ref().get(BEFORE_PKCS1..).ok_or("no PKCS #1 document")?;
        let alg = format!("{algorithm:?}");
        Ok(Self {
            algorithm,
            jwk: json!({ "kty": "RSA", "kid": kid, "alg": alg, "use": "sig", "n": n, "e": e }),
            public_der: AsDer::<PublicKeyX509Der<'_>>::as_der(public)?.as_ref().to_vec(),
            signing: EncodingKey::from_rsa_der(pkcs1),
        })
    }

    /// Generates a key on the curve P-256, for ES256.
    ///
    /// # Errors
    /// As [`Self::rsa`].
    pub fn ec(kid: &str) -> Result<Self, Box<dyn Error>> {
        Self::of_curve(Algorithm::ES256, "P-256", &ECDSA_P256_SHA256_FIXED_SIGNING, kid)
    }

    /// Generates a key on the curve P-384, for ES384.
    ///
    /// # Errors
    /// As [`Self::rsa`].
    pub fn p384(kid: &str) -> Result<Self, Box<dyn Error>> {
        Self::of_curve(Algorithm::ES384, "P-384", &ECDSA_P384_SHA384_FIXED_SIGNING, kid)
    }

    fn of_curve(
        algorithm: Algorithm,
        curve: &str,
        signing: &'static EcdsaSigningAlgorithm,
        kid: &str,
    ) -> Result<Self, Box<dyn Error>> {
        let pair = EcdsaKeyPair::generate(signing)?;
        // The point is the byte 4, then x and y (SEC 1 section 2.3.3).
        let xy = pair.public_key().as_ref().get(1..).ok_or("no point")?;
        let (x, y) = xy.split_at_checked(xy.len() / 2).ok_or("no point")?;
        let (x, y) = (base64url(x), base64url(y));
        Ok(Self {
            algorithm,
            jwk: json!({ "kty": "EC", "kid": kid, "crv": curve, "x": x, "y": y }),
            public_der: pair.public_key().as_der()?.as_ref().to_vec(),
            signing: EncodingKey::from_ec_der(pair.to_pkcs8v1()?.as_ref()),
        })
    }

    /// Generates an Ed25519 key, for `EdDSA`.
    ///
    /// # Errors
    /// As [`Self::rsa`].
    pub fn ed(kid: &str) -> Result<Self, Box<dyn Error>> {
        let pair = Ed25519KeyPair::generate()?;
        let x = base64url(pair.public_key().as_ref());
        Ok(Self {
            algorithm: Algorithm::EdDSA,
            jwk: json!({ "kty": "OKP", "kid": kid, "crv": "Ed25519", "x": x, "alg": "EdDSA" }),
            public_der: pair.public_key().as_der()?.as_ref().to_vec(),
            signing: EncodingKey::from_ed_der(pair.to_pkcs8v1()?.as_ref()),
        })
    }

    /// Returns the public part as PEM.
    pub fn public_pem(&self) -> String {
        pem("PUBLIC KEY", &self.public_der)
    }

    /// Returns a token with these claims and this key id.
    ///
    /// # Errors
    /// When the claims cannot be signed.
    pub fn sign(
        &self,
        kid: Option<&str>,
        claims: &Value,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let mut header = Header::new(self.algorithm);
        header.kid = kid.map(str::to_owned);
        encode(&header, claims, &self.signing)
    }
}

/// Returns the public parts of the keys as a JSON Web Key Set (RFC 7517).
pub fn key_set(keys: &[&IssuerKey]) -> String {
    json!({ "keys": keys.iter().map(|key| &key.jwk).collect::<Vec<_>>() }).to_string()
}

/// Returns a DER document as PEM (RFC 7468) with that label.
pub fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
