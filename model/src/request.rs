//! A request on its way through a handler: what it decides, on what, and the write that follows.
//!
//! What `functions/change-username`, `functions/update-user` and `functions/create-user` do between
//! their calls of DynamoDB.

use crate::faults::{Fault, Faults};
use crate::table::{
    COOLDOWN, Name, Outcome, Status, Table, Tick, Transaction, User, UserId, UserWrite,
};

/// How often an update of one item is decided anew. The handler does so three times; with one, it is
/// made twice, and all that can come of that is seen.
const DECISIONS: u8 = 1;

/// What is asked for, of one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wish {
    /// `PATCH /api/v1/users/username`.
    Rename(Name),
    /// `PATCH /v1/users/update` with a `username`, by the user.
    OwnUpdate(Name),
    /// The same by a `POWER_USER`.
    OperatorRename(Name),
    /// `PATCH /v1/users/update` with a `status`, by an `ADMIN`.
    SetStatus(Status),
    /// `POST /v1/users`.
    Create(Name),
}

impl Wish {
    /// The name that is wished for.
    pub fn name(self) -> Option<Name> {
        match self {
            Self::Rename(name)
            | Self::OwnUpdate(name)
            | Self::OperatorRename(name)
            | Self::Create(name) => Some(name),
            Self::SetStatus(_) => None,
        }
    }

    /// Whether the cooldown is asked for, and a change counted.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Rename(_) | Self::OwnUpdate(_))
    }
}

/// What the next write is built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// There is no such user.
    Nobody,
    /// The present name: the token's claim, or the truth of a moment ago.
    Name(Name),
    /// The user as read.
    User(User),
}

/// A request under way: its next attempt at a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Flight {
    /// What it is for.
    pub wish: Wish,
    /// The instant at which it began. Frozen.
    pub now: Tick,
    /// What the write is built on.
    pub basis: Basis,
    /// Whether DynamoDB knows this commit's client request token as carried out.
    pub committed: bool,
    /// Whether this request has changed something; nobody but the properties looks at it.
    pub made: bool,
    /// How often it may still be decided anew, where that has to end: an `UpdateItem` has no token, so
    /// two that lose their answers can overwrite one another again and again.
    pub decisions: u8,
    /// Of two writes, the first is made. Only with a fault that tears the transaction.
    pub torn: bool,
}

/// What the client is told, or what happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// 200 or 201.
    Success,
    /// 403, 404 or 409.
    Refused,
    /// 500: a user's name is not the user's.
    Broken,
    /// A write, built on that.
    Write(Basis),
}

impl Flight {
    /// A request that begins.
    pub fn new(wish: Wish, now: Tick, basis: Basis) -> Self {
        let decisions = if matches!(wish, Wish::SetStatus(_)) { DECISIONS } else { 0 };
        Self { wish, now, basis, committed: false, made: false, decisions, torn: false }
    }

    /// The write that it asks DynamoDB for.
    pub fn transaction(&self, user: UserId) -> Transaction {
        let at = self.now;
        let to = self.wish.name();
        match (self.basis, self.wish) {
            (Basis::Name(from), _) => {
                let write = UserWrite::Rename { from };
                Transaction { user, write, from: Some(from), to, at }
            }
            (Basis::User(before), wish) => {
                let after = updated(before, wish, at);
                let renamed = before.name != after.name;
                let [from, to] = [before.name, after.name].map(|name| renamed.then_some(name));
                Transaction { user, write: UserWrite::Update { before, after }, from, to, at }
            }
            (Basis::Nobody, wish) => {
                let created = created(wish, at);
                let write = UserWrite::Create(created);
                Transaction { user, write, from: None, to: Some(created.name), at }
            }
        }
    }

    /// Whether it is one `UpdateItem`, which has no client request token.
    pub fn is_single(&self) -> bool {
        matches!(self.wish, Wish::SetStatus(_))
    }

    /// What an answer of DynamoDB leads to: `settle`, and then the handler.
    pub fn hear(&self, user: UserId, outcome: Outcome, faults: Faults) -> Next {
        match outcome {
            Outcome::Committed => Next::Success,
            Outcome::LostName => Next::Broken,
            Outcome::Taken => Next::Refused,
            Outcome::Stale(truth) if self.is_done(user, truth) => Next::Success,
            Outcome::Stale(_) if faults.has(Fault::BlindRetry) => Next::Refused,
            Outcome::Stale(truth) => decide(self.wish, truth, self.now),
        }
    }

    /// Whether the user is exactly what this write would have made of it.
    fn is_done(&self, user: UserId, truth: Option<User>) -> bool {
        match self.transaction(user).write {
            UserWrite::Create(created) => truth == Some(created),
            UserWrite::Update { after, .. } => truth == Some(after),
            UserWrite::Rename { .. } => false,
        }
    }
}

/// The handler's decision on the user as it is.
pub fn decide(wish: Wish, user: Option<User>, now: Tick) -> Next {
    let Some(user) = user else {
        return if matches!(wish, Wish::Create(_)) {
            Next::Write(Basis::Nobody)
        } else {
            Next::Refused
        };
    };
    match wish {
        Wish::Create(_) => Next::Refused,
        _ if wish.is_own() && user.status != Status::Active => Next::Refused,
        Wish::OperatorRename(_) if user.status == Status::Deleted => Next::Refused,
        _ if updated(user, wish, now).version == user.version => Next::Success,
        _ if wish.is_own() && is_cooling_down(user, now) => Next::Refused,
        Wish::Rename(_) => Next::Write(Basis::Name(user.name)),
        _ => Next::Write(Basis::User(user)),
    }
}

/// Whether a refusal has a reason in the table.
pub fn has_reason(wish: Wish, user: UserId, now: Tick, table: &Table) -> bool {
    let truth = table.user(user);
    let taken = |name| !table.is_free_for(name, user, now, Faults::NONE);
    decide(wish, truth, now) == Next::Refused || wish.name().is_some_and(taken)
}

fn is_cooling_down(user: User, now: Tick) -> bool {
    user.changed_at.is_some_and(|at| at > now - COOLDOWN)
}

fn updated(before: User, wish: Wish, now: Tick) -> User {
    let mut after = before;
    match wish {
        Wish::SetStatus(status) => after.status = status,
        _ => after.name = wish.name().unwrap_or(before.name),
    }
    if after == before {
        return before;
    }
    if wish.is_own() {
        after.changed_at = Some(now);
    }
    after.updated_at = now;
    after.version += 1;
    after
}

fn created(wish: Wish, now: Tick) -> User {
    let name = wish.name().unwrap_or(Name { key: 0, spelling: 0 });
    User { name, changed_at: None, updated_at: now, status: Status::Active, version: 1 }
}
