//! Which tokens are accepted.

use secrecy::SecretString;

use super::audience::Audience;
use super::path::ClaimPath;
use super::required::RequiredClaim;
use super::roles::RoleClaims;
use crate::config::error::ConfigError;

/// The claims that can pass from one person to another, so that an id from them does so as well.
const CHANGING_HANDS: [&str; 6] =
    ["email", "phone_number", "preferred_username", "unique_name", "upn", "username"];

/// The settings of token verification.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// The `iss` that a token must have.
    pub issuer: String,
    /// Whom a token must be for.
    pub audience: Audience,
    /// The claim that is the user's id.
    pub user_id_claim: ClaimPath,
    /// The claims that hold the roles.
    pub roles: RoleClaims,
    /// What tokens must say beside that.
    pub required_claims: Vec<RequiredClaim>,
    /// The claim with the username, a hint that saves a database call.
    pub username_claim: Option<ClaimPath>,
    /// The key of HS256 tokens; for development only.
    pub hs256_secret: Option<SecretString>,
    /// The issuer's keys: a JSON Web Key Set (RFC 7517).
    pub jwks: Option<String>,
    /// The URL at which the issuer publishes such a set. Without any of the three, OpenID Connect Discovery
    /// says where it is.
    pub jwks_url: Option<String>,
    /// Whether keys may come over plain HTTP; on a developer's machine only.
    pub allow_http: bool,
}

/// What our own tokens say of us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTokens {
    /// `iss`: the base URL of the API, where our keys are published.
    pub issuer: String,
    /// `aud`.
    pub audience: String,
}

impl TokenSettings {
    /// Settings for the tokens of that issuer for that audience, everything else by default.
    pub fn new(issuer: impl Into<String>, audience: Audience) -> Self {
        Self {
            issuer: issuer.into(),
            audience,
            user_id_claim: ClaimPath::subject(),
            roles: RoleClaims::default(),
            required_claims: Vec::new(),
            username_claim: None,
            hs256_secret: None,
            jwks: None,
            jwks_url: None,
            allow_http: false,
        }
    }

    /// What is allowed, but seldom meant; a sentence each.
    pub fn warnings(&self) -> Vec<&'static str> {
        let mut warnings = Vec::new();
        match &self.audience {
            Audience::Anybody => warnings.push(
                "JWT_AUDIENCE is none, so that every token of the issuer counts; keep it only if the issuer \
                 serves this application alone",
            ),
            Audience::AnyOf(names) if names.iter().any(|name| name == "account") => warnings.push(
                "JWT_AUDIENCE has account, which Keycloak puts into the tokens of every client; add an \
                 audience mapper and take its audience",
            ),
            Audience::AnyOf(_) => {}
        }
        if CHANGING_HANDS.contains(&self.user_id_claim.last_part()) {
            warnings.push(
                "JWT_USER_ID_CLAIM is an address, a number or a login, which can pass to another person with the \
                 account; take an id that never changes",
            );
        }
        warnings
    }
}

/// Reads the path of the claim that is the user's id; without one it is `sub`.
///
/// # Errors
/// [`ConfigError`] when it names no claim, or leads through what users change themselves.
pub(crate) fn user_id_claim(path: Option<&str>) -> Result<ClaimPath, ConfigError> {
    const SETTING: &str = "JWT_USER_ID_CLAIM";
    let path =
        path.map_or_else(|| Ok(ClaimPath::subject()), |path| ClaimPath::parse(SETTING, path))?;
    if path.is_users_own() {
        let problem = "leads through what users change themselves, so that everybody could be anybody; \
                       take a claim that only the provider writes";
        return Err(ConfigError::new(SETTING, problem));
    }
    Ok(path)
}
