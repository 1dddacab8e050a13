//! The fault tests: each deliberate fault, and the property that finds it.

use crate::bounds::{SMALL, SMALL_WITH_OTHERS};
use crate::data::bound::{Bound, OtherRequest};
use crate::data::faults::{Fault, Faults};
use crate::data::table::Status;
use crate::properties::{
    ACTIVE, FREE_UNSWEPT, HELD, NO_LOST_NAME, NOT_FOR_EVER, ONCE, ONE_CHANGE, ONE_HOLDER, REASON,
    RECORD_AND_NAME, TRUE_REFUSAL,
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
pub const STEPS: usize = 7;

/// As `SMALL`, but without folding, so that each counterexample contains all of its steps.
const RENAMES: Bound = Bound { folds: false, ..SMALL };

/// One user makes one rename, and somebody else renames the user once.
const ONE_USER: Bound = Bound {
    label: "1 user, 1 rename, 1 by others",
    users: 1,
    own_requests: 1,
    others: &[OtherRequest::Rename],
    other_requests: 1,
    ..RENAMES
};

/// One user makes two renames, and the time is enough for three.
const ALONE: Bound =
    Bound { label: "1 user, 2 renames, time for 3", users: 1, horizon: 4, folds: false, ..SMALL };

/// One user makes one rename; others rename, block, delete and restore the user.
const STATUSES: Bound = Bound {
    label: "1 user, 1 rename, 2 other requests",
    users: 1,
    horizon: 0,
    folds: false,
    ..SMALL_WITH_OTHERS
};

/// One user makes one rename, which may arrive late; others block and unblock the user.
const LATE_RENAME: Bound = Bound {
    label: "late arrivals: 1 user, 1 rename, blocked and unblocked",
    others: &[OtherRequest::Status(Status::Blocked), OtherRequest::Status(Status::Active)],
    late: true,
    ..STATUSES
};

/// Returns all fault tests.
pub fn all() -> Vec<FaultTest> {
    use Fault as F;
    let test =
        |faults, bound: &Bound, violated| FaultTest { faults, bound: bound.clone(), violated };
    let found = |faults, bound, property| test(faults, bound, Some(property));
    vec![
        found(&[F::NoStillOldNameCondition], &RENAMES, NO_LOST_NAME),
        test(&[F::NoOldNameCondition], &SMALL, None),
        found(&[F::NoStillOldNameCondition, F::NoOldNameCondition], &RENAMES, NOT_FOR_EVER),
        found(&[F::NoCooldownCondition], &RENAMES, ONE_CHANGE),
        found(&[F::NoActiveCondition], &STATUSES, ACTIVE),
        found(&[F::NoVersionCondition], &STATUSES, NO_LOST_NAME),
        found(&[F::NoVersionCondition, F::NoOldNameCondition], &STATUSES, NOT_FOR_EVER),
        found(&[F::NoNewNameCondition], &RENAMES, ONE_HOLDER),
        found(&[F::TakesHeldNames], &RENAMES, HELD),
        found(&[F::HoldsNothing], &RENAMES, HELD),
        found(&[F::HoldsForEver], &RENAMES, NOT_FOR_EVER),
        found(&[F::WaitsForTtl], &RENAMES, FREE_UNSWEPT),
        found(&[F::UserThenNames], &RENAMES, RECORD_AND_NAME),
        found(&[F::NamesThenUser], &RENAMES, RECORD_AND_NAME),
        found(&[F::NoConditions], &RENAMES, ONE_HOLDER),
        found(&[F::NewTokenEachAttempt], &STATUSES, TRUE_REFUSAL),
        found(&[F::NewTokenEachAttempt], &ONE_USER, ONCE),
        found(&[F::NowNotFrozen], &ALONE, ONCE),
        found(&[F::BlindRetry], &RENAMES, REASON),
        found(&[F::DeletionFreesName], &STATUSES, RECORD_AND_NAME),
        found(&[F::RefusesAfterNoAnswer], &STATUSES, TRUE_REFUSAL),
        found(&[F::RefusesAfterNoAnswer], &LATE_RENAME, TRUE_REFUSAL),
        found(&[F::UpdateMadeAgain], &STATUSES, ONCE),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{check, counterexample};
    use crate::data::state::Step;

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
            let sound = Bound { faults: Faults::NONE, ..model };
            assert!(counterexample(&sound, property, 3).is_none(), "{property}");
        }
    }

    #[test]
    fn an_attempt_that_arrives_late_makes_a_refusal_after_no_answer_false() {
        let faults = Faults::of(&[Fault::RefusesAfterNoAnswer]);
        let steps = counterexample(&Bound { faults, ..LATE_RENAME }, TRUE_REFUSAL, STEPS);
        assert!(matches!(steps.as_deref(), Some([.., Step::ArriveLate(..)])), "{steps:?}");
    }
}
