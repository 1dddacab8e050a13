//! Sixteen requests with one token, in a thousand orders.

use stateright::Model;

use super::bounds::SERIAL;
use super::data::bound::Bound;
use super::data::faults::Fault;
use super::data::faults::Faults;
use super::data::request::{Holder, Token};
use super::data::request::{InFlight, Progress, WithToken};
use super::data::state::State;

const TABS: usize = 16;

/// Returns a request with the first token that has read both items.
fn begin(bound: &Bound, state: &mut State) -> (InFlight, Option<WithToken>) {
    let request = WithToken::new(Holder::Client, Token::first(0));
    let in_flight = InFlight { progress: Progress::Refresh(request), back: 0, given_up: true };
    (in_flight, bound.call_refresh(state, &in_flight, request, true))
}

/// Makes the next call of one of the requests, in the order of the numbers, until all are over.
fn run(bound: &Bound, state: &mut State, mut requests: Vec<Option<WithToken>>, mut seed: u64) {
    let (in_flight, _) = begin(bound, &mut state.clone());
    while requests.iter().any(Option::is_some) {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let index = usize::try_from(seed >> 33).unwrap_or(0) % requests.len();
        if let Some(request) = requests[index] {
            requests[index] = bound.call_refresh(state, &in_flight, request, true);
        }
    }
}

fn start(bound: &Bound) -> State {
    bound.init_states()[0]
}

#[test]
fn sixteen_refreshes_of_one_token_at_once_get_one_successor() {
    let bound = Bound { late_repeats: 0, ..SERIAL };
    for seed in 0..1000 {
        let mut state = start(&bound);
        let requests = (0..TABS).map(|_| begin(&bound, &mut state).1).collect();
        run(&bound, &mut state, requests, seed);
        assert_eq!(state.history.violations, 0, "seed {seed}");
        assert_eq!(state.history.drawn, 1, "seed {seed}");
        assert_eq!(state.table.session(0).map(|session| session.generation), Some(1));
    }
}

#[test]
fn sixteen_late_repeats_at_once_cost_one() {
    for seed in 0..1000 {
        let mut state = rotated_long_ago(&SERIAL);
        let requests = (0..TABS).map(|_| begin(&SERIAL, &mut state).1).collect();
        run(&SERIAL, &mut state, requests, seed);
        assert_eq!(goes_on_with(&state), Some(1), "seed {seed}");
    }
}

#[test]
fn sixteen_late_repeats_one_after_the_other_cost_one() {
    let one_after_the_other = |bound: &Bound| {
        let mut state = rotated_long_ago(bound);
        for _ in 0..TABS {
            let request = begin(bound, &mut state).1;
            run(bound, &mut state, vec![request], 0);
        }
        goes_on_with(&state)
    };
    assert_eq!(one_after_the_other(&SERIAL), Some(1));
    let faults = Faults::of(&[Fault::LateHasNoGrace]);
    assert_eq!(one_after_the_other(&Bound { faults, ..SERIAL }), None);
}

/// Returns a state in which the answer to the first refresh was lost and the grace is over.
fn rotated_long_ago(bound: &Bound) -> State {
    let mut state = start(bound);
    let request = begin(bound, &mut state).1;
    run(bound, &mut state, vec![request], 0);
    state.time += 1;
    state
}

/// Returns the number of late repeats, if the session was not ended.
fn goes_on_with(state: &State) -> Option<u8> {
    state.table.session(0).filter(|session| !session.ended).map(|session| session.late)
}
