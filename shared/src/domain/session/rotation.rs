//! What a refresh token that somebody presents comes to.

use jiff::Timestamp;

use super::bytes::Bytes32;
use super::policy::SessionPolicy;
use super::refresh_token::RefreshToken;
use super::state::Session;

/// The decision on a presented refresh token of a live session.
#[derive(Debug, Clone)]
pub enum Presented {
    /// The session never made this token. Nothing may be written: the id of a session is public.
    Forged,
    /// It is the present one: the session moves on to the next.
    Rotate(Box<Rotation>),
    /// It is the one before: an answer was lost, or requests ran side by side. The successor is the same as
    /// then.
    Repeat(RefreshToken),
    /// As [`Self::Repeat`], after the grace: it counts.
    RepeatLate(RefreshToken),
    /// An old one is used again: somebody has a copy.
    Reused,
}

/// A move to the next refresh token. It commits only if the session still has the present one.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// The session after it.
    pub after: Session,
    /// The hash that the session must still have.
    pub secret_hash: Bytes32,
    /// The next refresh token.
    pub successor: RefreshToken,
}

/// When, under which policy and for whom a token is presented.
#[derive(Debug, Clone, Copy)]
pub struct Presentation<'a> {
    /// The instant.
    pub now: Timestamp,
    /// The lifetimes, and how forgiving the rotation is.
    pub policy: &'a SessionPolicy,
    /// Whether the user is a `POWER_USER` or an `ADMIN` now.
    pub is_staff: bool,
    /// 32 random bytes; only a rotation uses them.
    pub nonce: Bytes32,
}

impl Session {
    /// Decides on the token.
    pub fn present(&self, token: &RefreshToken, at: Presentation<'_>) -> Presented {
        let Presentation { now, policy, .. } = at;
        if !self.issued(token) {
            return Presented::Forged;
        }
        if self.is_present(token) {
            return match self.generation.checked_add(1) {
                Some(next) => Presented::Rotate(Box::new(self.rotate(token, next, at))),
                None => Presented::Reused,
            };
        }
        let Some(successor) = self.successor_of(token) else { return Presented::Reused };
        // A clock that is behind sees the rotation in the future.
        let age = now.duration_since(self.rotated_at);
        if age <= policy.grace && !policy.grace.is_zero() {
            Presented::Repeat(successor)
        } else if self.late_repeats < policy.late_repeats {
            Presented::RepeatLate(successor)
        } else {
            Presented::Reused
        }
    }

    /// The present token, if that one is the one before it.
    pub fn successor_of(&self, token: &RefreshToken) -> Option<RefreshToken> {
        if token.generation.checked_add(1) != Some(self.generation) {
            return None;
        }
        let secret = token.secret.successor(&self.nonce, self.id, self.generation);
        (secret.hash() == self.secret_hash).then(|| self.token(self.generation, secret))
    }

    /// Whether the token is the present one.
    pub fn is_present(&self, token: &RefreshToken) -> bool {
        token.generation == self.generation && token.secret.hash() == self.secret_hash
    }

    fn rotate(&self, token: &RefreshToken, next: u32, at: Presentation<'_>) -> Rotation {
        let Presentation { now, policy, is_staff, nonce } = at;
        let secret = token.secret.successor(&nonce, self.id, next);
        let mut after = Self {
            generation: next,
            secret_hash: secret.hash(),
            nonce,
            rotated_at: now,
            ..self.clone()
        };
        after.expires_at = self.renewed_until(is_staff, policy, now);
        let successor = after.token(next, secret);
        Rotation { after, secret_hash: self.secret_hash, successor }
    }
}
