//! The bounds up to which the model of signing in is checked.

use super::data::bound::Bound;
use super::data::faults::Faults;
use super::data::request::{Holder, Request};

const REFRESH: Request = Request::Refresh(Holder::Client);
const THEFT: Request = Request::Refresh(Holder::Thief);
const STRANGER: Request = login(0, 0, false);
const KNOWN: Request = login(0, 0, true);
const GUESS: Request = login(0, 3, false);
const CHANGE: Request = change(Holder::Client, 1);
const OTHER_CHANGE: Request = change(Holder::Other, 2);

const fn login(name: u8, password: u8, known: bool) -> Request {
    Request::Login { name, password, known }
}

const fn change(holder: Holder, new: u8) -> Request {
    Request::Change { holder, old: 0, new }
}

/// One client refreshes, one request after the other, and may lose one answer.
pub const SERIAL: Bound = Bound {
    label: "4 refreshes, 1 lost answer, L = 1",
    requests: &[REFRESH; 4],
    late_repeats: 1,
    lost: 1,
    horizon: 2,
    skewed: false,
    parallel: false,
    torn: false,
    two_devices: false,
    imported: false,
    looked_for: None,
    faults: Faults::NONE,
};

/// As `SERIAL`, but a session has no late repeats, no answer is lost, and somebody forges tokens.
pub const STRICT: Bound = Bound {
    label: "3 refreshes, forged tokens, logout, L = 0",
    requests: &[
        REFRESH,
        REFRESH,
        REFRESH,
        Request::ForgedRefresh,
        Request::ForgedLogout,
        Request::Logout,
    ],
    late_repeats: 0,
    lost: 0,
    ..SERIAL
};

/// As `SERIAL`, but three answers may be lost.
pub const THREE_LOST: Bound = Bound {
    label: "5 refreshes, 3 lost answers, L = 3",
    requests: &[REFRESH; 5],
    late_repeats: 3,
    lost: 3,
    ..SERIAL
};

/// Three requests with one token, and one with its successor. Any number of answers may be lost, for
/// no time passes.
pub const PARALLEL: Bound = Bound {
    label: "4 parallel refreshes, 2 lost answers within the grace, L = 0",
    parallel: true,
    late_repeats: 0,
    lost: 2,
    horizon: 0,
    ..SERIAL
};

/// As `PARALLEL`, but time passes. A tab of the client has read its token before that.
pub const PARALLEL_IN_TIME: Bound = Bound {
    label: "4 parallel refreshes, logout, L = 0",
    requests: &[REFRESH, REFRESH, REFRESH, REFRESH, Request::Logout],
    lost: 0,
    horizon: 2,
    ..PARALLEL
};

/// An answer to parallel requests is lost, and time passes.
pub const PARALLEL_LATE: Bound = Bound {
    label: "4 parallel refreshes, 1 lost answer, L = 2",
    parallel: true,
    late_repeats: 2,
    ..SERIAL
};

/// A client repeats late and signs out, perhaps while a repeat is under way.
pub const LATE_LOGOUT: Bound = Bound {
    label: "4 refreshes, logout, 2 lost answers, L = 2",
    requests: &[REFRESH, REFRESH, REFRESH, REFRESH, Request::Logout],
    late_repeats: 2,
    lost: 2,
    ..SERIAL
};

/// A thief has a copy of a token. The clocks differ.
pub const THIEF: Bound = Bound {
    label: "3 refreshes, a thief with 3, clocks differ, L = 1",
    requests: &[REFRESH, REFRESH, REFRESH, Request::Steal, THEFT, THEFT, THEFT],
    late_repeats: 1,
    lost: 0,
    horizon: 3,
    skewed: true,
    ..SERIAL
};

/// The time of the session ends, and DynamoDB deletes it at once or late. The clocks differ.
pub const ENDING: Bound = Bound {
    label: "3 refreshes, to the end of the session, clocks differ, L = 1",
    requests: &[REFRESH; 3],
    horizon: 8,
    skewed: true,
    lost: 1,
    ..SERIAL
};

/// A login, a refresh, and what raises the epoch or must not.
pub const EPOCHS: Bound = Bound {
    label: "login, refresh, block, unblock, rename, password set",
    requests: &[
        STRANGER,
        REFRESH,
        Request::Block,
        Request::Unblock,
        Request::Rename,
        Request::SetPassword(1),
    ],
    lost: 0,
    horizon: 0,
    torn: true,
    ..SERIAL
};

/// As `EPOCHS`, but the user is erased and created again.
pub const ERASED: Bound = Bound {
    label: "login, refresh, erased, created again",
    requests: &[STRANGER, REFRESH, REFRESH, Request::Erase, Request::Create],
    ..EPOCHS
};

/// Two devices; the client signs out everywhere, perhaps again.
pub const EVERYWHERE: Bound = Bound {
    label: "2 devices, everywhere twice, refreshes, login, 2 lost answers",
    requests: &[
        Request::Everywhere,
        Request::Everywhere,
        REFRESH,
        Request::Refresh(Holder::Other),
        STRANGER,
    ],
    lost: 2,
    torn: false,
    two_devices: true,
    ..EPOCHS
};

/// The client changes the password, perhaps again, beside its own refreshes and a login.
pub const CHANGING: Bound = Bound {
    label: "change twice, refresh twice, login, 1 lost answer",
    requests: &[CHANGE, CHANGE, REFRESH, STRANGER],
    lost: 1,
    parallel: true,
    two_devices: true,
    ..EPOCHS
};

/// Two devices change the password, and one of them signs out everywhere.
pub const TWO_CHANGES: Bound = Bound {
    label: "2 devices, a change each, everywhere, block, unblock",
    requests: &[CHANGE, OTHER_CHANGE, Request::Everywhere, Request::Block, Request::Unblock],
    lost: 0,
    parallel: true,
    two_devices: true,
    ..EPOCHS
};

/// One device changes the password while the other signs out everywhere and in again.
pub const EPOCH_WRITTEN: Bound = Bound {
    label: "2 devices, a change, everywhere, a login",
    requests: &[OTHER_CHANGE, Request::Everywhere, STRANGER, KNOWN],
    ..TWO_CHANGES
};

/// Logins replace an imported hash while the password is changed.
pub const REHASHING: Bound = Bound {
    label: "2 logins with an imported hash, a change, a password set",
    requests: &[STRANGER, KNOWN, CHANGE, Request::SetPassword(2)],
    lost: 0,
    imported: true,
    ..EPOCHS
};

/// Strangers guess in parallel. The user signs in from a known device and from a new one.
pub const GUESSING: Bound = Bound {
    label: "3 guesses, a login of a stranger and 2 of a known device, 1 lost answer",
    requests: &[GUESS, GUESS, GUESS, STRANGER, KNOWN, KNOWN],
    lost: 1,
    horizon: 0,
    torn: false,
    ..EPOCHS
};

/// As `GUESSING`, but windows end, and the clocks differ.
pub const WINDOWS: Bound = Bound {
    label: "3 guesses, a login of a stranger, 2 windows, clocks differ",
    requests: &[GUESS, GUESS, GUESS, STRANGER],
    lost: 0,
    horizon: 3,
    skewed: true,
    ..GUESSING
};

/// The bounds that the tests check.
pub const SMALL_ONES: [Bound; 18] = [
    SERIAL,
    STRICT,
    THREE_LOST,
    PARALLEL,
    PARALLEL_IN_TIME,
    PARALLEL_LATE,
    LATE_LOGOUT,
    THIEF,
    ENDING,
    EPOCHS,
    ERASED,
    EVERYWHERE,
    CHANGING,
    TWO_CHANGES,
    EPOCH_WRITTEN,
    REHASHING,
    GUESSING,
    WINDOWS,
];

/// The further bounds that the program checks.
pub const LARGE_ONES: [Bound; 10] = [
    Bound {
        label: "7 refreshes, 3 lost answers, clocks differ, L = 3",
        requests: &[REFRESH; 7],
        skewed: true,
        ..THREE_LOST
    },
    Bound {
        label: "6 parallel refreshes, 3 lost answers within the grace, L = 0",
        requests: &[REFRESH; 6],
        lost: 3,
        ..PARALLEL
    },
    Bound {
        label: "5 parallel refreshes, logout, 1 lost answer, L = 3",
        requests: &[REFRESH, REFRESH, REFRESH, REFRESH, REFRESH, Request::Logout],
        late_repeats: 3,
        lost: 1,
        ..PARALLEL_IN_TIME
    },
    Bound {
        label: "3 refreshes, a thief with 3, clocks differ, L = 3",
        late_repeats: 3,
        lost: 1,
        ..THIEF
    },
    Bound {
        label: "5 refreshes, to the end of the session, clocks differ, L = 2",
        requests: &[REFRESH; 5],
        late_repeats: 2,
        lost: 2,
        ..ENDING
    },
    Bound {
        label: "2 logins, refresh, block, unblock, rename, password set",
        requests: &[
            STRANGER,
            STRANGER,
            REFRESH,
            Request::Block,
            Request::Unblock,
            Request::Rename,
            Request::SetPassword(1),
        ],
        ..EPOCHS
    },
    Bound {
        label: "2 devices, everywhere twice, 2 refreshes each, 2 lost answers",
        requests: &[
            Request::Everywhere,
            Request::Everywhere,
            REFRESH,
            REFRESH,
            Request::Refresh(Holder::Other),
            Request::Refresh(Holder::Other),
            STRANGER,
        ],
        ..EVERYWHERE
    },
    Bound {
        label: "change twice, 2 refreshes, login, block, 1 lost answer",
        requests: &[CHANGE, CHANGE, REFRESH, REFRESH, STRANGER, Request::Block],
        ..CHANGING
    },
    Bound {
        label: "3 logins with an imported hash, a change, a password set, erased",
        requests: &[STRANGER, STRANGER, KNOWN, CHANGE, Request::SetPassword(2), Request::Erase],
        ..REHASHING
    },
    Bound {
        label: "3 guesses, a login of a stranger and 1 of a known device, 2 windows, clocks differ",
        requests: &[GUESS, GUESS, GUESS, STRANGER, KNOWN],
        ..WINDOWS
    },
];

#[cfg(test)]
mod tests {
    use stateright::{Checker, Model};

    use super::*;
    use crate::check::{check, counterexample};
    use crate::session::data::history::Event;
    use crate::session::data::state::MAX_REQUESTS;
    use crate::session::properties::{HAPPENS, STAYS_SIGNED_IN};

    fn happens(bound: &Bound, event: Event) -> bool {
        let checker = Bound { looked_for: Some(event), ..bound.clone() }.checker();
        checker.spawn_bfs().join().discovery(HAPPENS).is_some()
    }

    #[test]
    fn every_property_of_signing_in_holds_in_every_state_of_the_small_bounds() {
        for bound in SMALL_ONES {
            let label = bound.label;
            let report = check(&bound, 2, |_| ());
            assert_eq!(report.failures, Vec::<&str>::new(), "{label}");
        }
    }

    #[test]
    fn a_state_has_room_for_all_requests() {
        for bound in SMALL_ONES.into_iter().chain(LARGE_ONES) {
            assert!(bound.requests.len() <= MAX_REQUESTS, "{}", bound.label);
        }
    }

    #[test]
    fn every_event_of_signing_in_happens() {
        for (bound, events) in [
            (SERIAL, &[Event::RepeatedInGrace, Event::RepeatedLate, Event::BudgetSpent][..]),
            (SERIAL, &[Event::Overtaken, Event::OvertakenTwice]),
            (THIEF, &[Event::ReuseEnded, Event::BudgetSpent]),
            (ENDING, &[Event::SweptUnderWay]),
            (EPOCHS, &[Event::DeadAtBirth, Event::NameMoved]),
            (CHANGING, &[Event::TornRead, Event::AlreadyChanged, Event::DeadAtBirth]),
            (REHASHING, &[Event::Rehashed, Event::RehashDropped, Event::ChangeDecidedAnew]),
            (GUESSING, &[Event::TooManyAttempts]),
        ] {
            for event in events {
                assert!(happens(&bound, *event), "{event:?} in {}", bound.label);
            }
        }
    }

    #[test]
    fn one_lost_answer_more_than_the_late_repeats_can_sign_a_client_out() {
        for late_repeats in [0, 1, 3] {
            let lost = late_repeats + 1;
            // Each late repeat takes the time of one grace.
            let horizon = i8::try_from(lost).unwrap_or(0) + 1;
            let bound = Bound { late_repeats, lost, horizon, ..THREE_LOST };
            assert!(check(&bound, 2, |_| ()).failures.is_empty(), "L = {late_repeats}");
            assert!(happens(&bound, Event::SignedOutBeyondBudget), "L = {late_repeats}");
        }
    }

    #[test]
    fn a_rotation_by_a_clock_that_is_back_has_no_grace() {
        let bound = Bound { skewed: true, ..PARALLEL };
        assert!(counterexample(&bound, STAYS_SIGNED_IN, 6).is_some());
    }

    #[test]
    fn a_refresh_that_arrives_after_two_rotations_ends_the_session() {
        // Only this bound has requests that are given up before they have read anything.
        let bound = Bound { torn: true, ..SERIAL };
        assert!(counterexample(&bound, STAYS_SIGNED_IN, 14).is_some());
    }
}
