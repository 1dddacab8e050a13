//! The steps that may follow a state.

use crate::data::bound::{Bound, OtherRequest};
use crate::data::faults::Fault;
use crate::data::request::{Basis, InFlight, Request};
use crate::data::state::{Answer, State, Step};
use crate::data::table::UserId;

impl Bound {
    /// Adds the steps of the clock and of the TTL sweep.
    pub(crate) fn add_time_steps(&self, state: &State, steps: &mut Vec<Step>) {
        if state.time < self.horizon {
            steps.push(Step::Tick);
        }
        for (key, record) in (0..).zip(&state.table.names) {
            if record.is_some_and(|record| record.hold_is_over(state.time)) {
                steps.push(Step::Sweep(key));
            }
        }
    }

    /// Adds the steps of all requests of a user that are under way.
    pub(crate) fn add_in_flight_steps(&self, state: &State, user: UserId, steps: &mut Vec<Step>) {
        let in_flight = state.in_flight[usize::from(user)].iter().map_while(Option::as_ref);
        for (index, in_flight) in (0..).zip(in_flight) {
            self.add_request_steps(user, index, in_flight, steps);
        }
    }

    fn add_request_steps(
        &self,
        user: UserId,
        index: u8,
        in_flight: &InFlight,
        steps: &mut Vec<Step>,
    ) {
        let copy = in_flight.committed.then_some(in_flight.basis);
        let arrivals = in_flight.pending.into_iter().chain(copy);
        steps.extend(arrivals.map(|basis| Step::ArriveLate(user, index, basis)));
        if !in_flight.refused {
            let is_possible =
                |answer: &Answer| *answer == Answer::Received || !in_flight.is_unanswered();
            let answers = self.answers().filter(is_possible);
            steps.extend(answers.map(|answer| Step::Attempt(user, index, answer)));
        }
    }

    /// Adds the steps with which a new request for a user begins.
    pub(crate) fn add_begin_steps(&self, state: &State, user: UserId, steps: &mut Vec<Step>) {
        if state.own_left[usize::from(user)] > 0 {
            for own in self.own {
                for name in self.names {
                    self.add_begin(state, user, own(*name), steps);
                }
            }
        }
        if state.others_left > 0 {
            for request in self.others.iter().flat_map(|other| self.requests(*other)) {
                self.add_begin(state, user, request, steps);
            }
        }
    }

    /// Returns the requests of one kind of other request.
    fn requests(&self, other: OtherRequest) -> Vec<Request> {
        match other {
            OtherRequest::Status(status) => vec![Request::SetStatus(status)],
            OtherRequest::Field => vec![Request::OwnField],
            OtherRequest::Rename => {
                self.names.iter().map(|name| Request::OperatorRename(*name)).collect()
            }
        }
    }

    fn add_begin(&self, state: &State, user: UserId, request: Request, steps: &mut Vec<Step>) {
        for now in 0..=state.time {
            let mut write_on = |basis| {
                let write = |answer| Step::BeginWithWrite(user, request, now, basis, answer);
                steps.extend(self.answers().map(write));
            };
            if matches!(request, Request::Create(_)) {
                write_on(Basis::Nobody);
                continue;
            }
            if matches!(request, Request::Rename(_)) && !self.has(Fault::NoConditions) {
                let claimed = self.names.iter().filter(|name| Some(**name) != request.name());
                claimed.for_each(|name| write_on(Basis::Name(*name)));
            }
            steps.push(Step::BeginWithRead(user, request, now));
        }
    }

    fn answers(&self) -> impl Iterator<Item = Answer> {
        let pending = self.late.then_some(Answer::Pending);
        [Answer::Received, Answer::Lost].into_iter().chain(pending)
    }
}
