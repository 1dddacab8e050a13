//! The caller: the bearer of a valid token, with the access that token and account give together.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::context::{client_context, single};
use super::request_id::RequestId;
use super::route::Route;
use super::verified_caller::VerifiedCaller;
use crate::app::App;
use crate::domain::access::Access;
use crate::domain::author::{Author, AuthorKind, Origin};
use crate::domain::role::{Role, Roles};
use crate::domain::status::Status;
use crate::domain::user::User;
use crate::domain::user_id::UserId;
use crate::domain::username::Username;
use crate::error::{Error, Location, Violation, ViolationKind};
use crate::limit::QuotaRequest;
use crate::token::{TokenError, TokenSession};

/// The bearer of a valid token. The table has still to confirm what the token claims beyond the id.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user's id in the token.
    pub id: UserId,
    /// The username when the token was issued: a guess at the present one.
    pub username_hint: Option<Username>,
    /// The session of a token that we issued.
    pub session: Option<TokenSession>,
    token_roles: Roles,
    request_id: RequestId,
}

impl Caller {
    /// The caller's access to the user `target`, given the caller's own `account`. The effective roles
    /// are those that token and account both have; for a caller without an account (a service), the
    /// token's.
    ///
    /// # Errors
    /// [`Error::AccountNotActive`] when there is an account and it is not `ACTIVE`, [`TokenError::Revoked`]
    /// when the session that the token is of has ended.
    pub fn access_to(&self, target: &UserId, account: Option<&User>) -> Result<Access, Error> {
        let roles = match account {
            Some(account) if account.status != Status::Active => {
                return Err(Error::AccountNotActive);
            }
            Some(account) => self.token_roles.intersection(account.roles),
            None => self.token_roles,
        };
        self.require_session(account)?;
        Ok(Access { is_self: self.id == *target, roles })
    }

    /// Requires that a token of ours is of the present epoch of the caller's `account`: nothing has ended the
    /// user's sessions since. No epoch ends the token of another issuer.
    ///
    /// # Errors
    /// [`TokenError::Revoked`].
    pub fn require_session(&self, account: Option<&User>) -> Result<(), Error> {
        let present = account.map(|account| account.session_epoch);
        match &self.session {
            Some(session) if present != Some(session.epoch) => Err(TokenError::Revoked.into()),
            _ => Ok(()),
        }
    }

    /// The caller as the author of a write to the user `target`. `account` is the caller's own.
    pub fn author(&self, target: &UserId, account: Option<&User>) -> Author {
        let kind = match account {
            _ if self.id == *target => AuthorKind::Owner,
            Some(_) => AuthorKind::Staff,
            None => AuthorKind::Service,
        };
        Author { id: self.id.clone(), kind, request_id: self.request_id.as_str().to_owned() }
    }

    /// The request as the origin of the caller's own change.
    pub fn origin(&self) -> Origin {
        Origin {
            request_id: self.request_id.as_str().to_owned(),
            session_epoch: self.session.as_ref().map(|session| session.epoch),
        }
    }

    /// The caller's access to the user of that id, as [`Self::access_to`], and the user as the caller sees
    /// it. `account` is the caller's own, where that is another user.
    ///
    /// # Errors
    /// As [`Self::access_to`].
    pub fn access_and_view(
        &self,
        id: &UserId,
        account: Option<&User>,
        target: Option<User>,
    ) -> Result<(Access, Option<User>), Error> {
        let account = if self.id == *id { target.as_ref() } else { account };
        let access = self.access_to(id, account)?;
        Ok((access, access.visible(target)))
    }
}

/// The token is verified and the request counted before anything else of the request is looked at.
impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let token =
            bearer_token(&parts.headers).map_err(|error| with_header_violations(error, parts))?;
        let claims = app.tokens.verify(token, app.now()).await?;
        if let Some(caller) = parts.extensions.get::<VerifiedCaller>() {
            caller.set(&claims.user_id);
        }
        if let Some(Route { operation, quota, .. }) = parts.extensions.get() {
            let is_staff = [Role::PowerUser, Role::Admin].iter().any(|r| claims.roles.contains(*r));
            let request = QuotaRequest {
                caller: claims.user_id.as_str(),
                is_staff,
                operation,
                quota: *quota,
            };
            app.quotas.count(request)?;
        }
        Ok(Self {
            id: claims.user_id,
            username_hint: claims.username_hint,
            session: claims.session,
            token_roles: claims.roles,
            request_id: parts.extensions.get().cloned().unwrap_or_else(RequestId::random),
        })
    }
}

/// The token of `Authorization: Bearer <token>` (RFC 6750 section 2.1), the scheme in any case
/// (RFC 9110 section 11.1).
fn bearer_token(headers: &HeaderMap) -> Result<&str, Error> {
    let twice = || Violation::new(Location::Header("Authorization"), ViolationKind::SentTwice);
    let value =
        single(headers, "Authorization").map_err(|_| twice())?.ok_or(TokenError::Missing)?;
    if value.contains(',') {
        // Two of them, joined by API Gateway: no token has a comma.
        return Err(twice().into());
    }
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(TokenError::Missing.into());
    }
    match token.trim() {
        "" => Err(TokenError::Missing.into()),
        token => Ok(token),
    }
}

/// Adds the violations of the other headers to an error about a header.
fn with_header_violations(error: Error, parts: &Parts) -> Error {
    match error {
        Error::Invalid(mut violations) => {
            violations.extend(client_context(parts).violations.iter().cloned());
            Error::Invalid(violations)
        }
        other => other,
    }
}
