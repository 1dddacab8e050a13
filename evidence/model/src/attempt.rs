//! An attempt at a write: its effect on the table, and what follows for its request.

use crate::data::bound::Bound;
use crate::data::faults::Fault;
use crate::data::history::{Event, Violation};
use crate::data::request::{Basis, InFlight, Next};
use crate::data::state::{Answer, State};
use crate::data::table::UserId;
use crate::data::transaction::{Outcome, Part, Transaction};
use crate::handler::{has_reason_to_refuse, is_as_requested};

impl Bound {
    /// Makes one attempt of a request at its write. Returns `None` when the request is over.
    pub(crate) fn attempt(
        &self,
        state: &mut State,
        user: UserId,
        mut in_flight: InFlight,
        answer: Answer,
    ) -> Option<InFlight> {
        if answer == Answer::Pending {
            in_flight.pending = Some(in_flight.basis);
            return Some(in_flight);
        }
        let knows_token = in_flight.committed && !in_flight.request.is_single_item();
        let other_token = self.has(Fault::NewTokenEachAttempt) || self.has(Fault::NowNotFrozen);
        if knows_token && answer == Answer::Received && !other_token {
            state.history.record_event(self, Event::RetryOfCommitted);
            return self.proceed(state, user, &in_flight, Next::Success);
        }
        if in_flight.committed && self.has(Fault::NowNotFrozen) {
            in_flight.now = state.time;
        }
        let (outcome, complete) = self.carry_out(state, user, &mut in_flight);
        match answer {
            Answer::Received if complete => {
                let next = in_flight.after_answer(user, outcome, self.faults);
                self.proceed(state, user, &in_flight, next)
            }
            Answer::Received => Some(in_flight),
            _ => {
                in_flight.committed |= outcome == Outcome::Committed;
                Some(in_flight)
            }
        }
    }

    /// Carries out an attempt that arrives late: a pending attempt, or a copy of one that was carried
    /// out. DynamoDB does not know its token, and nobody receives the answer. Returns `None` when the
    /// conditions do not hold.
    pub(crate) fn arrive_late(
        &self,
        state: &mut State,
        user: UserId,
        in_flight: InFlight,
        basis: Basis,
    ) -> Option<InFlight> {
        let mut arrived = InFlight { basis, ..in_flight };
        let (outcome, _) = self.carry_out(state, user, &mut arrived);
        if outcome != Outcome::Committed {
            return None;
        }
        state.history.record_event(self, Event::ArrivedLate);
        let is_present_write = basis == in_flight.basis;
        Some(InFlight {
            basis: in_flight.basis,
            committed: in_flight.committed || is_present_write,
            pending: in_flight.pending.filter(|pending| *pending != basis),
            ..arrived
        })
    }

    /// Carries out the write on the table. Returns the outcome, and whether the write is complete.
    fn carry_out(
        &self,
        state: &mut State,
        user: UserId,
        in_flight: &mut InFlight,
    ) -> (Outcome, bool) {
        let transaction = in_flight.transaction(user);
        let (outcome, complete) = self.transact(state, in_flight, &transaction);
        if outcome == Outcome::Committed {
            state.history.record_commit(self, in_flight, &transaction, state.time);
            in_flight.changed = true;
        }
        (outcome, complete)
    }

    /// Carries out the transaction, or the next part of it if a fault splits it. Returns the outcome,
    /// and whether no part is left.
    fn transact(
        &self,
        state: &mut State,
        in_flight: &mut InFlight,
        transaction: &Transaction,
    ) -> (Outcome, bool) {
        let parts = self.parts(transaction);
        let part = parts[usize::from(in_flight.half_done)];
        let before = state.table;
        let outcome = state.table.transact(transaction, part, self.faults);
        let is_first_of_two =
            parts[0] != parts[1] && !in_flight.half_done && outcome == Outcome::Committed;
        in_flight.half_done = is_first_of_two;
        state.history.record_difference(self, transaction.user, &before, &state.table);
        (outcome, !is_first_of_two)
    }

    /// Returns the first and the second part of a transaction. Without a fault, both are the whole.
    fn parts(&self, transaction: &Transaction) -> [Part; 2] {
        if transaction.to.is_none() {
            [Part::Whole; 2]
        } else if self.has(Fault::UserThenNames) {
            [Part::User, Part::Names]
        } else if self.has(Fault::NamesThenUser) {
            [Part::Names, Part::User]
        } else {
            [Part::Whole; 2]
        }
    }

    /// Does what the handler decided to do next. Returns `None` when the request is over.
    pub(crate) fn proceed(
        &self,
        state: &mut State,
        user: UserId,
        in_flight: &InFlight,
        next: Next,
    ) -> Option<InFlight> {
        match next {
            Next::Write(basis) => {
                let overtaken = in_flight.is_unanswered();
                let event = if overtaken { Event::Overtaken } else { Event::BuiltOnReadUser };
                state.history.record_event(self, event);
                Some(InFlight { basis, committed: false, half_done: false, ..*in_flight })
            }
            Next::Unknown => {
                state.history.record_event(self, Event::Unknown);
                Some(*in_flight)
            }
            Next::LostName => {
                state.history.record_violation(Violation::LostName);
                None
            }
            Next::Refused => self.refuse(state, user, in_flight),
            Next::Success => {
                self.succeed(state, user, in_flight);
                None
            }
        }
    }

    /// Refuses a request. Returns it if one of its attempts is pending.
    fn refuse(&self, state: &mut State, user: UserId, in_flight: &InFlight) -> Option<InFlight> {
        let history = &mut state.history;
        if in_flight.changed {
            history.record_violation(Violation::RefusedButChanged);
        } else if !has_reason_to_refuse(in_flight.request, user, in_flight.now, &state.table) {
            history.record_violation(Violation::RefusedWithoutReason);
        }
        history.record_event(self, Event::Refused);
        in_flight.pending?;
        history.record_event(self, Event::RefusedWhilePending);
        Some(InFlight { refused: true, ..*in_flight })
    }

    /// Tells the client of success, and checks that this is true.
    fn succeed(&self, state: &mut State, user: UserId, in_flight: &InFlight) {
        if in_flight.changed {
            return;
        }
        let found = state.table.user(user);
        if !found.is_some_and(|found| is_as_requested(found, in_flight.request)) {
            state.history.record_violation(Violation::FalseSuccess);
        }
        state.history.record_event(self, Event::AlreadyDone);
    }
}
