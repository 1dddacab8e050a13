//! What a handler decides between two calls of DynamoDB.
//!
//! It follows `functions/change-username`, `functions/update-user` and `functions/create-user`.

use crate::data::faults::{Fault, Faults};
use crate::data::request::{Basis, InFlight, Next, Request};
use crate::data::table::{COOLDOWN, Name, Status, Table, Tick, User, UserId};
use crate::data::transaction::{Outcome, Transaction, UserWrite};

impl InFlight {
    /// Returns the transaction that the request asks DynamoDB for.
    pub fn transaction(&self, user: UserId) -> Transaction {
        let at = self.now;
        let to = self.request.name();
        match (self.basis, self.request) {
            (Basis::Name(from), _) => {
                let write = UserWrite::Rename { from };
                Transaction { user, write, from: Some(from), to, at }
            }
            (Basis::User(before), request) => {
                let after = updated(before, request, at);
                let renamed = before.name != after.name;
                let [from, to] = [before.name, after.name].map(|name| renamed.then_some(name));
                Transaction { user, write: UserWrite::Update { before, after }, from, to, at }
            }
            (Basis::Nobody, request) => {
                let created = created(request, at);
                let write = UserWrite::Create(created);
                Transaction { user, write, from: None, to: Some(created.name), at }
            }
        }
    }

    /// Decides what follows from an answer of DynamoDB. It does what `settle` in `commit.rs` and then
    /// the handler do.
    pub fn after_answer(&self, user: UserId, outcome: Outcome, faults: Faults) -> Next {
        let unanswered = self.is_unanswered() && !faults.has(Fault::RefusesAfterNoAnswer);
        match outcome {
            Outcome::Committed => Next::Success,
            Outcome::LostName => Next::LostName,
            Outcome::Stale(found) if unanswered && self.is_done(user, found) => Next::Success,
            Outcome::Stale(found) if unanswered && !self.is_overtaken(user, found, faults) => {
                Next::Unknown
            }
            Outcome::Taken if unanswered => Next::Unknown,
            Outcome::Taken => Next::Refused,
            Outcome::Stale(_) if faults.has(Fault::BlindRetry) => Next::Refused,
            Outcome::Stale(found) => decide(self.request, found, self.now),
        }
    }

    /// Whether the user in the table is exactly what this write produces.
    fn is_done(&self, user: UserId, found: Option<User>) -> bool {
        match self.transaction(user).write {
            UserWrite::Create(created) => found == Some(created),
            UserWrite::Update { after, .. } => found == Some(after),
            UserWrite::Rename { .. } => false,
        }
    }

    /// Whether the user in the table proves that DynamoDB has not carried out this write and cannot do
    /// so later.
    fn is_overtaken(&self, user: UserId, found: Option<User>, faults: Faults) -> bool {
        let (Some(found), UserWrite::Update { before, .. }) = (found, self.transaction(user).write)
        else {
            return false;
        };
        let is_next = found.version == before.version + 1;
        !self.request.is_single_item() || is_next || faults.has(Fault::UpdateMadeAgain)
    }
}

/// Decides what a request leads to when the user is as found.
pub fn decide(request: Request, user: Option<User>, now: Tick) -> Next {
    let Some(user) = user else {
        return if matches!(request, Request::Create(_)) {
            Next::Write(Basis::Nobody)
        } else {
            Next::Refused
        };
    };
    match request {
        Request::Create(_) => Next::Refused,
        _ if request.is_by_user() && user.status != Status::Active => Next::Refused,
        Request::OperatorRename(_) if user.status == Status::Deleted => Next::Refused,
        _ if updated(user, request, now).version == user.version => Next::Success,
        _ if request.is_own_rename() && is_cooling_down(user, now) => Next::Refused,
        Request::Rename(_) => Next::Write(Basis::Name(user.name)),
        _ => Next::Write(Basis::User(user)),
    }
}

/// Whether the table gives a reason to refuse the request.
pub fn has_reason_to_refuse(request: Request, user: UserId, now: Tick, table: &Table) -> bool {
    let found = table.user(user);
    let taken = |name| !table.is_free_for(name, user, now, Faults::NONE);
    decide(request, found, now) == Next::Refused || request.name().is_some_and(taken)
}

/// Whether the user is as requested.
pub fn is_as_requested(user: User, request: Request) -> bool {
    match request {
        Request::SetStatus(status) => user.status == status,
        Request::OwnField => user.field,
        _ => Some(user.name) == request.name(),
    }
}

fn is_cooling_down(user: User, now: Tick) -> bool {
    user.changed_at.is_some_and(|at| at > now - COOLDOWN)
}

fn updated(before: User, request: Request, now: Tick) -> User {
    let mut after = before;
    match request {
        Request::SetStatus(status) => after.status = status,
        Request::OwnField => after.field = true,
        _ => after.name = request.name().unwrap_or(before.name),
    }
    if after == before {
        return before;
    }
    if request.is_own_rename() {
        after.changed_at = Some(now);
    }
    after.updated_at = now;
    after.version += 1;
    after
}

fn created(request: Request, now: Tick) -> User {
    let name = request.name().unwrap_or(Name { key: 0, spelling: 0 });
    User::new(name, now)
}
