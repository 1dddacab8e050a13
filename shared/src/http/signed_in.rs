//! What whoever signed in gets, and gets anew.

use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::user::User;
use crate::domain::user_id::UserId;
use crate::domain::username::Username;
use crate::sign_in::IssuedTokens;

/// The tokens of a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    username: Username,
    r#type: &'static str,
    access_token: String,
    refresh_token: String,
    expires_in: i64,
    refresh_expires_in: i64,
    user_id: UserId,
}

impl SignedIn {
    /// The answer to that user.
    pub fn new(user: User, tokens: &IssuedTokens) -> Self {
        Self {
            username: user.username,
            r#type: "Bearer",
            access_token: tokens.access_token.expose_secret().to_owned(),
            refresh_token: tokens.refresh_token.expose_secret().to_owned(),
            expires_in: tokens.expires_in,
            refresh_expires_in: tokens.refresh_expires_in,
            user_id: user.id,
        }
    }
}
