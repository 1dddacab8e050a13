//! The claims of a token.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::error::TokenError;
use crate::domain::role::{Role, Roles};
use crate::domain::user_id::UserId;
use crate::domain::username::Username;
use crate::json::Unique;

/// The tolerated difference between the clocks, in seconds.
const LEEWAY_SECONDS: f64 = 60.0;
/// The longest username taken as a hint, in bytes.
const MAX_HINT_LENGTH: usize = 254;

/// The claims of a valid token that Nameplate uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// `sub`: the user's id.
    pub user_id: UserId,
    /// `username` or `preferred_username`: the name when the token was issued, a hint.
    pub username_hint: Option<Username>,
    /// `roles`: the known ones among them.
    pub roles: Roles,
}

/// The claims as a token has them, typed as RFC 7519 types them. `iss` is here so that it must be one
/// string; `keys.rs` compares its value, and that of `aud`, with the settings.
#[derive(Deserialize)]
pub(super) struct RawClaims {
    sub: String,
    #[serde(rename = "iss")]
    _iss: String,
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
    #[serde(default)]
    roles: Value,
    #[serde(default)]
    username: Value,
    #[serde(default)]
    preferred_username: Value,
}

impl RawClaims {
    /// Reads the claims. RFC 7519 section 4: their names are unique; section 7.2: they are UTF-8 and
    /// completely valid JSON, also in claims that nobody uses.
    pub(super) fn read(Unique(claims): Unique) -> Result<Self, TokenError> {
        serde_json::from_value(claims).map_err(|_| TokenError::Claim)
    }

    /// Checks the claims at the instant `now`.
    pub(super) fn check(self, now: Timestamp) -> Result<Claims, TokenError> {
        self.check_times(now)?;
        let hints = [self.username.as_str(), self.preferred_username.as_str()];
        let hint =
            hints.into_iter().flatten().find(|hint| (1..=MAX_HINT_LENGTH).contains(&hint.len()));
        let roles = self.roles.as_array().into_iter().flatten();
        Ok(Claims {
            user_id: UserId::parse(&self.sub).map_err(|_| TokenError::Claim)?,
            username_hint: hint.map(|hint| Username::unvalidated(hint.to_owned())),
            roles: roles.filter_map(Value::as_str).filter_map(Role::parse).collect(),
        })
    }

    /// RFC 7519 section 4.1.4: the time must be before `exp`; section 4.1.5: not before `nbf`.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a double exactly")]
    fn check_times(&self, now: Timestamp) -> Result<(), TokenError> {
        let now = now.as_millisecond() as f64 / 1000.0;
        if now >= self.exp + LEEWAY_SECONDS {
            return Err(TokenError::Expired);
        }
        if self.nbf.is_some_and(|nbf| now < nbf - LEEWAY_SECONDS) {
            return Err(TokenError::NotYetValid);
        }
        Ok(())
    }
}
