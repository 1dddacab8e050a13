//! A transaction, and the answer of DynamoDB to it.

use super::table::{Name, Tick, User, UserId};

/// The write of a user's item, with its condition.
#[derive(Clone, Copy, Debug)]
pub enum UserWrite {
    /// Puts the user, if the item is absent.
    Create(User),
    /// Renames the user, if the user is `ACTIVE`, has the old name and is not cooling down.
    Rename {
        /// The name that the user must still have.
        from: Name,
    },
    /// Updates the user, if the version is still the one that was read.
    Update {
        /// The user as read.
        before: User,
        /// The user after the update.
        after: User,
    },
}

/// A transaction. It writes the user first and the names second.
#[derive(Clone, Copy, Debug)]
pub struct Transaction {
    /// The user whose item it writes.
    pub user: UserId,
    /// The write of the user's item.
    pub write: UserWrite,
    /// The name that the user gives up, if there is one.
    pub from: Option<Name>,
    /// The name that the user takes or respells, if there is one.
    pub to: Option<Name>,
    /// The instant of the request. All attempts of the request use the same one.
    pub at: Tick,
}

/// The result of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// DynamoDB wrote everything.
    Committed,
    /// The condition on the user failed, and this is the user in the table.
    Stale(Option<User>),
    /// The condition on the new name failed.
    Taken,
    /// The condition on the old name failed. It can fail only if a user lacks the user's own name.
    LostName,
}

/// The part of a transaction that one write carries out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The write carries out the whole transaction.
    Whole,
    /// The write carries out the part that concerns the user. Only a fault causes this.
    User,
    /// The write carries out the part that concerns the names. Only a fault causes this.
    Names,
}
