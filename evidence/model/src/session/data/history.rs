//! What the properties know beyond the table.

use super::request::Access;
use super::table::{Epoch, POOLS, Secret, WINDOWS};

/// The greatest number of generations of a token.
pub const GENERATIONS: usize = 7;
/// The greatest number of epochs and of eras.
pub const ERAS: u8 = 8;

/// A violation that happened on the way to a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Violation {
    /// A client was signed out although it lost no more answers than it may.
    SignedOut = 1,
    /// Two answers gave one token different successors.
    SecondSuccessor = 2,
    /// An old token was refused, and the session went on.
    ReuseWithoutEnd = 4,
    /// A request with a made-up tag wrote something.
    ForgedWrote = 8,
    /// A session that was ended yielded a token.
    EndedYielded = 16,
    /// A session whose time was over yielded a token.
    OverYielded = 32,
    /// A password was verified without a reserved attempt.
    Unreserved = 64,
    /// A known device was refused although its own pool had attempts left.
    LockedOut = 128,
    /// A login succeeded by a name that was not the user's.
    WrongName = 256,
    /// A rehash replaced a changed password.
    RehashOverwrote = 512,
    /// A change replaced a password that was not the old one.
    ChangedOther = 1024,
    /// A user who was not active changed the password.
    ChangedInactive = 2048,
    /// A change was refused although the new password stood.
    FalseRefusal = 4096,
    /// Who signed out everywhere was told so, and another session went on.
    NotEverywhere = 8192,
}

/// An event that must be possible. The tests look for each one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A client that lost more answers than it may was signed out.
    SignedOutBeyondBudget,
    /// A repeat within the grace got the identical successor.
    RepeatedInGrace,
    /// A repeat after the grace got the identical successor.
    RepeatedLate,
    /// As many late repeats were served as a session has.
    BudgetSpent,
    /// A rotation was overtaken by another one.
    Overtaken,
    /// A refresh was overtaken by two rotations and answered 503.
    OvertakenTwice,
    /// An old token ended the session of the thief and the client.
    ReuseEnded,
    /// A refresh found two epochs, and the same one when it read again.
    TornRead,
    /// A login put a session whose epoch was not the user's any more.
    DeadAtBirth,
    /// A login was refused because the attempts were used up.
    TooManyAttempts,
    /// A login read a name, and the user was renamed before it read the user.
    NameMoved,
    /// A rehash was dropped because the hash was another one.
    RehashDropped,
    /// An imported hash was replaced.
    Rehashed,
    /// A change found that it had been made.
    AlreadyChanged,
    /// A change was decided anew because another write came first.
    ChangeDecidedAnew,
    /// A session was deleted while a refresh of it was under way.
    SweptUnderWay,
}

/// What happened on the way to a state. Only the properties read it; the protocol does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct History {
    /// The number of events so far after which all other sessions are dead.
    pub era: u8,
    /// The highest epoch so far.
    pub highest_epoch: Epoch,
    /// The epochs and eras of all access tokens so far, one bit for each pair.
    pub minted: u64,
    /// The number of nonces drawn for session 0 and session 1.
    pub drawn: u8,
    /// The first successor that each token of session 0 got, by generation.
    pub successors: [Option<Secret>; GENERATIONS],
    /// The number of late repeats that session 0 served.
    pub late_served: u8,
    /// The number of wrong passwords verified, by window and pool.
    pub wrong: [[u8; POOLS]; WINDOWS],
    /// The number of reservations that were carried out twice, by window and pool.
    pub twice: [[u8; POOLS]; WINDOWS],
    /// Whether the client has signed out.
    pub logged_out: bool,
    /// Whether a token was stolen.
    pub stolen: bool,
    /// The violations, one bit for each.
    pub violations: u32,
    /// Whether the event happened that the bound looks for.
    pub seen: bool,
}

impl History {
    /// Whether the violation happened.
    pub fn has(&self, violation: Violation) -> bool {
        self.violations & violation as u32 != 0
    }

    /// Records a violation.
    pub fn record_violation(&mut self, violation: Violation) {
        self.violations |= violation as u32;
    }

    /// Records a violation, if it happened.
    pub fn record_if(&mut self, happened: bool, violation: Violation) {
        if happened {
            self.record_violation(violation);
        }
    }

    /// Records that an access token was minted.
    pub fn record_mint(&mut self, access: Access) {
        self.minted |= 1 << (access.epoch * ERAS + access.era);
    }

    /// Whether an access token of this epoch was minted by a session of an earlier era.
    pub fn has_minted_before(&self, epoch: Epoch) -> bool {
        let eras = (1_u64 << self.era) - 1;
        self.minted >> (epoch * ERAS) & eras != 0
    }
}
