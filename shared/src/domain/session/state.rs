//! A session.

use jiff::Timestamp;

use super::bytes::{Bytes32, Randomness, SessionId};
use super::policy::SessionPolicy;
use super::refresh_token::{RefreshToken, Secret, TAG_LENGTH};
use crate::domain::user::User;
use crate::domain::user_id::UserId;

/// A session as the table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The id.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// The number of the present refresh token, counted from 0.
    pub generation: u32,
    /// The SHA-256 of the present refresh token's secret.
    pub secret_hash: Bytes32,
    /// The key of the tokens' tags.
    pub tag_key: Bytes32,
    /// What the present secret was derived with, beside the one before.
    pub nonce: Bytes32,
    /// When the present refresh token was made, or the one before was last repeated after the grace: a grace
    /// begins.
    pub rotated_at: Timestamp,
    /// How often a token was repeated after the grace.
    pub late_repeats: u32,
    /// The user's epoch when the session began, or when this session changed the password.
    pub epoch: u64,
    /// When the user gave the password.
    pub authenticated_at: Timestamp,
    /// A hash of the device that the user signed in on, if the client named one.
    pub device: Option<String>,
    /// The platform of the client, as in `X-Platform`.
    pub platform: String,
    /// When the session began.
    pub created_at: Timestamp,
    /// When it ends, unless it is used before; a whole second.
    pub expires_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
    /// When it was ended, if it was.
    pub ended_at: Option<Timestamp>,
}

/// Why a session is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// The user signed out.
    SignedOut,
    /// An old refresh token was used again.
    Reuse,
}

impl EndReason {
    /// The reason as the table has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Reuse => "reuse",
        }
    }
}

/// The sign-in that a session begins with.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who signed in.
    pub user_id: UserId,
    /// The user's epoch when the password was read.
    pub epoch: u64,
    /// Whether the user is a `POWER_USER` or an `ADMIN`.
    pub is_staff: bool,
    /// A hash of the device, if the client named one.
    pub device: Option<String>,
    /// The platform of the client.
    pub platform: String,
}

impl Session {
    /// A new session and its first refresh token.
    pub fn begin(
        signed_in: SignedIn,
        random: &Randomness,
        policy: &SessionPolicy,
        now: Timestamp,
    ) -> (Self, RefreshToken) {
        let Randomness { id, secret, tag_key } = random;
        let SignedIn { user_id, epoch, is_staff, device, platform } = signed_in;
        let secret = Secret(*secret);
        let mut session = Self {
            id: *id,
            user_id,
            generation: 0,
            secret_hash: secret.hash(),
            tag_key: Bytes32(*tag_key),
            nonce: Bytes32([0; 32]),
            rotated_at: now,
            late_repeats: 0,
            epoch,
            authenticated_at: now,
            device,
            platform,
            created_at: now,
            expires_at: now,
            ends_at: policy.ends_at(now, is_staff),
            ended_at: None,
        };
        session.expires_at = session.renewed_until(is_staff, policy, now);
        let token = session.token(0, secret);
        (session, token)
    }

    /// When the session ends that is used now, unless it is used again. A user who became staff meanwhile
    /// has the lifetimes of staff.
    pub(super) fn renewed_until(
        &self,
        is_staff: bool,
        policy: &SessionPolicy,
        now: Timestamp,
    ) -> Timestamp {
        let end = self.ends_at.min(policy.ends_at(self.created_at, is_staff));
        policy.idle_until(is_staff, now, end)
    }

    /// The refresh token of that number and secret.
    pub(super) fn token(&self, generation: u32, secret: Secret) -> RefreshToken {
        let tag = secret.tag(&self.tag_key, generation);
        RefreshToken { session_id: self.id, user_id: self.user_id.clone(), generation, secret, tag }
    }

    /// Whether the session goes on at that instant for its user as the user is now. Who became staff meanwhile has
    /// the lifetimes of staff, from the last rotation on.
    pub fn is_live(&self, user: &User, policy: &SessionPolicy, now: Timestamp) -> bool {
        let renewed_until = self.renewed_until(user.roles.are_staff(), policy, self.rotated_at);
        self.ended_at.is_none()
            && now < self.expires_at.min(renewed_until)
            && now < self.ends_at
            && self.epoch == user.session_epoch
    }

    /// Whether the session made this token once, be it present or old.
    pub fn issued(&self, token: &RefreshToken) -> bool {
        let expected: [u8; TAG_LENGTH] = token.secret.tag(&self.tag_key, token.generation);
        token.session_id == self.id
            && token.user_id == self.user_id
            && aws_lc_rs::constant_time::verify_slices_are_equal(&expected, &token.tag).is_ok()
    }
}
