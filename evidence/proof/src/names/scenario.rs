//! The users, the names, the operations and the responses of a history.
//!
//! There are few users and few names, so that the operations conflict with each other.

use shared::domain::status::Status;

/// The number of users who want names.
pub const USERS: u8 = 3;
/// The number of keys. There are more keys than users, so that some name can always be free.
pub const KEYS: u8 = 5;

/// Each key in two spellings.
const SPELLINGS: [[&str; 2]; KEYS as usize] =
    [["nova", "N0va"], ["mona", "rnona"], ["lima", "Lima"], ["wave", "vvave"], ["luna", "Luna"]];

/// A username: one spelling of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(u8);

impl Name {
    /// Returns the first spelling of a key.
    pub fn of_key(key: u8) -> Self {
        Self(key * 2)
    }

    /// Returns a random name.
    pub fn random(random: &mut fastrand::Rng) -> Self {
        Self(random.u8(..KEYS * 2))
    }

    /// Returns the name with this spelling.
    pub fn parse(text: &str) -> Option<Self> {
        (0..KEYS * 2).map(Self).find(|name| name.text() == text)
    }

    /// Returns the number of the name's key.
    pub fn key(self) -> u8 {
        self.0 / 2
    }

    /// Returns the spelling.
    pub fn text(self) -> &'static str {
        SPELLINGS[usize::from(self.key())][usize::from(self.0 % 2)]
    }

    /// Whether the two names differ at most in the case of their letters.
    pub fn is_same_in_any_case(self, other: Self) -> bool {
        self.text().eq_ignore_ascii_case(other.text())
    }
}

/// Returns the id of a user.
pub fn user_id(user: u8) -> String {
    format!("user-{user}")
}

/// An operation on the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// The user changes the own name: `PATCH /api/v1/users/username`.
    SelfRename {
        /// The user.
        user: u8,
        /// The new name.
        to: Name,
    },
    /// The user changes the own name by `PATCH /v1/users/update`.
    SelfRenameByUpdate {
        /// The user.
        user: u8,
        /// The new name.
        to: Name,
    },
    /// An administrator changes a user's name.
    RenameByAdmin {
        /// The user.
        user: u8,
        /// The new name.
        to: Name,
    },
    /// An administrator sets a user's first name.
    SetFirstName {
        /// The user.
        user: u8,
        /// The first name, which is one letter.
        letter: char,
    },
    /// An administrator sets a user's status.
    SetStatus {
        /// The user.
        user: u8,
        /// The new status.
        status: Status,
    },
    /// An administrator reads a user: `GET /v1/users/{userId}`.
    Read {
        /// The user.
        user: u8,
    },
    /// DynamoDB deletes the items whose time to live is over.
    Sweep,
}

/// The response to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    /// The receipt of a user's own rename.
    Renamed {
        /// `oldUsername`.
        old: Name,
        /// `newUsername`.
        new: Name,
        /// `nextChangeAllowedAt`, in milliseconds since 1970.
        next: i64,
    },
    /// The user.
    User {
        /// `username`.
        name: Name,
        /// `firstName`.
        first_name: char,
        /// `status`.
        status: Status,
    },
    /// `USERNAME_TAKEN`.
    Taken,
    /// `USERNAME_TOO_SIMILAR`.
    TooSimilar,
    /// `USERNAME_COOLDOWN`.
    CoolingDown,
    /// `ACCOUNT_NOT_ACTIVE`.
    NotActive,
    /// `USER_NOT_FOUND`.
    NotFound,
    /// `CONCURRENT_CHANGE`: other requests changed the user during every attempt, and this one changed
    /// nothing.
    Conflict,
    /// The sweep deleted the records of some names.
    Swept {
        /// The keys of these names, one bit for each key.
        keys: u8,
    },
}
