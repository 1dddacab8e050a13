//! The table and its two kinds of item, with small numbers for values.

/// The greatest number of users.
pub const USERS: usize = 3;
/// The greatest number of name keys.
pub const KEYS: usize = 4;
/// The time between two counted changes: 30 days, as two ticks of 15 days.
pub const COOLDOWN: Tick = 2;
/// The time for which a name is held after it was given up: 37 days, as three ticks.
///
/// As in the rules, a hold is longer than one cooldown and shorter than two.
pub const HOLD: Tick = 3;

/// An instant, counted in ticks of 15 days.
pub type Tick = i8;
/// The number of a user.
pub type UserId = u8;

/// A name. Names with the same key look the same; the spelling tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// The part that is unique in the table.
    pub key: u8,
    /// The spelling that the user chose.
    pub spelling: u8,
}

/// The status of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// The user may use the account.
    Active,
    /// The user may not use the account.
    Blocked,
    /// The account counts as absent, but the user keeps the name.
    Deleted,
}

/// A user's item, without `previousUsername`, which adds nothing to the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct User {
    /// The attribute `username`.
    pub name: Name,
    /// The attribute `usernameChangedAt`.
    pub changed_at: Option<Tick>,
    /// The attribute `updatedAt`.
    pub updated_at: Tick,
    /// The attribute `status`.
    pub status: Status,
    /// Whether the user has changed the field that stands for all other fields.
    pub field: bool,
    /// The attribute `version`.
    pub version: u8,
}

impl User {
    /// Returns a user as it is created.
    pub fn new(name: Name, now: Tick) -> Self {
        let status = Status::Active;
        Self { name, changed_at: None, updated_at: now, status, field: false, version: 1 }
    }
}

/// A name's item. `expiresAt` equals `heldUntil`, because every write sets both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameRecord {
    /// The attribute `userId`.
    pub user: UserId,
    /// The attribute `username`.
    pub name: Name,
    /// The attribute `heldUntil`.
    pub held_until: Option<Tick>,
}

impl NameRecord {
    /// Returns the record of a name that a user has.
    pub fn in_use(user: UserId, name: Name) -> Self {
        Self { user, name, held_until: None }
    }

    /// Whether the name was given up and its hold has ended.
    pub fn hold_is_over(&self, now: Tick) -> bool {
        self.held_until.is_some_and(|until| until <= now)
    }
}

/// All items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Table {
    /// The items `USER#…`, by number.
    pub users: [Option<User>; USERS],
    /// The items `USERNAME#…`, by key.
    pub names: [Option<NameRecord>; KEYS],
}

impl Table {
    /// Returns the user with this number.
    pub fn user(&self, id: UserId) -> Option<User> {
        self.users[usize::from(id)]
    }

    /// Returns the name record with the key of this name.
    pub fn name_record(&self, name: Name) -> Option<NameRecord> {
        self.names[usize::from(name.key)]
    }
}
