//! The rename rule: once in 30 days, and the old name is held for 37.

use jiff::{SignedDuration, Timestamp};

use super::user_id::UserId;
use super::username::Username;

/// How long a user waits between two changes, and how long an old name stays reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenamePolicy {
    /// The time from one change by the user to the next: 30 days unless configured otherwise.
    pub cooldown: SignedDuration,
    /// The time during which an old name stays its owner's: 37 days unless configured otherwise.
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

/// The names before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePair {
    /// The name that the user gives up.
    pub from: Username,
    /// The name that the user takes.
    pub to: Username,
}

/// A change of one user's name, whoever asks for it: what happens to the name records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// Whose name changes.
    pub user_id: UserId,
    /// The names before and after it.
    pub names: NamePair,
    /// The instant of the change.
    pub at: Timestamp,
    /// The instant at which the old name becomes free for others.
    pub held_until: Timestamp,
}

impl Rename {
    /// A change of name at the instant `at` under that policy.
    pub fn new(user_id: UserId, names: NamePair, at: Timestamp, policy: &RenamePolicy) -> Self {
        Self { user_id, names, at, held_until: saturating_add(at, policy.hold) }
    }

    /// Whether both names have the same key, so that the user gives up none.
    pub fn is_respelling(&self) -> bool {
        self.names.from.key() == self.names.to.key()
    }

    /// Whether the user's e-mail address becomes another mailbox, appears, or goes.
    pub fn changes_email(&self) -> bool {
        (self.names.from.is_email() || self.names.to.is_email()) && !self.is_respelling()
    }
}

/// A user's change of the own name. It commits only if, at its instant, the user is `ACTIVE`, still
/// has the old name, and changed it last at or before `last_change_at_most`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfRename {
    /// The change of name.
    pub rename: Rename,
    /// The latest instant of an earlier change whose cooldown is over.
    pub last_change_at_most: Timestamp,
    /// The first instant at which the next change is allowed.
    pub next_change_at: Timestamp,
}

impl SelfRename {
    /// A change by the user, with the conditions of the policy. The table decides whether they hold.
    pub fn new(user_id: UserId, names: NamePair, at: Timestamp, policy: &RenamePolicy) -> Self {
        Self {
            rename: Rename::new(user_id, names, at, policy),
            last_change_at_most: saturating_add(at, -policy.cooldown),
            next_change_at: policy.next_change_at(at),
        }
    }

    /// The receipt that the user gets when the change is committed.
    pub fn receipt(&self) -> RenameReceipt {
        RenameReceipt {
            old: self.rename.names.from.clone(),
            new: self.rename.names.to.clone(),
            next_change_at: self.next_change_at,
        }
    }
}

/// What a user learns of a change: the names before and after it, and when the next is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameReceipt {
    /// The name before; the present name when the user never had another.
    pub old: Username,
    /// The present name.
    pub new: Username,
    /// The first instant at which the next change is allowed.
    pub next_change_at: Timestamp,
}

/// The decision on a user's request for a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenameDecision {
    /// The user has exactly that name already: nothing changes.
    Unchanged(RenameReceipt),
    /// The change to commit.
    Change(SelfRename),
}

/// Why a user may not change the own name now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenameError {
    /// The user does not exist, or is deleted.
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

/// The sum, or the far end of time where the sum is out of range.
fn saturating_add(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.checked_add(duration).unwrap_or(if duration.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}
