//! Deliberate faults: each leaves out, or does wrong, one thing of the protocol.

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Fault {
    /// A rename does not ask whether the user still has the old name.
    NoStillOldNameCondition,
    /// A rename does not ask for the cooldown.
    NoCooldownCondition,
    /// A rename does not ask whether the user is `ACTIVE`.
    NoActiveCondition,
    /// An update does not ask for the version that was read.
    NoVersionCondition,
    /// The new name is taken whoever has it.
    NoNewNameCondition,
    /// The old name is held whoever has it.
    NoOldNameCondition,
    /// A held name is taken from its holder.
    TakesHeldNames,
    /// The old name is deleted instead of held.
    HoldsNothing,
    /// The old name is kept without `heldUntil`.
    HoldsForEver,
    /// A held name is free only when the TTL sweep has come by.
    WaitsForTtl,
    /// Two writes instead of one transaction, the user first.
    UserThenNames,
    /// Two writes instead of one transaction, the names first.
    NamesThenUser,
    /// A read decides, and the write asks nothing.
    NoConditions,
    /// Every attempt at a commit has a client request token of its own.
    NewTokenEachAttempt,
    /// Every attempt has a token and an instant of its own.
    NowNotFrozen,
    /// A failed condition does not return the user: the guess is tried again.
    BlindRetry,
    /// A deletion deletes the name's item.
    DeletionFreesName,
    /// A refusal is given although an earlier attempt was not answered.
    RefusesAfterNoAnswer,
    /// An update of one item that was not answered is decided anew, whatever was written since.
    UpdateMadeAgain,
}

/// The faults of a model: none, as a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults(u32);

impl Faults {
    /// The protocol as it is.
    pub const NONE: Self = Self(0);

    /// Those faults together.
    pub fn of(faults: &[Fault]) -> Self {
        Self(faults.iter().fold(0, |bits, fault| bits | 1 << *fault as u32))
    }

    /// Whether it is among them.
    pub fn has(self, fault: Fault) -> bool {
        self.0 & 1 << fault as u32 != 0
    }
}
