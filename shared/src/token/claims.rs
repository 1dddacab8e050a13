//! The claims of a token, and the rules that they are checked by.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::audience::Audience;
use super::error::TokenError;
use super::kind;
use super::path::ClaimPath;
use super::required::RequiredClaim;
use super::roles::RoleClaims;
use super::settings::{OwnTokens, TokenSettings};
use crate::domain::role::Roles;
use crate::domain::session::SessionId;
use crate::domain::user_id::UserId;
use crate::domain::username::Username;

/// The tolerated difference between the clocks, in seconds.
const LEEWAY_SECONDS: f64 = 60.0;
/// The longest username taken as a hint, in bytes.
const MAX_HINT_LENGTH: usize = 254;

/// The claims of a valid token that Nameplate uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The user's id.
    pub user_id: UserId,
    /// The name when the token was issued, a hint.
    pub username_hint: Option<Username>,
    /// The known roles of the token.
    pub roles: Roles,
    /// The session of a token that we issued; another issuer's token has none here.
    pub session: Option<TokenSession>,
}

/// The session that a token of ours is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenSession {
    /// The id of the session, `sid`.
    pub id: SessionId,
    /// The epoch of the user's sessions, `epoch`.
    pub epoch: u64,
    /// When the user gave the password, `auth_time`.
    pub authenticated_at: Timestamp,
}

/// The rules of the claims, from the settings.
pub(super) struct ClaimRules {
    pub(super) issuer: String,
    pub(super) audience: Audience,
    pub(super) required: Vec<RequiredClaim>,
    pub(super) user_id: ClaimPath,
    pub(super) roles: RoleClaims,
    pub(super) username: Option<ClaimPath>,
    /// Whether the tokens are our own, each of a session.
    pub(super) has_sessions: bool,
}

impl ClaimRules {
    pub(super) fn new(settings: &TokenSettings) -> Self {
        Self {
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            required: settings.required_claims.clone(),
            user_id: settings.user_id_claim.clone(),
            roles: settings.roles.clone(),
            username: settings.username_claim.clone(),
            has_sessions: false,
        }
    }

    /// The rules of our own tokens: the claims of RFC 9068, and those of a session.
    pub(super) fn of_own(tokens: &OwnTokens) -> Self {
        let OwnTokens { issuer, audience } = tokens;
        let settings = TokenSettings::new(issuer, Audience::AnyOf(vec![audience.clone()]));
        let username = Some(ClaimPath::preferred_username());
        Self { username, has_sessions: true, ..Self::new(&settings) }
    }

    /// Checks the claims of a token whose signature is verified.
    pub(super) fn check(
        &self,
        claims: &Map<String, Value>,
        now: Timestamp,
    ) -> Result<Claims, TokenError> {
        self.check_issuer(claims)?;
        check_expiry(claims, now)?;
        check_beginning(claims, now)?;
        self.audience.check(claims)?;
        self.check_kind(claims)?;
        self.required.iter().try_for_each(|required| required.check(claims))?;
        Ok(Claims {
            user_id: self.user_id(claims)?,
            username_hint: self.hint(claims).map(|hint| Username::unvalidated(hint.to_owned())),
            roles: self.roles.of(claims),
            session: if self.has_sessions { Some(session(claims)?) } else { None },
        })
    }

    /// `iss` is one text, the issuer's own to the byte.
    pub(super) fn check_issuer(&self, claims: &Map<String, Value>) -> Result<(), TokenError> {
        match claims.get("iss") {
            None | Some(Value::Null) => Err(TokenError::Absent("iss".into())),
            Some(Value::String(issuer)) if *issuer == self.issuer => Ok(()),
            Some(Value::String(_)) => Err(TokenError::Issuer),
            Some(_) => Err(TokenError::Malformed("iss".into())),
        }
    }

    pub(super) fn check_kind(&self, claims: &Map<String, Value>) -> Result<(), TokenError> {
        kind::check(claims, &self.required)
    }

    pub(super) fn user_id(&self, claims: &Map<String, Value>) -> Result<UserId, TokenError> {
        let name = || self.user_id.as_str().to_owned().into();
        match self.user_id.find(claims) {
            None | Some(Value::Null) => Err(TokenError::Absent(name())),
            Some(Value::String(id)) => UserId::parse(id).map_err(|_| TokenError::Malformed(name())),
            Some(_) => Err(TokenError::Malformed(name())),
        }
    }

    /// The username in the token, unless no username could be that text: a guess that must fail would
    /// cost more than none.
    pub(super) fn hint<'a>(&self, claims: &'a Map<String, Value>) -> Option<&'a str> {
        let hint = self.username.as_ref()?.find(claims)?.as_str()?;
        (hint.len() <= MAX_HINT_LENGTH && Username::is_conceivable(hint)).then_some(hint)
    }
}

/// The session that a token of ours names.
fn session(claims: &Map<String, Value>) -> Result<TokenSession, TokenError> {
    let id = claims.get("sid").and_then(Value::as_str).and_then(SessionId::parse);
    Ok(TokenSession {
        id: id.ok_or(TokenError::Malformed("sid".into()))?,
        epoch: claims
            .get("epoch")
            .and_then(Value::as_u64)
            .ok_or(TokenError::Malformed("epoch".into()))?,
        authenticated_at: claims
            .get("auth_time")
            .and_then(Value::as_i64)
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .ok_or(TokenError::Malformed("auth_time".into()))?,
    })
}

/// RFC 7519 section 4.1.4: the time must be before `exp`. No token expires before 1970.
pub(super) fn check_expiry(claims: &Map<String, Value>, now: Timestamp) -> Result<(), TokenError> {
    let expiry = seconds(claims, "exp")?.ok_or(TokenError::Absent("exp".into()))?;
    if expiry < 0.0 {
        return Err(TokenError::Malformed("exp".into()));
    }
    if in_seconds(now) >= expiry + LEEWAY_SECONDS { Err(TokenError::Expired) } else { Ok(()) }
}

/// RFC 7519 section 4.1.5: the time must not be before `nbf`.
pub(super) fn check_beginning(
    claims: &Map<String, Value>,
    now: Timestamp,
) -> Result<(), TokenError> {
    let is_early = |nbf: f64| in_seconds(now) < nbf - LEEWAY_SECONDS;
    if seconds(claims, "nbf")?.is_some_and(is_early) {
        Err(TokenError::NotYetValid)
    } else {
        Ok(())
    }
}

/// A time as RFC 7519 section 2 has it: a number of seconds since 1970.
fn seconds(claims: &Map<String, Value>, name: &'static str) -> Result<Option<f64>, TokenError> {
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| TokenError::Malformed(name.into())),
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a double exactly")]
fn in_seconds(now: Timestamp) -> f64 {
    now.as_millisecond() as f64 / 1000.0
}
