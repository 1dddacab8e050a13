//! How long sessions and tokens last.

use jiff::{SignedDuration, Timestamp};

/// The lifetimes of sessions and access tokens, and how forgiving the rotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPolicy {
    /// How long an access token counts.
    pub access_token: SignedDuration,
    /// How long a session lasts without being used.
    pub idle: SignedDuration,
    /// How long it lasts in any case.
    pub lifetime: SignedDuration,
    /// How long the session of a `POWER_USER` or an `ADMIN` lasts without being used.
    pub staff_idle: SignedDuration,
    /// How long it lasts in any case.
    pub staff_lifetime: SignedDuration,
    /// How long after a rotation the token before may be used again, as often as wanted.
    pub grace: SignedDuration,
    /// How often in a session it may be used after that.
    pub late_repeats: u32,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        let hours = SignedDuration::from_hours;
        Self {
            access_token: SignedDuration::from_mins(10),
            idle: hours(30 * 24),
            lifetime: hours(180 * 24),
            staff_idle: hours(12),
            staff_lifetime: hours(24),
            grace: SignedDuration::from_secs(60),
            late_repeats: 3,
        }
    }
}

impl SessionPolicy {
    /// When a session ends in any case that began at that instant.
    pub(super) fn ends_at(&self, created_at: Timestamp, is_staff: bool) -> Timestamp {
        let lifetime = if is_staff { self.staff_lifetime } else { self.lifetime };
        saturating_add(created_at, lifetime)
    }

    /// When a session that is used now ends unless it is used again, and at `end` at the latest: a whole
    /// second, since DynamoDB's TTL counts in seconds.
    pub(super) fn idle_until(&self, is_staff: bool, now: Timestamp, end: Timestamp) -> Timestamp {
        let idle = if is_staff { self.staff_idle } else { self.idle };
        let up = saturating_add(now, idle).min(end);
        let seconds = saturating_add(up, SignedDuration::from_millis(999)).as_second();
        Timestamp::from_second(seconds).unwrap_or(up)
    }
}

fn saturating_add(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MAX)
}
