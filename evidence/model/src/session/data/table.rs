//! The items of one user, with small numbers for values.

/// The greatest number of sessions.
pub const SESSIONS: usize = 4;
/// The number of windows in which attempts are counted.
pub const WINDOWS: usize = 2;
/// The number of pools: strangers, and known devices.
pub const POOLS: usize = 2;
/// The number of attempts that each pool has in each window.
pub const MAX_ATTEMPTS: u8 = 2;
/// How far back the clock of a function may be: 5 minutes, as one tick.
pub const SKEW: Tick = 1;
/// The time without a refresh after which a session ends.
pub const IDLE: Tick = 5;
/// The time after which a session ends in any case.
pub const LIFETIME: Tick = 7;
/// The number of ticks in a window.
pub const WINDOW: Tick = 2;

/// An instant, counted in ticks. One tick is longer than the grace of a refresh.
pub type Tick = i8;
/// The number of a session.
pub type SessionId = u8;
/// A password.
pub type Password = u8;
/// A username.
pub type Name = u8;
/// An epoch of sessions.
pub type Epoch = u8;

/// The secret of a refresh token. A derived secret has its predecessor and the nonce in its digits, so
/// that two secrets are equal only if both are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret(u32);

impl Secret {
    /// The secret of a session's first token.
    pub const FIRST: Self = Self(1);
    /// A secret that somebody made up.
    pub const FORGED: Self = Self(0);

    /// Returns the secret that this one and the nonce lead to.
    #[must_use]
    pub fn successor(self, nonce: u8) -> Self {
        Self(self.0 << 4 | u32::from(nonce))
    }

    /// Returns a secret that no other one leads to. Only a fault makes one.
    pub fn random(nonce: u8) -> Self {
        Self(1 << 31 | u32::from(nonce))
    }
}

/// The item of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct User {
    /// Whether the status is `ACTIVE`.
    pub active: bool,
    /// The attribute `version`.
    pub version: u8,
    /// The attribute `sessionEpoch`.
    pub epoch: Epoch,
    /// The attribute `username`. The record of this name leads to the user, and no other record does.
    pub name: Name,
}

/// The stored hash of a password. The hashes of one password differ in their salts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PasswordHash {
    /// The password that it verifies.
    pub password: Password,
    /// The salt. An imported hash, which the first success replaces, has the salt 0.
    pub salt: u8,
}

/// The item of a session. Its `expiresAt` is `rotated_at` and the idle time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Session {
    /// The generation of the current token.
    pub generation: u8,
    /// The hash of the current token's secret.
    pub hash: Secret,
    /// The nonce that led to the current secret.
    pub nonce: u8,
    /// The instant of the last rotation.
    pub rotated_at: Tick,
    /// The instant from which the grace counts: that of the last rotation or late repeat.
    pub grace_from: Tick,
    /// The number of late repeats so far.
    pub late: u8,
    /// The user's epoch when the session began, raised by the session's own change of password.
    pub epoch: Epoch,
    /// Whether the session was ended.
    pub ended: bool,
    /// The absolute end.
    pub ends_at: Tick,
    /// The era in which the session was allowed. Only the properties read this.
    pub era: u8,
}

impl Session {
    /// Returns a session that begins.
    pub fn new(epoch: Epoch, now: Tick, era: u8) -> Self {
        Self {
            generation: 0,
            hash: Secret::FIRST,
            nonce: 0,
            rotated_at: now,
            grace_from: now,
            late: 0,
            epoch,
            ended: false,
            ends_at: now + LIFETIME,
            era,
        }
    }

    /// Whether the idle time or the lifetime is over.
    pub fn is_over(&self, now: Tick) -> bool {
        now >= self.expires_at() || now >= self.ends_at
    }

    /// The instant from which DynamoDB may delete the item.
    pub fn expires_at(&self) -> Tick {
        self.rotated_at + IDLE
    }
}

/// All items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Table {
    /// The item `USER#…`.
    pub user: Option<User>,
    /// The item `CREDENTIAL#…`.
    pub credential: Option<PasswordHash>,
    /// The items `SESSION#…`.
    pub sessions: [Option<Session>; SESSIONS],
    /// The items `ATTEMPTS#…`, by window and pool.
    pub attempts: [[Option<u8>; POOLS]; WINDOWS],
}

impl Table {
    /// Returns the session with this number.
    pub fn session(&self, id: SessionId) -> Option<Session> {
        self.sessions[usize::from(id)]
    }

    /// Returns the item of a session, to write to it.
    pub fn session_mut(&mut self, id: SessionId) -> &mut Option<Session> {
        &mut self.sessions[usize::from(id)]
    }

    /// Whether a session would be refreshed, apart from the time.
    pub fn is_alive(&self, session: &Session) -> bool {
        let is_present = |user: User| user.active && user.epoch == session.epoch;
        !session.ended && self.user.is_some_and(is_present)
    }
}
