//! What the properties know beyond the table.

use super::table::{KEYS, Tick, USERS, UserId};

/// A violation that happened on the way to a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Violation {
    /// A user changed the own name twice within the cooldown.
    TooSoon = 1,
    /// A client was told of success, and the user was not as requested.
    FalseSuccess = 2,
    /// A request was refused, and it changed the table before or after that.
    RefusedButChanged = 4,
    /// A request was refused without a reason in the table.
    RefusedWithoutReason = 8,
    /// One request changed the table twice.
    ChangedTwice = 16,
    /// A user who was not active changed the own name.
    NotActive = 32,
    /// A request found a user who lacks the user's own name.
    LostName = 64,
}

/// An event that must be possible. The tests look for each one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// DynamoDB recognised the token of a repeated attempt and gave the first answer again.
    RetryOfCommitted,
    /// A request wrote on the user that a read or a failed condition had returned.
    BuiltOnReadUser,
    /// A request was refused.
    Refused,
    /// A request found the user already as requested.
    AlreadyDone,
    /// The TTL sweep deleted a name record.
    Swept,
    /// A user took a held name back.
    TakenBack,
    /// Another user took a name whose hold was over and whose record the sweep had not deleted.
    TakenAfterHold,
    /// A user changed only the spelling of a name.
    Respelled,
    /// An attempt was carried out late.
    ArrivedLate,
    /// A request ended with 503, because the result of an attempt was unknown.
    Unknown,
    /// A request decided anew although an attempt was not answered.
    Overtaken,
    /// A request was refused while one of its attempts was pending.
    RefusedWhilePending,
    /// A user changed the own name a second time.
    SecondChange,
}

/// What happened on the way to a state. Only the properties read it; the protocol does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct History {
    /// The instant of each user's last counted change.
    pub last_change: [Option<Tick>; USERS],
    /// For each key, the user who gave the name up and the end of the hold.
    pub held_for: [Option<(UserId, Tick)>; KEYS],
    /// The violations, one bit for each.
    pub violations: u16,
    /// Whether the event happened that the bound looks for.
    pub seen: bool,
}

impl History {
    /// Whether the violation happened.
    pub fn has(&self, violation: Violation) -> bool {
        self.violations & violation as u16 != 0
    }
}
