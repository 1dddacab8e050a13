//! The settings of tokens.

use secrecy::SecretString;

use super::error::ConfigError;
use super::stage::Stage;
use crate::token::{Audience, ClaimPath, RequiredClaim, RoleClaims, TokenSettings, user_id_claim};

/// Reads the settings that begin with `JWT_`. `lookup` finds those that are not empty.
pub(super) fn read(
    stage: Stage,
    issuer: String,
    audience: &str,
    optional: impl Fn(&'static str) -> Option<String>,
) -> Result<TokenSettings, ConfigError> {
    let (user_id, roles) = (optional("JWT_USER_ID_CLAIM"), optional("JWT_ROLES_CLAIM"));
    let username = optional("JWT_USERNAME_CLAIM");
    let required = optional("JWT_REQUIRED_CLAIMS");
    Ok(TokenSettings {
        issuer,
        audience: Audience::parse(audience)?,
        user_id_claim: user_id_claim(user_id.as_deref())?,
        roles: RoleClaims::parse(roles.as_deref(), optional("JWT_ROLE_NAMES").as_deref())?,
        required_claims: required
            .map_or_else(|| Ok(Vec::new()), |text| RequiredClaim::parse_list(&text))?,
        username_claim: username
            .map(|path| ClaimPath::parse("JWT_USERNAME_CLAIM", &path))
            .transpose()?,
        hs256_secret: optional("JWT_HS256_SECRET").map(SecretString::from),
        jwks: optional("JWT_JWKS"),
        jwks_url: optional("JWT_JWKS_URL"),
        allow_http: stage == Stage::Local,
    })
}
