//! The fault tests of signing in: each deliberate fault, and the property that finds it.

use super::bounds;
use super::data::bound::Bound;
use super::data::faults::{Fault, Faults};
use super::properties::{
    ACTIVE, COUNT, ENDED, EVERYWHERE, FORGED, GUESSES, KNOWS_OLD, LATE_BUDGET,
    NO_TOKEN_FROM_BEFORE, NONE_FROM_BEFORE, NOT_LOCKED_OUT, ONE_EACH, ONE_SUCCESSOR, OVER,
    PRESENT_NAME, REHASH, REPEATED_CHANGE, RESERVED, REUSE_ENDS, STAYS_SIGNED_IN,
};

/// A fault test: a model with faults, and the property that they violate.
#[derive(Clone, Debug)]
pub struct FaultTest {
    /// The faults.
    pub faults: &'static [Fault],
    /// The bound in which the search for a violation takes place.
    pub bound: Bound,
    /// The property that the faults violate, or `None` when all properties still hold.
    pub violated: Option<&'static str>,
}

impl FaultTest {
    /// Returns the model with the faults.
    pub fn model(&self) -> Bound {
        Bound { faults: Faults::of(self.faults), ..self.bound.clone() }
    }
}

/// The greatest number of steps to a counterexample.
pub const STEPS: usize = 16;

/// Returns all fault tests.
pub fn all() -> Vec<FaultTest> {
    let mut tests = refreshing();
    tests.extend(signing_in());
    tests
}

fn found(faults: &'static [Fault], bound: &Bound, violated: &'static str) -> FaultTest {
    FaultTest { faults, bound: bound.clone(), violated: Some(violated) }
}

fn refreshing() -> Vec<FaultTest> {
    use Fault as F;
    vec![
        found(&[F::RotatesUnconditionally], &bounds::PARALLEL, ONE_SUCCESSOR),
        found(&[F::RotatesEnded], &bounds::PARALLEL_IN_TIME, ENDED),
        found(&[F::RandomSuccessor], &bounds::SERIAL, STAYS_SIGNED_IN),
        found(&[F::RandomSuccessor], &bounds::PARALLEL, STAYS_SIGNED_IN),
        found(&[F::EndsOnWrongTag], &bounds::STRICT, FORGED),
        found(&[F::NoGrace], &bounds::PARALLEL, STAYS_SIGNED_IN),
        found(&[F::LateNotCounted], &bounds::THIEF, LATE_BUDGET),
        found(&[F::EachLateCounts], &bounds::PARALLEL_LATE, ONE_EACH),
        found(&[F::LateRepeatsEnded], &bounds::LATE_LOGOUT, ENDED),
        found(&[F::ReuseEndsNothing], &bounds::THIEF, REUSE_ENDS),
        found(&[F::OvertakenEnds], &bounds::SERIAL, STAYS_SIGNED_IN),
        found(&[F::OvertakenEnds], &bounds::THREE_LOST, STAYS_SIGNED_IN),
        found(&[F::OvertakenIsLate], &bounds::PARALLEL_IN_TIME, STAYS_SIGNED_IN),
        found(&[F::TrustsTtl], &bounds::ENDING, OVER),
        found(&[F::MintsUsersEpoch], &bounds::EPOCHS, NO_TOKEN_FROM_BEFORE),
        found(&[F::TrustsTornReads], &bounds::CHANGING, STAYS_SIGNED_IN),
        found(&[F::EndsBeforeRaising], &bounds::EVERYWHERE, EVERYWHERE),
        found(&[F::EverywhereNeedsCurrent], &bounds::EVERYWHERE, EVERYWHERE),
    ]
}

fn signing_in() -> Vec<FaultTest> {
    use Fault as F;
    vec![
        found(&[F::BlockKeepsEpoch], &bounds::EPOCHS, NONE_FROM_BEFORE),
        found(&[F::EpochStartsAgain], &bounds::ERASED, NONE_FROM_BEFORE),
        found(&[F::LoginReadsEpochLate], &bounds::EPOCHS, NONE_FROM_BEFORE),
        found(&[F::HashBeforeUser], &bounds::EPOCHS, NONE_FROM_BEFORE),
        found(&[F::NameNotChecked], &bounds::EPOCHS, PRESENT_NAME),
        found(&[F::CountsAfterVerifying], &bounds::GUESSING, GUESSES),
        found(&[F::CountsAfterVerifying], &bounds::GUESSING, RESERVED),
        found(&[F::GivesNothingBack], &bounds::GUESSING, COUNT),
        found(&[F::GivesBackAgain], &bounds::GUESSING, GUESSES),
        found(&[F::OnePool], &bounds::GUESSING, NOT_LOCKED_OUT),
        found(&[F::AttemptsExpireAtOnce], &bounds::WINDOWS, GUESSES),
        found(&[F::RehashesUnconditionally], &bounds::REHASHING, REHASH),
        found(&[F::NoVersionCondition], &bounds::TWO_CHANGES, ACTIVE),
        FaultTest { faults: &[F::NoHashCondition], bound: bounds::TWO_CHANGES, violated: None },
        found(&[F::NoVersionCondition, F::NoHashCondition], &bounds::TWO_CHANGES, KNOWS_OLD),
        found(&[F::EpochSetFromRead], &bounds::EPOCH_WRITTEN, NONE_FROM_BEFORE),
        found(&[F::RepeatedChangeRefused], &bounds::CHANGING, REPEATED_CHANGE),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{check, counterexample};

    #[test]
    fn each_fault_violates_its_property() {
        for test in all() {
            let model = test.model();
            let Some(property) = test.violated else {
                let report = check(&model, 1, |_| ());
                assert_eq!(report.failures, Vec::<&str>::new(), "{:?}", test.faults);
                continue;
            };
            assert!(
                counterexample(&model, property, STEPS).is_some(),
                "{:?} is not found by “{property}”",
                test.faults
            );
        }
    }
}
