//! The bounds up to which the model is checked.

use crate::data::bound::{Bound, OtherRequest};
use crate::data::faults::Faults;
use crate::data::request::Request;
use crate::data::table::{Name, Status};

const fn name(key: u8, spelling: u8) -> Name {
    Name { key, spelling }
}

const PLAIN: &[Name] = &[name(0, 0), name(1, 0), name(2, 0), name(3, 0)];
const LOOK_ALIKES: &[Name] = &[name(0, 0), name(1, 0), name(0, 1), name(2, 0), name(2, 1)];

const STATUSES: &[OtherRequest] = &[
    OtherRequest::Rename,
    OtherRequest::Status(Status::Active),
    OtherRequest::Status(Status::Blocked),
    OtherRequest::Status(Status::Deleted),
    OtherRequest::Field,
];

/// Two users make two renames each until a first hold is over. Two of the three names are taken.
pub const SMALL: Bound = Bound {
    label: "2 users, 2 renames each",
    users: 2,
    names: PLAIN.split_at(3).0,
    last_is_new: false,
    own: &[Request::Rename],
    own_requests: 2,
    others: &[],
    other_requests: 0,
    horizon: 3,
    folds: true,
    late: false,
    looked_for: None,
    faults: Faults::NONE,
};

/// As `SMALL`, but with one rename each; others rename, block, delete and restore the users, and the
/// users change their other fields.
pub const SMALL_WITH_OTHERS: Bound = Bound {
    label: "2 users, 1 rename each, 2 other requests",
    own_requests: 1,
    others: STATUSES,
    other_requests: 2,
    horizon: 1,
    ..SMALL
};

/// As `SMALL`, but some names look the same.
pub const SMALL_LOOK_ALIKES: Bound =
    Bound { label: "2 users, 2 renames each, look-alikes", names: LOOK_ALIKES, ..SMALL };

/// As `SMALL`, but a request creates the second user.
pub const SMALL_WITH_CREATION: Bound = Bound {
    label: "2 users, one created",
    last_is_new: true,
    own: &[Request::Rename, Request::Create],
    ..SMALL
};

/// Three users make one rename each, and unanswered attempts may arrive late.
pub const LATE: Bound = Bound {
    label: "late arrivals: 3 users, 4 names, 1 rename each",
    users: 3,
    names: PLAIN,
    own_requests: 1,
    late: true,
    ..SMALL
};

/// As `SMALL_WITH_OTHERS`, but with one user, and unanswered attempts may arrive late.
pub const LATE_WITH_OTHERS: Bound = Bound {
    label: "late arrivals: 1 user, 1 rename, 2 other requests",
    users: 1,
    late: true,
    ..SMALL_WITH_OTHERS
};

/// As `SMALL_WITH_CREATION`, but unanswered attempts may arrive late.
pub const LATE_WITH_CREATION: Bound = Bound {
    label: "late arrivals: 2 users, one created, to 15 days",
    horizon: 1,
    late: true,
    ..SMALL_WITH_CREATION
};

/// The bounds that the tests check.
pub const SMALL_ONES: [Bound; 7] = [
    SMALL,
    SMALL_WITH_OTHERS,
    SMALL_LOOK_ALIKES,
    SMALL_WITH_CREATION,
    LATE,
    LATE_WITH_OTHERS,
    LATE_WITH_CREATION,
];

/// The further bounds that the program checks.
pub const LARGE_ONES: [Bound; 13] = [
    Bound { label: "2 users, 2 renames each, nothing folded", folds: false, ..SMALL },
    Bound {
        label: "3 users, 4 names, 2 renames each, nothing folded",
        users: 3,
        names: PLAIN,
        horizon: 2,
        folds: false,
        ..SMALL
    },
    Bound {
        label: "3 users, 4 names, 2 renames each",
        users: 3,
        names: PLAIN,
        horizon: 5,
        ..SMALL
    },
    Bound {
        label: "3 users, one created, 3 names, 2 requests each",
        users: 3,
        last_is_new: true,
        own: &[Request::Rename, Request::Create],
        ..SMALL
    },
    Bound {
        label: "2 users, 1 request each at either endpoint, 2 other requests",
        own: &[Request::Rename, Request::OwnUpdate],
        horizon: 3,
        ..SMALL_WITH_OTHERS
    },
    Bound {
        label: "2 users, 2 renames each, 2 other requests",
        own_requests: 2,
        horizon: 2,
        ..SMALL_WITH_OTHERS
    },
    Bound {
        label: "3 users, 2 renames each, look-alikes",
        users: 3,
        names: &[name(0, 0), name(1, 0), name(2, 0), name(0, 1), name(3, 0)],
        ..SMALL
    },
    Bound { label: "late arrivals: 2 users, 2 renames each", late: true, ..SMALL },
    Bound {
        label: "late arrivals: 2 users, 2 renames each, nothing folded",
        folds: false,
        late: true,
        ..SMALL
    },
    Bound {
        label: "late arrivals: 2 users, 1 rename each, look-alikes",
        own_requests: 1,
        late: true,
        ..SMALL_LOOK_ALIKES
    },
    Bound {
        label: "late arrivals: 2 users, one created, to 30 days",
        horizon: 2,
        ..LATE_WITH_CREATION
    },
    Bound {
        label: "late arrivals: 2 users, 1 rename each, 2 other requests",
        users: 2,
        ..LATE_WITH_OTHERS
    },
    Bound {
        label: "late arrivals: 1 user, 1 request at either endpoint, 2 other requests",
        own: &[Request::Rename, Request::OwnUpdate],
        horizon: 3,
        ..LATE_WITH_OTHERS
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use stateright::{Checker, Model, StateRecorder};

    use super::*;
    use crate::check::check;
    use crate::data::history::Event;
    use crate::data::state::MAX_IN_FLIGHT;
    use crate::properties;

    #[test]
    fn every_property_holds_in_every_state_of_the_small_bounds() {
        for bound in SMALL_ONES {
            let label = bound.label;
            let report = check(&bound, 2, |_| ());
            assert_eq!(report.failures, Vec::<&str>::new(), "{label}");
        }
    }

    #[test]
    fn a_state_has_room_for_all_requests_of_a_user() {
        for bound in SMALL_ONES.into_iter().chain(LARGE_ONES) {
            let requests = usize::from(bound.own_requests + bound.other_requests);
            assert!(requests <= MAX_IN_FLIGHT, "{}", bound.label);
        }
    }

    #[test]
    fn every_event_happens() {
        let common_events = [
            Event::RetryOfCommitted,
            Event::BuiltOnReadUser,
            Event::Refused,
            Event::AlreadyDone,
            Event::Swept,
            Event::TakenBack,
            Event::TakenAfterHold,
            Event::SecondChange,
        ];
        let look_alike_events = [Event::Respelled];
        let late_events =
            [Event::ArrivedLate, Event::Unknown, Event::Overtaken, Event::RefusedWhilePending];
        for (bound, events) in [
            (SMALL, &common_events[..]),
            (SMALL_LOOK_ALIKES, &look_alike_events),
            (LATE_WITH_OTHERS, &late_events),
        ] {
            for event in events {
                let checker = Bound { looked_for: Some(*event), ..bound.clone() }.checker();
                let checker = checker.spawn_bfs().join();
                assert!(checker.discovery(properties::HAPPENS).is_some(), "{event:?}");
            }
        }
    }

    #[test]
    fn folding_and_late_arrivals_reach_the_same_tables() {
        let tables = |folds, late| {
            let (recorder, states) = StateRecorder::new_with_accessor();
            let bound = Bound { folds, late, horizon: 1, ..SMALL };
            let _ = bound.checker().visitor(recorder).spawn_dfs().join();
            states().into_iter().map(|state| (state.time, state.table)).collect::<BTreeSet<_>>()
        };
        let folded = tables(true, false);
        assert_eq!(folded, tables(false, false));
        assert_eq!(folded, tables(true, true));
    }
}
