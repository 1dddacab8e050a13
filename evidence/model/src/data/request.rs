//! A request, and what a request under way knows.

use super::table::{Name, Status, Tick, User};

/// A request, always about one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Request {
    /// `PATCH /api/v1/users/username`.
    Rename(Name),
    /// `PATCH /v1/users/update` with a `username`, by the user.
    OwnUpdate(Name),
    /// `PATCH /v1/users/update` with a `username`, by a `POWER_USER`.
    OperatorRename(Name),
    /// `PATCH /v1/users/update` with a `status`, by an `ADMIN`.
    SetStatus(Status),
    /// `PATCH /v1/users/update` with any other field, by the user.
    OwnField,
    /// `POST /v1/users`.
    Create(Name),
}

impl Request {
    /// Returns the wanted name.
    pub fn name(self) -> Option<Name> {
        match self {
            Self::Rename(name)
            | Self::OwnUpdate(name)
            | Self::OperatorRename(name)
            | Self::Create(name) => Some(name),
            Self::SetStatus(_) | Self::OwnField => None,
        }
    }

    /// Whether a user changes the own name, so that the cooldown applies and the change counts.
    pub fn is_own_rename(self) -> bool {
        matches!(self, Self::Rename(_) | Self::OwnUpdate(_))
    }

    /// Whether a user makes the request, so that the user must be `ACTIVE`.
    pub fn is_by_user(self) -> bool {
        self.is_own_rename() || self == Self::OwnField
    }

    /// Whether the request writes one item with `UpdateItem`, which has no client request token.
    pub fn is_single_item(self) -> bool {
        matches!(self, Self::SetStatus(_) | Self::OwnField)
    }
}

/// What a write assumes about the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// The write assumes that the user does not exist.
    Nobody,
    /// The write assumes that the user has this name: the token or an earlier answer said so.
    Name(Name),
    /// The write assumes that the user is as read.
    User(User),
}

/// A request under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::struct_excessive_bools, reason = "four facts, of which none excludes another")]
pub struct InFlight {
    /// The request.
    pub request: Request,
    /// The instant at which the request began. It stays the same for all attempts.
    pub now: Tick,
    /// The basis of the present write.
    pub basis: Basis,
    /// Whether DynamoDB carried out the present write and the answer was lost. DynamoDB then knows the
    /// client request token, if the write has one.
    pub committed: bool,
    /// The basis of an unanswered attempt that may still arrive. The attempt belongs to the present
    /// write or to an earlier one. A request has at most one such attempt.
    pub pending: Option<Basis>,
    /// Whether the request has changed the table. Only the properties read this.
    pub changed: bool,
    /// Whether the request was refused. It is then kept only for its pending attempt.
    pub refused: bool,
    /// Whether the first of two writes is done. Only a fault splits a transaction into two writes.
    pub half_done: bool,
}

impl InFlight {
    /// Returns a request that begins.
    pub fn new(request: Request, now: Tick, basis: Basis) -> Self {
        Self {
            request,
            now,
            basis,
            committed: false,
            pending: None,
            changed: false,
            refused: false,
            half_done: false,
        }
    }

    /// Whether an attempt at the present write was not answered. DynamoDB may have carried it out, or
    /// may still do so.
    pub fn is_unanswered(&self) -> bool {
        self.committed || self.pending == Some(self.basis)
    }
}

/// What a handler does next: it answers the client or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The handler answers 200 or 201.
    Success,
    /// The handler answers 403, 404 or 409.
    Refused,
    /// The handler answers 500, because a user lacks the user's own name.
    LostName,
    /// The handler answers 503, because it does not know the result of an unanswered attempt.
    Unknown,
    /// The handler writes on this basis.
    Write(Basis),
}
