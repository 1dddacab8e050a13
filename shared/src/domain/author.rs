//! Who writes a user. The item keeps it, because the stream of the table knows no caller.

use super::user_id::UserId;

/// Who made a write, and in which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The caller's id.
    pub id: UserId,
    /// What the caller is to the user.
    pub kind: AuthorKind,
    /// The id of the request, as in the log and in `X-Request-Id`.
    pub request_id: String,
}

/// What an author is to the user who is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorKind {
    /// The user.
    Owner,
    /// A `POWER_USER` or an `ADMIN` with an account.
    Staff,
    /// The bearer of a token without an account.
    Service,
}

impl AuthorKind {
    const ALL: [Self; 3] = [Self::Owner, Self::Staff, Self::Service];

    /// The kind as the item has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "OWNER",
            Self::Staff => "STAFF",
            Self::Service => "SERVICE",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// The request in which a user makes a change that concerns nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The id of the request.
    pub request_id: String,
    /// The epoch of the user's sessions when the token was issued; `None` for a token of another
    /// issuer, which no epoch ends.
    pub session_epoch: Option<u64>,
}
