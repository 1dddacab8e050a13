//! A token taken apart, before anything of it is verified.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};

use super::error::TokenError;
use crate::json;

/// The longest token that is read, in bytes; API Gateway accepts headers of up to 10 KiB.
const MAX_LENGTH: usize = 10 * 1024;
/// The names that RFC 7518 section 3.1 and its successors give to algorithms that are not supported.
const UNSUPPORTED: [&str; 6] = ["none", "HS384", "HS512", "ES512", "ES256K", "Ed448"];

/// A token in the compact form of RFC 7515 section 7.1.
pub(super) struct UnverifiedToken<'a> {
    /// What the signature is made of: header and claims.
    pub(super) message: &'a str,
    pub(super) signature: &'a str,
    claims: &'a str,
    /// The header's `alg`, or the error that it leads to.
    pub(super) algorithm: Result<Algorithm, TokenError>,
    /// The header's `kid`.
    pub(super) key_id: Option<String>,
    /// Whether the published keys of an issuer could be for this token: they verify no shared secret.
    pub(super) is_asymmetric: bool,
    typ: Option<String>,
}

impl<'a> UnverifiedToken<'a> {
    /// Takes the token apart and reads its header.
    ///
    /// # Errors
    /// [`TokenError`] when the token is too long, or has another form.
    pub(super) fn parse(token: &'a str) -> Result<Self, TokenError> {
        if token.len() > MAX_LENGTH {
            return Err(TokenError::TooLong);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::NotAJwt)?;
        let (header, claims) = message.split_once('.').ok_or(TokenError::NotAJwt)?;
        if claims.contains('.') {
            return Err(TokenError::NotAJwt);
        }
        let header = object(header).ok_or(TokenError::Header)?;
        // RFC 7515 section 4.1.11: a critical extension that is not understood makes a token invalid; this
        // code understands none.
        if header.contains_key("crit") {
            return Err(TokenError::Header);
        }
        let text = |name: &str| match header.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(TokenError::Header),
        };
        let name = text("alg")?.ok_or(TokenError::Header)?;
        Ok(Self {
            message,
            signature,
            claims,
            algorithm: algorithm(&name),
            key_id: text("kid")?,
            is_asymmetric: name != "none" && !name.starts_with("HS"),
            typ: text("typ")?,
        })
    }

    /// Refuses tokens whose header says that they are something else (RFC 8725 section 3.11).
    pub(super) fn check_type(&self) -> Result<(), TokenError> {
        let is_access_token = self.typ.as_deref().is_none_or(|typ| {
            let typ = typ.to_ascii_lowercase();
            matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
        });
        if is_access_token { Ok(()) } else { Err(TokenError::Type) }
    }

    /// Reads the claims. RFC 7519 section 4: their names are unique; section 7.2: they are UTF-8 and
    /// completely valid JSON, also in claims that nobody uses.
    pub(super) fn claims(&self) -> Result<Map<String, Value>, TokenError> {
        object(self.claims).ok_or(TokenError::Claims)
    }
}

/// Reads an encoded JSON object strictly. RFC 7515 section 4: its names are unique.
fn object(part: &str) -> Option<Map<String, Value>> {
    match json::parse(&URL_SAFE_NO_PAD.decode(part).ok()?) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// The algorithm of that name, if it is supported (RFC 7518 section 3.1; RFC 9864 section 2 for `Ed25519`).
pub(super) fn algorithm(name: &str) -> Result<Algorithm, TokenError> {
    match name {
        "HS256" => Ok(Algorithm::HS256),
        "RS256" => Ok(Algorithm::RS256),
        "RS384" => Ok(Algorithm::RS384),
        "RS512" => Ok(Algorithm::RS512),
        "PS256" => Ok(Algorithm::PS256),
        "PS384" => Ok(Algorithm::PS384),
        "PS512" => Ok(Algorithm::PS512),
        "ES256" => Ok(Algorithm::ES256),
        "ES384" => Ok(Algorithm::ES384),
        "EdDSA" | "Ed25519" => Ok(Algorithm::EdDSA),
        _ => {
            let known = UNSUPPORTED.into_iter().find(|unsupported| *unsupported == name);
            Err(TokenError::Algorithm(known))
        }
    }
}
