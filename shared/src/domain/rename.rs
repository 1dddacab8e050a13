//! The rename rule: once in 30 days, and the old name is held for 37.

use jiff::{SignedDuration, Timestamp};

use super::user_id::UserId;
use super::username::Username;

/// How long after a change the next one has to wait, and how long an old name stays reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenamePolicy {
    /// From one change by the user to the next: 30 days unless configured otherwise.
    pub cooldown: SignedDuration,
    /// From giving a name up until somebody else can have it: 37 days unless configured otherwise.
    pub hold: SignedDuration,
}

impl Default for RenamePolicy {
    fn default() -> Self {
        Self {
            cooldown: SignedDuration::from_hours(30 * 24),
            hold: SignedDuration::from_hours(37 * 24),
        }
    }
}

impl RenamePolicy {
    /// The first instant at which a user who changed the name at `changed_at` may change it again.
    pub fn next_change_at(&self, changed_at: Timestamp) -> Timestamp {
        saturating_add(changed_at, self.cooldown)
    }
}

/// A name passing from one spelling or key to another for one user: what happens to the name items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameChange {
    /// Whose name it is.
    pub user_id: UserId,
    /// The name given up.
    pub from: Username,
    /// The name taken.
    pub to: Username,
    /// The instant of the change.
    pub at: Timestamp,
    /// Until when the old name is held; at this instant it is free.
    pub held_until: Timestamp,
}

impl NameChange {
    /// The change of a name at `at` under that policy.
    pub fn new(
        user_id: UserId,
        from: Username,
        to: Username,
        at: Timestamp,
        policy: &RenamePolicy,
    ) -> Self {
        Self { user_id, from, to, at, held_until: saturating_add(at, policy.hold) }
    }

    /// Whether the old and the new name have the same key, so that no name is given up.
    pub fn is_respelling(&self) -> bool {
        self.from.key() == self.to.key()
    }

    /// Whether the e-mail address that a user had, or has now, is another mailbox than before.
    pub fn changes_email(&self) -> bool {
        (self.from.is_email() || self.to.is_email()) && !self.is_respelling()
    }
}

/// A user's change of the own name, to be committed if, at its instant, the user is `ACTIVE`, still
/// has the old name, and last changed it at or before `last_change_before`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// What happens to the names.
    pub names: NameChange,
    /// The latest instant of an earlier change that is over its cooldown.
    pub last_change_before: Timestamp,
    /// When the next change will be allowed.
    pub next_change_at: Timestamp,
}

impl Rename {
    /// A rename by the user, with the conditions that the policy sets. Whether they hold is for the
    /// table to say.
    pub fn new(
        user_id: UserId,
        from: Username,
        to: Username,
        at: Timestamp,
        policy: &RenamePolicy,
    ) -> Self {
        Self {
            names: NameChange::new(user_id, from, to, at, policy),
            last_change_before: saturating_add(at, -policy.cooldown),
            next_change_at: policy.next_change_at(at),
        }
    }

    /// What the user is told when it is committed.
    pub fn result(&self) -> Renamed {
        Renamed {
            old: self.names.from.clone(),
            new: self.names.to.clone(),
            next_change_at: self.next_change_at,
        }
    }
}

/// What a user is told of a change: the names before and after it, and when the next is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The name before; the name itself when the user never had another.
    pub old: Username,
    /// The name now.
    pub new: Username,
    /// The first instant at which the next change is allowed.
    pub next_change_at: Timestamp,
}

/// What becomes of a user's wish for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renaming {
    /// The user has exactly that name already, and nothing is to be done.
    Already(Renamed),
    /// The rename to commit.
    Change(Rename),
}

/// Why a user may not change the own name now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenameRefusal {
    /// There is no such user, or a deleted one.
    #[error("no such user")]
    NotFound,
    /// The account is not `ACTIVE`.
    #[error("the account is not active")]
    NotActive,
    /// The last change is too recent.
    #[error("the next change is allowed at {until}")]
    CoolingDown {
        /// The first instant at which a change is allowed.
        until: Timestamp,
    },
}

/// The sum, or the far end of time where there is none.
fn saturating_add(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.checked_add(duration).unwrap_or(if duration.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}
