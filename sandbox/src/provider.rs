//! Sample issuers in the shape of identity providers, to try their settings without an account.

use std::error::Error;

use aws_lc_rs::signature::{KeyPair, RsaKeyPair};
use axum::Router;
use axum::http::header;
use axum::routing::get;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::{DecodeError, Engine};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use shared::domain::role::Role;

use crate::issuer::TokenRequest;

/// The private RSA key of the sample issuers. It is public, so it protects nothing.
const KEY: &str = include_str!("../keys/sample-issuer.pkcs1.b64");
/// The key's id.
const KEY_ID: &str = "sample-issuer-1";
/// The app client of the sample user pool.
const CLIENT_ID: &str = "1sampleclient2nameplate3";

/// The claim with the name in Nameplate, as a hook at the provider would add it.
const USERNAME: &str = "nameplate_username";

/// An identity provider whose tokens a sample issuer imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Amazon Cognito: tokens without `aud`, groups as roles.
    Cognito,
    /// Keycloak: an audience mapper, realm roles.
    Keycloak,
}

/// A sample issuer at its address.
#[derive(Debug, Clone)]
pub struct SampleIssuer {
    /// Whose tokens it imitates.
    pub provider: Provider,
    /// Its scheme, host and port.
    pub origin: String,
}

impl Provider {
    /// All of them, with their names on the command line.
    pub const ALL: [(&'static str, Self); 2] =
        [("cognito", Self::Cognito), ("keycloak", Self::Keycloak)];

    /// What the provider calls a role that gives rights.
    fn role_name(self, role: Role) -> Option<&'static str> {
        match (self, role) {
            (Self::Cognito, Role::Admin) => Some("nameplate-admins"),
            (Self::Keycloak, Role::Admin) => Some("nameplate-admin"),
            (_, Role::PowerUser) => Some("nameplate-support"),
            _ => None,
        }
    }
}

impl SampleIssuer {
    /// Its `iss`.
    pub fn issuer(&self) -> String {
        let path = match self.provider {
            Provider::Cognito => "eu-central-1_Sample",
            Provider::Keycloak => "realms/sample",
        };
        format!("{}/{path}", self.origin)
    }

    /// The settings that take its tokens, as `docs/identity-providers.md` has them.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let (audience, roles) = match self.provider {
            Provider::Cognito => (CLIENT_ID, "cognito:groups"),
            Provider::Keycloak => ("nameplate", "realm_access.roles"),
        };
        let name = |role| {
            let name = self.provider.role_name(role)?;
            Some(format!("{name}={role}"))
        };
        let names: Vec<_> = [Role::Admin, Role::PowerUser].into_iter().filter_map(name).collect();
        vec![
            ("JWT_ISSUER", self.issuer()),
            ("JWT_AUDIENCE", audience.to_owned()),
            ("JWT_ROLES_CLAIM", roles.to_owned()),
            ("JWT_ROLE_NAMES", names.join(",")),
            ("JWT_USERNAME_CLAIM", USERNAME.to_owned()),
        ]
    }

    /// Issues an access token with the claims that the provider has.
    ///
    /// # Errors
    /// When the token cannot be signed.
    pub fn issue(&self, request: &TokenRequest<'_>) -> Result<String, Box<dyn Error>> {
        let roles = request.roles.iter().filter_map(|role| self.provider.role_name(*role));
        let roles: Vec<_> = roles.collect();
        let mut claims = match self.provider {
            Provider::Cognito => json!({
                "client_id": CLIENT_ID, "token_use": "access", "scope": "openid",
                "cognito:groups": roles, "username": request.sub
            }),
            Provider::Keycloak => json!({
                "aud": "nameplate", "azp": "sample-app", "typ": "Bearer", "scope": "openid profile",
                "realm_access": { "roles": roles }
            }),
        };
        if let Some(username) = request.username {
            claims[USERNAME] = json!(username);
        }
        claims["iss"] = json!(self.issuer());
        claims["sub"] = json!(request.sub);
        claims["iat"] = json!(request.issued_at.as_second());
        claims["exp"] = json!(request.expires_at.as_second());
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(KEY_ID.to_owned());
        Ok(encode(&header, &claims, &EncodingKey::from_rsa_der(&private_key()?))?)
    }

    /// The discovery document and the key set, where the provider has them.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub fn router(&self) -> Result<Router, Box<dyn Error>> {
        let issuer = self.issuer();
        let keys = match self.provider {
            Provider::Cognito => format!("{issuer}/.well-known/jwks.json"),
            Provider::Keycloak => format!("{issuer}/protocol/openid-connect/certs"),
        };
        let path = |url: &str| url.strip_prefix(&self.origin).unwrap_or_default().to_owned();
        let json = |document: Value| {
            let document = document.to_string();
            get(async move || ([(header::CONTENT_TYPE, "application/json")], document))
        };
        let document = json!({ "issuer": issuer, "jwks_uri": keys });
        let key_set = json!({ "keys": [public_key()?] });
        Ok(Router::new()
            .route(&path(&format!("{issuer}/.well-known/openid-configuration")), json(document))
            .route(&path(&keys), json(key_set)))
    }
}

fn private_key() -> Result<Vec<u8>, DecodeError> {
    let base64: String = KEY.split_whitespace().collect();
    STANDARD.decode(base64)
}

/// The public part as a JSON Web Key (RFC 7517).
fn public_key() -> Result<Value, Box<dyn Error>> {
    let pair = RsaKeyPair::from_der(&private_key()?)?;
    let (key, part) = (pair.public_key(), |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes));
    let n = part(key.modulus().big_endian_without_leading_zero());
    let e = part(key.exponent().big_endian_without_leading_zero());
    Ok(json!({ "kty": "RSA", "kid": KEY_ID, "alg": "RS256", "use": "sig", "n": n, "e": e }))
}
