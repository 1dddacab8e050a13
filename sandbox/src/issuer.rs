//! An issuer of HS256 tokens.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Map, Value, json};
use shared::domain::role::Role;
use shared::token::TokenSettings;

/// An issuer whose tokens a server with the same settings accepts.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// `iss`.
    pub issuer: String,
    /// `aud`.
    pub audience: String,
    /// The shared secret.
    pub secret: String,
}

/// The content of a token.
#[derive(Debug, Clone)]
pub struct TokenRequest<'a> {
    /// `sub`: the user's id.
    pub sub: &'a str,
    /// `roles`.
    pub roles: &'a [Role],
    /// `username`, which is only a hint.
    pub username: Option<&'a str>,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
}

impl Issuer {
    /// Returns the issuer of every development machine. Its secret is public, so it protects nothing.
    pub fn development() -> Self {
        Self {
            issuer: "nameplate-local".to_owned(),
            audience: "nameplate".to_owned(),
            secret: "nameplate-development-secret-not-for-production".to_owned(),
        }
    }

    /// Returns the settings of a server that accepts only the tokens of this issuer.
    pub fn token_settings(&self) -> TokenSettings {
        TokenSettings {
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
            hs256_secret: Some(self.secret.clone().into()),
            jwks: None,
            jwks_url: None,
        }
    }

    /// Issues a token.
    ///
    /// # Errors
    /// When the token cannot be signed.
    pub fn issue(&self, request: &TokenRequest<'_>) -> Result<String, jsonwebtoken::errors::Error> {
        let mut claims = Map::from_iter([
            ("iss".to_owned(), json!(self.issuer)),
            ("aud".to_owned(), json!(self.audience)),
            ("sub".to_owned(), json!(request.sub)),
            ("iat".to_owned(), json!(request.issued_at.as_second())),
            ("exp".to_owned(), json!(request.expires_at.as_second())),
            ("roles".to_owned(), request.roles.iter().map(|role| json!(role.as_str())).collect()),
        ]);
        if let Some(username) = request.username {
            claims.insert("username".to_owned(), json!(username));
        }
        self.sign(&Value::Object(claims))
    }

    /// Issues a token with any claims.
    ///
    /// # Errors
    /// When the claims cannot be signed.
    pub fn sign(&self, claims: &Value) -> Result<String, jsonwebtoken::errors::Error> {
        let key = EncodingKey::from_secret(self.secret.as_bytes());
        encode(&Header::new(Algorithm::HS256), claims, &key)
    }
}
