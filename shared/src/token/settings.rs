//! Which tokens are accepted.

use secrecy::SecretString;

/// The settings of token verification.
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
    /// The URL at which the issuer publishes such a set.
    pub jwks_url: Option<String>,
}
