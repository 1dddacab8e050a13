//! Who and what a history is about: few users who want few names, so that they meet.

use shared::domain::status::Status;

/// How many users want names.
pub const USERS: u8 = 3;
/// How many keys there are: more than users, so that there is always a name to flee to.
pub const KEYS: u8 = 5;

/// Each key in two spellings.
const SPELLINGS: [[&str; 2]; KEYS as usize] =
    [["nova", "N0va"], ["mona", "rnona"], ["lima", "Lima"], ["wave", "vvave"], ["luna", "Luna"]];

/// One of the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(u8);

impl Name {
    /// The first spelling of a key.
    pub fn of_key(key: u8) -> Self {
        Self(key * 2)
    }

    /// Any name.
    pub fn any(random: &mut fastrand::Rng) -> Self {
        Self(random.u8(..KEYS * 2))
    }

    /// The name of that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        (0..KEYS * 2).map(Self).find(|name| name.text() == text)
    }

    /// The number of its key.
    pub fn key(self) -> u8 {
        self.0 / 2
    }

    /// Its spelling.
    pub fn text(self) -> &'static str {
        SPELLINGS[usize::from(self.key())][usize::from(self.0 % 2)]
    }

    /// Whether the two differ by case alone.
    pub fn is_case_of(self, other: Self) -> bool {
        self.text().eq_ignore_ascii_case(other.text())
    }
}

/// The id of a user.
pub fn user_id(user: u8) -> String {
    format!("user-{user}")
}

/// The user of that id.
pub fn user_of(id: &str) -> Option<u8> {
    id.strip_prefix("user-")?.parse().ok().filter(|user| *user < USERS)
}

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The user changes the own name: `PATCH /api/v1/users/username`.
    Rename {
        /// Who.
        user: u8,
        /// The name wanted.
        to: Name,
    },
    /// The user changes the own name by `PATCH /v1/users/update`.
    RenameByUpdate {
        /// Who.
        user: u8,
        /// The name wanted.
        to: Name,
    },
    /// An administrator changes a user's name.
    Reassign {
        /// Whose.
        user: u8,
        /// The name to have.
        to: Name,
    },
    /// An administrator sets a user's first name.
    SetFirstName {
        /// Whose.
        user: u8,
        /// The first name, as a letter.
        letter: char,
    },
    /// An administrator sets a user's status.
    SetStatus {
        /// Whose.
        user: u8,
        /// The status.
        status: Status,
    },
    /// An administrator reads a user: `GET /v1/users/{userId}`.
    Read {
        /// Whom.
        user: u8,
    },
    /// DynamoDB deletes the items whose time to live is over.
    Sweep,
}

/// What somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The own rename succeeded.
    Renamed {
        /// `oldUsername`.
        old: Name,
        /// `newUsername`.
        new: Name,
        /// `nextChangeAllowedAt`, in milliseconds since 1970.
        next: i64,
    },
    /// This is the user.
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
    /// `CONCURRENT_CHANGE`: nothing was done, for others were always faster.
    Conflict,
    /// These names are gone, a bit for each key.
    Swept {
        /// The bits.
        keys: u8,
    },
}
