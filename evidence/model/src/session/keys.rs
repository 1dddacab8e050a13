//! The rotation of signing keys, with caches up to an hour old.
//!
//! A key is published, signs from an instant on, and verifies until another one. `nameplate keys rotate`
//! writes the new key, and the end of the key before it, in one transaction. Who signs and who verifies
//! may have read the keys up to an hour ago. One tick is 5 minutes.

use stateright::{Model, Property};

/// An instant, counted in ticks of 5 minutes.
pub type Tick = i8;

/// The greatest number of keys.
pub const KEYS: usize = 3;
/// The greatest age of a cache: an hour.
pub const CACHE: Tick = 12;
/// The lifetime of an access token: 10 minutes.
pub const TOKEN: Tick = 2;
/// How far back a clock may be: 5 minutes.
pub const SKEW: Tick = 1;

/// Every cache verifies every token that lives.
pub const VERIFIED: &str = "every verifier accepts a live token, however old its cache";
/// The second key can sign.
pub const SECOND_SIGNS: &str = "a second key signs";

/// A schedule of keys. It is also the model that stateright checks.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The name of the bound.
    pub label: &'static str,
    /// The time from the publication of a key until it signs.
    pub lead: Tick,
    /// The time from the last signature of a key until it verifies no more.
    pub keep: Tick,
    /// The number of rotations, at any time.
    pub rotations: usize,
    /// The last instant.
    pub horizon: Tick,
}

/// A key signs an hour after its publication, and verifies for two lifetimes of a token after its end.
pub const HOUR: Schedule = Schedule {
    label: "keys: 1 rotation, caches to 1 h",
    lead: CACHE,
    keep: 2 * TOKEN,
    rotations: 1,
    horizon: 32,
};

/// As `HOUR`, but with two rotations.
pub const TWO_ROTATIONS: Schedule =
    Schedule { label: "keys: 2 rotations, caches to 1 h", rotations: 2, horizon: 40, ..HOUR };

/// A deliberate fault of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A key signs as soon as it is published.
    SignsAtOnce,
    /// A key signs 5 minutes too soon.
    SignsTooSoon,
    /// The end of a key cuts the tokens that it signed last.
    CutsLiveTokens,
}

impl Fault {
    /// All faults.
    pub const ALL: [Self; 3] = [Self::SignsAtOnce, Self::SignsTooSoon, Self::CutsLiveTokens];

    /// Returns the schedule with the fault.
    pub fn schedule(self) -> Schedule {
        match self {
            Self::SignsAtOnce => Schedule { lead: 0, ..HOUR },
            Self::SignsTooSoon => Schedule { lead: CACHE - 1, ..HOUR },
            Self::CutsLiveTokens => Schedule { keep: 0, ..HOUR },
        }
    }
}

/// The greatest number of steps to a counterexample.
pub const STEPS: usize = 16;

/// A token that was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Signed {
    /// The number of the key.
    pub key: usize,
    /// The claim `exp`.
    pub expires_at: Tick,
}

/// Everything there is at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// The present instant.
    pub time: Tick,
    /// The instants at which the keys were published. The first key was there before.
    pub published: [Option<Tick>; KEYS],
    /// The token that was signed last.
    pub token: Option<Signed>,
    /// Whether a verifier refused a live token.
    pub refused: bool,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Time passes.
    Tick,
    /// A key is published.
    Rotate,
    /// A function signs. Its cache is as old as the first number says, and its clock as far back as the
    /// second.
    Sign(Tick, Tick),
    /// A verifier with a cache of this age verifies the last token.
    Verify(Tick),
}

impl Schedule {
    /// Returns the instant from which a key signs, if it was published by an instant.
    fn sign_from(&self, state: &State, key: usize, by: Tick) -> Option<Tick> {
        let published = state.published.get(key).copied().flatten().filter(|at| *at <= by)?;
        Some(if key == 0 { Tick::MIN } else { published + self.lead })
    }

    /// Whether a verifier whose cache was read at an instant accepts the key now.
    fn verifies(&self, state: &State, key: usize, read_at: Tick) -> bool {
        let end = self.sign_from(state, key + 1, read_at).map(|from| from + self.keep);
        let is_known = self.sign_from(state, key, read_at).is_some();
        is_known && end.is_none_or(|end| state.time < end)
    }

    fn sign(&self, state: &State, age: Tick, back: Tick) -> Option<Signed> {
        let now = state.time - back;
        let signs = |key: &usize| {
            let from = self.sign_from(state, *key, state.time - age);
            from.is_some_and(|from| from <= now)
        };
        let key = (0..KEYS).rev().find(signs)?;
        Some(Signed { key, expires_at: now + TOKEN })
    }
}

impl Model for Schedule {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        let published = [Some(Tick::MIN), None, None];
        vec![State { time: 0, published, token: None, refused: false }]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        if state.time < self.horizon {
            steps.push(Step::Tick);
        }
        if state.published.iter().flatten().count() <= self.rotations {
            steps.push(Step::Rotate);
        }
        for age in 0..=CACHE {
            steps.push(Step::Sign(age, 0));
            steps.push(Step::Sign(age, SKEW));
            if state.token.is_some_and(|token| state.time < token.expires_at) {
                steps.push(Step::Verify(age));
            }
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = *last;
        match step {
            Step::Tick => state.time += 1,
            Step::Rotate => {
                *state.published.iter_mut().find(|slot| slot.is_none())? = Some(state.time);
            }
            Step::Sign(age, back) => state.token = Some(self.sign(&state, age, back)?),
            Step::Verify(age) => {
                state.refused |= !self.verifies(&state, state.token?.key, state.time - age);
            }
        }
        // What has expired is no token any more.
        state.token = state.token.filter(|token| state.time < token.expires_at);
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(VERIFIED, |_, state: &State| !state.refused),
            Property::sometimes(SECOND_SIGNS, |_, state: &State| {
                state.token.is_some_and(|token| token.key > 0)
            }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{check, counterexample};

    #[test]
    fn every_verifier_accepts_a_live_token() {
        for schedule in [HOUR, TWO_ROTATIONS] {
            let report = check(&schedule, 2, |_| ());
            assert_eq!(report.failures, Vec::<&str>::new(), "{}", schedule.label);
        }
    }

    #[test]
    fn each_fault_of_a_schedule_makes_a_verifier_refuse_a_live_token() {
        for fault in Fault::ALL {
            let found = counterexample(&fault.schedule(), VERIFIED, STEPS);
            assert!(found.is_some(), "{fault:?}");
        }
    }
}
