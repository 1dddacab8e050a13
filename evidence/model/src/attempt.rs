//! An attempt at a write: what it does to the table, and what becomes of its request.

use crate::faults::Fault;
use crate::properties::{Event, Violation};
use crate::protocol::{Bound, State};
use crate::request::{Basis, Flight, Next, has_reason};
use crate::table::{Outcome, Part, Transaction, UserId};

/// Whether an answer of DynamoDB arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It does.
    Heard,
    /// The write is carried out and the answer lost; the SDK will make the attempt again.
    Lost,
    /// It does not: the attempt is still on its way, and the SDK will make another one.
    OnWay,
}

impl Bound {
    /// One attempt of a request at its write. `None` when the request is over.
    pub(crate) fn attempt(
        &self,
        state: &mut State,
        user: UserId,
        mut flight: Flight,
        answer: Answer,
    ) -> Option<Flight> {
        if answer == Answer::OnWay {
            flight.on_way = Some(flight.basis);
            return Some(flight);
        }
        let remembered = flight.committed && !flight.is_single();
        let other_token = self.has(Fault::NewTokenEachAttempt) || self.has(Fault::NowNotFrozen);
        if remembered && answer == Answer::Heard && !other_token {
            state.ghosts.happened(self, Event::RetryOfCommitted);
            return self.tell(state, user, &flight, Next::Success);
        }
        if flight.committed && self.has(Fault::NowNotFrozen) {
            flight.now = state.time;
        }
        let (outcome, whole) = self.carry_out(state, user, &mut flight);
        match answer {
            Answer::Heard if whole => {
                let next = flight.hear(user, outcome, self.faults);
                self.tell(state, user, &flight, next)
            }
            Answer::Heard => Some(flight),
            _ => {
                flight.committed |= outcome == Outcome::Committed;
                Some(flight)
            }
        }
    }

    /// An attempt arrives that was on its way, or a copy of one that was carried out, when DynamoDB has
    /// forgotten its token, if it ever knew it. Nobody hears of it. `None` when its conditions do not
    /// hold.
    pub(crate) fn arrive(
        &self,
        state: &mut State,
        user: UserId,
        flight: Flight,
        basis: Basis,
    ) -> Option<Flight> {
        let mut arrived = Flight { basis, ..flight };
        let (outcome, _) = self.carry_out(state, user, &mut arrived);
        if outcome != Outcome::Committed {
            return None;
        }
        state.ghosts.happened(self, Event::CameLate);
        let of_this_commit = basis == flight.basis;
        Some(Flight {
            basis: flight.basis,
            committed: flight.committed || of_this_commit,
            on_way: flight.on_way.filter(|other| *other != basis),
            ..arrived
        })
    }

    /// Asks the table for the write. Whether it was the last part comes with the outcome.
    fn carry_out(&self, state: &mut State, user: UserId, flight: &mut Flight) -> (Outcome, bool) {
        let wish = flight.transaction(user);
        let (outcome, whole) = self.transact(state, user, flight, &wish);
        if outcome == Outcome::Committed {
            state.ghosts.committed(self, user, flight, &wish, state.time);
            flight.made = true;
        }
        (outcome, whole)
    }

    /// Asks the table, for all of the transaction or for the part that a fault makes of it. Whether it
    /// was the last part comes with the outcome.
    fn transact(
        &self,
        state: &mut State,
        user: UserId,
        flight: &mut Flight,
        wish: &Transaction,
    ) -> (Outcome, bool) {
        let parts = if wish.to.is_none() {
            [Part::Whole; 2]
        } else if self.has(Fault::UserThenNames) {
            [Part::User, Part::Names]
        } else if self.has(Fault::NamesThenUser) {
            [Part::Names, Part::User]
        } else {
            [Part::Whole; 2]
        };
        let part = parts[usize::from(flight.torn)];
        let before = state.table;
        let outcome = state.table.transact(wish, part, self.faults);
        let first_of_two = parts[0] != parts[1] && !flight.torn && outcome == Outcome::Committed;
        flight.torn = first_of_two;
        state.ghosts.watch(self, user, &before, &state.table);
        (outcome, !first_of_two)
    }

    /// What becomes of a request after an answer.
    pub(crate) fn tell(
        &self,
        state: &mut State,
        user: UserId,
        flight: &Flight,
        next: Next,
    ) -> Option<Flight> {
        let ghosts = &mut state.ghosts;
        match next {
            Next::Write(basis) => {
                let overtaken = flight.is_unanswered();
                let event = if overtaken { Event::Overtaken } else { Event::BuiltOnTruth };
                ghosts.happened(self, event);
                return Some(Flight { basis, committed: false, torn: false, ..*flight });
            }
            Next::Unknown => {
                ghosts.happened(self, Event::Unknown);
                return Some(*flight);
            }
            Next::Broken => ghosts.violated(Violation::Broken),
            Next::Refused => {
                if flight.made {
                    ghosts.violated(Violation::RefusedThoughMade);
                } else if !has_reason(flight.wish, user, flight.now, &state.table) {
                    ghosts.violated(Violation::RefusedForNothing);
                }
                ghosts.happened(self, Event::Refused);
                flight.on_way?;
                ghosts.happened(self, Event::RefusedOnWay);
                return Some(Flight { refused: true, ..*flight });
            }
            Next::Success if !flight.made => {
                let truth = state.table.user(user);
                if !truth.is_some_and(|truth| flight.wish.is_true_of(truth)) {
                    ghosts.violated(Violation::FalseSuccess);
                }
                ghosts.happened(self, Event::AlreadySo);
            }
            Next::Success => (),
        }
        None
    }
}
