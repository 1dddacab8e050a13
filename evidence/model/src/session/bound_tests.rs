//! What holds and what happens in the bounds.

use stateright::{Checker, Model};

use super::bounds::{
    CHANGING, ENDING, EPOCHS, GUESSING, PARALLEL, REHASHING, SERIAL, SMALL_ONES, THIEF, THREE_LOST,
};
use super::data::bound::Bound;
use super::data::history::Event;
use super::data::state::MAX_REQUESTS;
use super::large_bounds::LARGE_ONES;
use super::properties::{HAPPENS, STAYS_SIGNED_IN};
use crate::check::{check, counterexample};

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
