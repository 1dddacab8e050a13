//! Deliberate faults, and the property that finds each.

use crate::bounds::{SMALL, SMALL_WITH_OTHERS};
use crate::faults::{Fault, Faults};
use crate::properties::{
    ACTIVE, FREE_UNSWEPT, HELD, NO_LOST_NAME, NOT_FOR_EVER, ONCE, ONE_CHANGE, ONE_HOLDER, REASON,
    RECORD_AND_NAME, TRUE_REFUSAL,
};
use crate::protocol::{Bound, Other};
use crate::table::Status;

/// A model with a fault, and what is to come of it.
#[derive(Clone, Debug)]
pub struct Drill {
    /// What is wrong.
    pub faults: &'static [Fault],
    /// How far it is looked at.
    pub bound: Bound,
    /// The property that does not hold, or `None` when all hold none the less.
    pub breaks: Option<&'static str>,
}

impl Drill {
    /// The model.
    pub fn model(&self) -> Bound {
        Bound { faults: Faults::of(self.faults), ..self.bound.clone() }
    }
}

/// The most steps to a counterexample.
pub const STEPS: usize = 7;

/// Nothing folded: every step of a counterexample is one that is taken.
const RENAMES: Bound = Bound { folds: false, ..SMALL };

/// One user, renamed once, and by others as well.
const ONE_USER: Bound = Bound {
    label: "1 user, 1 rename, 1 by others",
    users: 1,
    own_requests: 1,
    others: &[Other::Rename],
    other_requests: 1,
    ..RENAMES
};

/// One user, who renames twice, with time enough for three times.
const ALONE: Bound =
    Bound { label: "1 user, 2 renames, time for 3", users: 1, horizon: 4, folds: false, ..SMALL };

/// One user, who renames once, and whom others rename, block, delete and bring back.
const STATUSES: Bound = Bound {
    label: "1 user, 1 rename, 2 other requests",
    users: 1,
    horizon: 0,
    folds: false,
    ..SMALL_WITH_OTHERS
};

/// One user, whose rename may come late, and who is blocked and unblocked.
const LATE_RENAME: Bound = Bound {
    label: "late arrivals: 1 user, 1 rename, blocked and unblocked",
    others: &[Other::Status(Status::Blocked), Other::Status(Status::Active)],
    late: true,
    ..STATUSES
};

/// All drills.
pub fn all() -> Vec<Drill> {
    use Fault as F;
    let drill = |faults, bound: &Bound, breaks| Drill { faults, bound: bound.clone(), breaks };
    let found = |faults, bound, property| drill(faults, bound, Some(property));
    vec![
        found(&[F::NoStillOldNameCondition], &RENAMES, NO_LOST_NAME),
        drill(&[F::NoOldNameCondition], &SMALL, None),
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
    use crate::protocol::Step;

    #[test]
    fn each_fault_breaks_the_property_that_is_there_for_it() {
        for drill in all() {
            let model = drill.model();
            let Some(property) = drill.breaks else {
                let report = check(&model, 1, |_| ());
                assert_eq!(report.failures, Vec::<&str>::new(), "{:?}", drill.faults);
                continue;
            };
            assert!(
                counterexample(&model, property, STEPS).is_some(),
                "{:?} is not found by “{property}”",
                drill.faults
            );
            let sound = Bound { faults: Faults::NONE, ..model };
            assert!(counterexample(&sound, property, 3).is_none(), "{property}");
        }
    }

    #[test]
    fn a_refusal_after_no_answer_is_belied_by_an_attempt_that_arrives_late() {
        let faults = Faults::of(&[Fault::RefusesAfterNoAnswer]);
        let steps = counterexample(&Bound { faults, ..LATE_RENAME }, TRUE_REFUSAL, STEPS);
        assert!(matches!(steps.as_deref(), Some([.., Step::Arrive(..)])), "{steps:?}");
    }
}
