//! The table: its two kinds of item, and a transaction of conditional writes on them.
//!
//! What `shared/src/store/actions.rs` and `judge` in `commit.rs` say of DynamoDB, on small numbers.
//! A transaction is one step: that is what `TransactWriteItems` promises.

use crate::faults::{Fault, Faults};

/// The most users of a model.
pub const USERS: usize = 3;
/// The most keys of names.
pub const KEYS: usize = 4;
/// From one counted change to the next: 30 days, as two ticks of 15.
pub const COOLDOWN: Tick = 2;
/// How long a name that was given up is held: 37 days, as three ticks. More than the cooldown, and
/// less than two, as in the rule.
pub const HOLD: Tick = 3;

/// An instant.
pub type Tick = i8;
/// A user's number.
pub type UserId = u8;

/// A name: names with one key look the same, and the spelling tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// What is unique.
    pub key: u8,
    /// How its holder writes it.
    pub spelling: u8,
}

/// What an account may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// May be used.
    Active,
    /// May not be used.
    Blocked,
    /// Is as if it were not there, but for its name.
    Deleted,
}

/// A user's item. `previousUsername` is left out: with the version it tells nothing new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct User {
    /// `username`.
    pub name: Name,
    /// `usernameChangedAt`.
    pub changed_at: Option<Tick>,
    /// `updatedAt`.
    pub updated_at: Tick,
    /// `status`.
    pub status: Status,
    /// Whether the fields that are a user's own to change have been: they stand for one.
    pub field: bool,
    /// `version`.
    pub version: u8,
}

impl User {
    /// A user as created.
    pub fn new(name: Name, now: Tick) -> Self {
        let status = Status::Active;
        Self { name, changed_at: None, updated_at: now, status, field: false, version: 1 }
    }
}

/// A name's item. `expiresAt` is `heldUntil`: the two are written together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameItem {
    /// `userId`.
    pub user: UserId,
    /// `username`.
    pub name: Name,
    /// `heldUntil`.
    pub held_until: Option<Tick>,
}

/// All items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Table {
    /// `USER#…`.
    pub users: [Option<User>; USERS],
    /// `USERNAME#…`, by key.
    pub names: [Option<NameItem>; KEYS],
}

/// The write of the user, with its condition.
#[derive(Clone, Copy, Debug)]
pub enum UserWrite {
    /// Put, if absent.
    Create(User),
    /// The own rename, if `ACTIVE`, still of that name, and not cooling down.
    Rename {
        /// The name that the user still has to have.
        from: Name,
    },
    /// Updated, if still of that version.
    Update {
        /// What was read.
        before: User,
        /// What is to be.
        after: User,
    },
}

/// A transaction: the user first, then the names.
#[derive(Clone, Copy, Debug)]
pub struct Transaction {
    /// Whose.
    pub user: UserId,
    /// The write of the user.
    pub write: UserWrite,
    /// The name given up, when there is one.
    pub from: Option<Name>,
    /// The name taken or re-spelled, when there is one.
    pub to: Option<Name>,
    /// The frozen instant.
    pub at: Tick,
}

/// What a transaction, or its cancellation, says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is written.
    Committed,
    /// The user's condition failed, and this is the user.
    Stale(Option<User>),
    /// The new name's condition failed.
    Taken,
    /// A condition failed that cannot fail while a user's name is the user's: 500.
    LostName,
}

/// A part of a transaction. All of it, unless a fault tears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// One transaction.
    Whole,
    /// The user only.
    User,
    /// The names only.
    Names,
}

impl Table {
    /// The user of that number.
    pub fn user(&self, id: UserId) -> Option<User> {
        self.users[usize::from(id)]
    }

    /// The item of that name's key.
    pub fn item(&self, name: Name) -> Option<NameItem> {
        self.names[usize::from(name.key)]
    }

    /// Carries out the transaction if all of its conditions hold.
    pub fn transact(&mut self, wish: &Transaction, part: Part, faults: Faults) -> Outcome {
        match self.refusal(wish, part, faults) {
            Some(refusal) if !faults.has(Fault::NoConditions) => refusal,
            _ => {
                self.write(wish, part, faults);
                Outcome::Committed
            }
        }
    }

    fn refusal(&self, wish: &Transaction, part: Part, faults: Faults) -> Option<Outcome> {
        let user = self.user(wish.user);
        if part != Part::Names && !user_allows(user, wish, faults) {
            return Some(Outcome::Stale(user));
        }
        if part == Part::User {
            return None;
        }
        match (wish.from, wish.to) {
            (_, None) => None,
            (Some(from), Some(to)) if from.key == to.key => {
                (!self.in_use_by(from, wish.user)).then_some(Outcome::LostName)
            }
            (_, Some(to)) if !self.is_free_for(to, wish.user, wish.at, faults) => {
                Some(Outcome::Taken)
            }
            (Some(from), _) if !faults.has(Fault::NoOldNameCondition) => {
                (!self.in_use_by(from, wish.user)).then_some(Outcome::LostName)
            }
            _ => None,
        }
    }

    /// The condition on a new name: absent, or the user's, or its hold over.
    pub fn is_free_for(&self, name: Name, user: UserId, at: Tick, faults: Faults) -> bool {
        if faults.has(Fault::NoNewNameCondition) {
            return true;
        }
        self.item(name).is_none_or(|item| {
            let is_over = item.held_until.is_some_and(|until| {
                faults.has(Fault::TakesHeldNames) || until <= at && !faults.has(Fault::WaitsForTtl)
            });
            item.user == user || is_over
        })
    }

    /// The condition on the old name: the user's, and not just held.
    fn in_use_by(&self, name: Name, user: UserId) -> bool {
        self.item(name).is_some_and(|item| item.user == user && item.held_until.is_none())
    }

    fn write(&mut self, wish: &Transaction, part: Part, faults: Faults) {
        if part != Part::Names {
            self.write_user(wish, faults);
        }
        if part == Part::User {
            return;
        }
        if let Some(name) = wish.to {
            let taken = NameItem { user: wish.user, name, held_until: None };
            self.names[usize::from(name.key)] = Some(taken);
            if let Some(from) = wish.from.filter(|from| from.key != name.key) {
                let until = (!faults.has(Fault::HoldsForEver)).then_some(wish.at + HOLD);
                let held = NameItem { user: wish.user, name: from, held_until: until };
                let held = (!faults.has(Fault::HoldsNothing)).then_some(held);
                self.names[usize::from(from.key)] = held;
            }
        }
    }

    fn write_user(&mut self, wish: &Transaction, faults: Faults) {
        let slot = &mut self.users[usize::from(wish.user)];
        match wish.write {
            UserWrite::Create(user) => *slot = Some(user),
            UserWrite::Rename { .. } => {
                if let (Some(user), Some(name)) = (slot.as_mut(), wish.to) {
                    user.name = name;
                    user.changed_at = Some(wish.at);
                    user.updated_at = wish.at;
                    user.version += 1;
                }
            }
            UserWrite::Update { before, after } => {
                if let Some(user) = slot {
                    set_difference(user, before, after);
                    if faults.has(Fault::DeletionFreesName) && after.status == Status::Deleted {
                        self.names[usize::from(user.name.key)] = None;
                    }
                }
            }
        }
    }

    /// The TTL sweep takes the item of that key, if it may.
    pub fn sweep(&mut self, key: u8, now: Tick) -> bool {
        let item = &mut self.names[usize::from(key)];
        let expired = item.is_some_and(|item| item.held_until.is_some_and(|until| until <= now));
        if expired {
            *item = None;
        }
        expired
    }
}

/// Only attributes that differ are written.
fn set_difference(user: &mut User, before: User, after: User) {
    if before.name != after.name {
        user.name = after.name;
    }
    if before.changed_at != after.changed_at {
        user.changed_at = after.changed_at;
    }
    if before.status != after.status {
        user.status = after.status;
    }
    if before.field != after.field {
        user.field = after.field;
    }
    user.updated_at = after.updated_at;
    user.version = after.version;
}

fn user_allows(user: Option<User>, wish: &Transaction, faults: Faults) -> bool {
    match (wish.write, user) {
        (UserWrite::Create(_), user) => user.is_none(),
        (_, None) => false,
        (UserWrite::Rename { from }, Some(user)) => {
            let active = user.status == Status::Active || faults.has(Fault::NoActiveCondition);
            let still = user.name == from || faults.has(Fault::NoStillOldNameCondition);
            let over = user.changed_at.is_none_or(|at| at <= wish.at - COOLDOWN)
                || faults.has(Fault::NoCooldownCondition);
            active && still && over
        }
        (UserWrite::Update { before, .. }, Some(user)) => {
            user.version == before.version || faults.has(Fault::NoVersionCondition)
        }
    }
}
