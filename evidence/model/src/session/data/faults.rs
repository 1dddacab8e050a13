//! Deliberate faults. Each one leaves out, or does wrong, one thing of signing in.

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Fault {
    /// A rotation has no condition.
    RotatesUnconditionally,
    /// A rotation does not check that the session was not ended.
    RotatesEnded,
    /// The successor is random, so that a repeat cannot get it again.
    RandomSuccessor,
    /// A token with a wrong tag ends the session.
    EndsOnWrongTag,
    /// A repeat has no grace.
    NoGrace,
    /// A late repeat is not counted.
    LateNotCounted,
    /// The count of a late repeat does not check the count that was read.
    EachLateCounts,
    /// A late repeat begins no grace of its own.
    LateHasNoGrace,
    /// A late repeat does not check that the session was not ended.
    LateRepeatsEnded,
    /// An old token does not end the session.
    ReuseEndsNothing,
    /// A refresh that was overtaken twice ends the session.
    OvertakenEnds,
    /// A refresh that was overtaken has no grace of its own.
    OvertakenIsLate,
    /// Only the TTL sweep ends a session whose time is over.
    TrustsTtl,
    /// A refresh mints the user's epoch at that moment, and not the session's.
    MintsUsersEpoch,
    /// A refresh that finds two epochs does not read both items again.
    TrustsTornReads,
    /// Blocking does not raise the epoch.
    BlockKeepsEpoch,
    /// A new user has the first epoch, although an erased user had the same id.
    EpochStartsAgain,
    /// A login reads the epoch after the password was verified.
    LoginReadsEpochLate,
    /// A login reads the hash before the user, as `BatchGetItem` may.
    HashBeforeUser,
    /// A login does not check that the user still has the name.
    NameNotChecked,
    /// An attempt is counted only after it was verified.
    CountsAfterVerifying,
    /// A success does not give its attempt back.
    GivesNothingBack,
    /// An unanswered return of an attempt is sent again.
    GivesBackAgain,
    /// Known devices and strangers share one pool.
    OnePool,
    /// The counter of a window expires as soon as the window is over.
    AttemptsExpireAtOnce,
    /// A rehash does not check the hash that was read.
    RehashesUnconditionally,
    /// A change of password does not check the version that was read.
    NoVersionCondition,
    /// A change of password does not check the hash that was read.
    NoHashCondition,
    /// A change of password writes the epoch that follows the one it read, and does not add one.
    EpochSetFromRead,
    /// A change of password that was made already is refused.
    RepeatedChangeRefused,
    /// Signing out everywhere ends the own session first and raises the epoch second.
    EndsBeforeRaising,
    /// Signing out everywhere needs the current token; its predecessor does not do.
    EverywhereNeedsCurrent,
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
