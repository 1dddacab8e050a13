//! An issuer of HS256 tokens.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Map, Value, json};
use shared::domain::role::Role;
use shared::token::{Audience, ClaimPath, TokenSettings};

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
    /// `iat`, where the issuer's tokens have one.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
}

impl TokenRequest<'_> {
    /// Returns claims that a server with these settings accepts: each path of the settings is the name of a
    /// claim.
    pub fn claims(&self, settings: &TokenSettings) -> Value {
        let mut claims = Map::new();
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        for required in &settings.required_claims {
            set(required.path().as_str(), json!(required.value()));
        }
        if let Audience::AnyOf(audiences) = &settings.audience {
            set("aud", json!(audiences.first()));
        }
        if let Some(path) = settings.roles.paths().first() {
            let names = self.roles.iter().filter_map(|role| settings.roles.name_of(*role));
            set(path.as_str(), names.collect());
        }
        if let (Some(path), Some(username)) = (&settings.username_claim, self.username) {
            set(path.as_str(), json!(username));
        }
        set("iss", json!(settings.issuer));
        set(settings.user_id_claim.as_str(), json!(self.sub));
        // No `iat`, which nobody asks for: a terminal has little room.
        set("exp", json!(self.expires_at.as_second()));
        Value::Object(claims)
    }
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
        let audience = Audience::AnyOf(vec![self.audience.clone()]);
        TokenSettings {
            username_claim: ClaimPath::parse("JWT_USERNAME_CLAIM", "username").ok(),
            hs256_secret: Some(self.secret.clone().into()),
            allow_http: true,
            ..TokenSettings::new(self.issuer.clone(), audience)
        }
    }

    /// Issues a token.
    ///
    /// # Errors
    /// When the token cannot be signed.
    pub fn issue(&self, request: &TokenRequest<'_>) -> Result<String, jsonwebtoken::errors::Error> {
        self.sign(&request.claims(&self.token_settings()))
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
