//! A request on its way through a handler: what it decides, on what, and the write that follows.
//!
//! What `functions/change-username`, `functions/update-user` and `functions/create-user` do between
//! their calls of DynamoDB.

use crate::faults::{Fault, Faults};
use crate::table::{
    COOLDOWN, Name, Outcome, Status, Table, Tick, Transaction, User, UserId, UserWrite,
};

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
    /// The same without either, by the user: any other field.
    OwnField,
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
            Self::SetStatus(_) | Self::OwnField => None,
        }
    }

    /// Whether the cooldown is asked for, and a change counted.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Rename(_) | Self::OwnUpdate(_))
    }

    /// Whether only a user that is `ACTIVE` may.
    fn is_by_user(self) -> bool {
        self.is_own() || self == Self::OwnField
    }

    /// Whether a user is as it is wished for.
    pub fn is_true_of(self, user: User) -> bool {
        match self {
            Self::SetStatus(status) => user.status == status,
            Self::OwnField => user.field,
            _ => Some(user.name) == self.name(),
        }
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
#[expect(clippy::struct_excessive_bools, reason = "four facts, of which none excludes another")]
pub struct Flight {
    /// What it is for.
    pub wish: Wish,
    /// The instant at which it began. Frozen.
    pub now: Tick,
    /// What the write is built on.
    pub basis: Basis,
    /// Whether this commit has been carried out and the answer lost. DynamoDB knows its client request
    /// token then, if it has one.
    pub committed: bool,
    /// What an attempt is built on that was not answered and is still on its way: an attempt at this
    /// commit, or at one before it. One at a time.
    pub on_way: Option<Basis>,
    /// Whether this request has changed something; nobody but the properties looks at it.
    pub made: bool,
    /// Whether it has been refused, and is only remembered for the attempt on its way.
    pub refused: bool,
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
    /// 503: what became of an attempt that was not answered is not known.
    Unknown,
    /// A write, built on that.
    Write(Basis),
}

impl Flight {
    /// A request that begins.
    pub fn new(wish: Wish, now: Tick, basis: Basis) -> Self {
        Self {
            wish,
            now,
            basis,
            committed: false,
            on_way: None,
            made: false,
            refused: false,
            torn: false,
        }
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
        matches!(self.wish, Wish::SetStatus(_) | Wish::OwnField)
    }

    /// Whether an attempt at this commit was not answered, and may have been carried out or may yet be.
    pub fn is_unanswered(&self) -> bool {
        self.committed || self.on_way == Some(self.basis)
    }

    /// What an answer of DynamoDB leads to: `settle`, and then the handler.
    pub fn hear(&self, user: UserId, outcome: Outcome, faults: Faults) -> Next {
        let unanswered = self.is_unanswered() && !faults.has(Fault::RefusesAfterNoAnswer);
        match outcome {
            Outcome::Committed => Next::Success,
            Outcome::LostName => Next::Broken,
            Outcome::Stale(truth) if unanswered && self.is_done(user, truth) => Next::Success,
            Outcome::Stale(truth) if unanswered && !self.is_overtaken(user, truth, faults) => {
                Next::Unknown
            }
            Outcome::Taken if unanswered => Next::Unknown,
            Outcome::Taken => Next::Refused,
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

    /// Whether the user shows that no attempt at this commit has been carried out, or can be.
    fn is_overtaken(&self, user: UserId, truth: Option<User>, faults: Faults) -> bool {
        let (Some(truth), UserWrite::Update { before, .. }) = (truth, self.transaction(user).write)
        else {
            return false;
        };
        let is_next = truth.version == before.version + 1;
        !self.is_single() || is_next || faults.has(Fault::UpdateMadeAgain)
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
        _ if wish.is_by_user() && user.status != Status::Active => Next::Refused,
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
        Wish::OwnField => after.field = true,
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
    User::new(name, now)
}
