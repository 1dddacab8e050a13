//! Who calls: the bearer of a valid token, and what their account makes of it.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::context::{client_of, single};
use super::door::KnownCaller;
use crate::app::App;
use crate::domain::permission::Relation;
use crate::domain::role::Roles;
use crate::domain::status::Status;
use crate::domain::user::User;
use crate::domain::user_id::UserId;
use crate::domain::username::Username;
use crate::error::{Error, Fault, Place, Problem};
use crate::token::TokenFault;

/// The bearer of a valid token. What the token says beyond the id is a claim that the table has
/// still to confirm.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The token's `sub`.
    pub id: UserId,
    /// The username when the token was issued: a good guess, no more.
    pub username_hint: Option<Username>,
    token_roles: Roles,
}

impl Caller {
    /// What the caller is to the user `target`, now that the caller's own `account` is known. The
    /// roles that count are those that token and account both have; of a caller without an account
    /// (a service), the token's.
    ///
    /// # Errors
    /// [`Error::AccountNotActive`] when there is an account and it is not `ACTIVE`.
    pub fn relation_to(&self, target: &UserId, account: Option<&User>) -> Result<Relation, Error> {
        let roles = match account {
            Some(account) if account.status != Status::Active => {
                return Err(Error::AccountNotActive);
            }
            Some(account) => self.token_roles.intersection(account.roles),
            None => self.token_roles,
        };
        Ok(Relation::of(&self.id, roles, target))
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let token =
            bearer_token(&parts.headers).map_err(|error| with_header_faults(error, parts))?;
        let claims = app.tokens.verify(token, app.now()).await?;
        if let Some(known) = parts.extensions.get::<KnownCaller>() {
            known.is(&claims.user_id);
        }
        Ok(Self {
            id: claims.user_id,
            username_hint: claims.username_hint,
            token_roles: claims.roles,
        })
    }
}

/// The token of `Authorization: Bearer <token>` (RFC 6750 section 2.1), the scheme in any case
/// (RFC 9110 section 11.1).
fn bearer_token(headers: &HeaderMap) -> Result<&str, Error> {
    let twice = || Fault::new(Place::Header("Authorization"), Problem::SentTwice);
    let value =
        single(headers, "Authorization").map_err(|_| twice())?.ok_or(TokenFault::Missing)?;
    if value.contains(',') {
        // Two of them, joined by API Gateway: no token has a comma.
        return Err(twice().into());
    }
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(TokenFault::Missing.into());
    }
    match token.trim() {
        "" => Err(TokenFault::Missing.into()),
        token => Ok(token),
    }
}

/// The error with everything else that is wrong with the headers, when it is about a header itself.
fn with_header_faults(error: Error, parts: &Parts) -> Error {
    match error {
        Error::Invalid(mut faults) => {
            faults.extend(client_of(parts).faults.iter().cloned());
            Error::Invalid(faults)
        }
        other => other,
    }
}
