//! The tokens that a session yields.

use aws_lc_rs::rand;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;
use uuid::Uuid;

use super::service::SignIn;
use crate::domain::role::{Role, Roles};
use crate::domain::session::{RefreshToken, Session};
use crate::domain::user::User;
use crate::error::Error;

/// Who our tokens are issued to (RFC 9068 section 2.2): there is one client, the app.
const CLIENT_ID: &str = "nameplate";

/// An access token with its lifetime, and a refresh token with its own.
#[derive(Debug)]
pub struct IssuedTokens {
    /// The access token.
    pub access_token: SecretString,
    /// For how many seconds it counts.
    pub expires_in: i64,
    /// The refresh token.
    pub refresh_token: SecretString,
    /// For how many seconds it counts, unless it is used.
    pub refresh_expires_in: i64,
}

/// The claims of an access token (RFC 9068 section 2.2). There is no e-mail address among them.
#[derive(Serialize)]
struct AccessClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    client_id: &'a str,
    iat: i64,
    exp: i64,
    jti: Uuid,
    auth_time: i64,
    sid: String,
    roles: Vec<&'static str>,
    epoch: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<&'a str>,
}

impl SignIn {
    /// The tokens of a session whose present refresh token is that.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the signing key cannot be read now.
    pub async fn issue(
        &self,
        user: &User,
        session: &Session,
        refresh_token: &RefreshToken,
        now: Timestamp,
    ) -> Result<IssuedTokens, Error> {
        let left = session.expires_at.min(session.ends_at).duration_since(now);
        Ok(IssuedTokens {
            access_token: self.access_token(user, session, now).await?,
            expires_in: self.settings.sessions.access_token.as_secs(),
            refresh_token: refresh_token.expose(),
            refresh_expires_in: left.as_secs().max(0),
        })
    }

    /// An access token of the session: of its epoch, never of the user's, so that a token of a session that has
    /// ended does not count.
    ///
    /// # Errors
    /// As [`Self::issue`].
    pub async fn access_token(
        &self,
        user: &User,
        session: &Session,
        now: Timestamp,
    ) -> Result<SecretString, Error> {
        let settings = &self.settings;
        let claims = AccessClaims {
            iss: &settings.tokens.issuer,
            aud: &settings.tokens.audience,
            sub: user.id.as_str(),
            client_id: CLIENT_ID,
            iat: now.as_second(),
            exp: now.as_second().saturating_add(settings.sessions.access_token.as_secs()),
            jti: Uuid::new_v4(),
            auth_time: session.authenticated_at.as_second(),
            sid: session.id.to_string(),
            roles: names(user.roles),
            epoch: session.epoch,
            preferred_username: (!user.username.is_email()).then(|| user.username.as_str()),
        };
        self.signer.sign(&claims, now).await.map(SecretString::from)
    }
}

fn names(roles: Roles) -> Vec<&'static str> {
    roles.iter().map(Role::as_str).collect()
}

/// Random bytes from the operating system.
///
/// # Errors
/// [`Error::Internal`] when it gives none.
pub fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Error::Internal("no random bytes".into()))?;
    Ok(bytes)
}
