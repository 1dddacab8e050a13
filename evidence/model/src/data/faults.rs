//! Deliberate faults. Each one leaves out, or does wrong, one thing of the protocol.

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Fault {
    /// A rename does not check that the user still has the old name.
    NoStillOldNameCondition,
    /// A rename does not check the cooldown.
    NoCooldownCondition,
    /// A rename does not check that the user is `ACTIVE`.
    NoActiveCondition,
    /// An update does not check the version that was read.
    NoVersionCondition,
    /// A write takes the new name even if another user has it.
    NoNewNameCondition,
    /// A write puts a hold on the old name even if another user has it.
    NoOldNameCondition,
    /// A write takes a held name before its hold is over.
    TakesHeldNames,
    /// A rename deletes the old name and holds nothing.
    HoldsNothing,
    /// A rename keeps the old name without `heldUntil`.
    HoldsForEver,
    /// A held name becomes free only when the TTL sweep deletes its record.
    WaitsForTtl,
    /// Two writes replace the transaction; the first one writes the user.
    UserThenNames,
    /// Two writes replace the transaction; the first one writes the names.
    NamesThenUser,
    /// A read checks everything, and the write has no conditions.
    NoConditions,
    /// Every attempt at a write has its own client request token.
    NewTokenEachAttempt,
    /// Every attempt has its own token and its own instant.
    NowNotFrozen,
    /// A failed condition does not return the user. The handler repeats the same write in vain and
    /// refuses the request.
    BlindRetry,
    /// A deletion deletes the name record as well.
    DeletionFreesName,
    /// A request is refused although an earlier attempt was not answered.
    RefusesAfterNoAnswer,
    /// An unanswered update of one item is decided anew, even after several other writes.
    UpdateMadeAgain,
}

/// A set of faults. It is empty for the protocol itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults(u32);

impl Faults {
    /// The protocol without faults.
    pub const NONE: Self = Self(0);

    /// Returns the set of these faults.
    pub fn of(faults: &[Fault]) -> Self {
        Self(faults.iter().fold(0, |bits, fault| bits | 1 << *fault as u32))
    }

    /// Whether the set contains the fault.
    pub fn has(self, fault: Fault) -> bool {
        self.0 & 1 << fault as u32 != 0
    }
}
