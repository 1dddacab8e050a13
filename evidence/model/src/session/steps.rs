//! The steps that may follow a state.

use super::data::bound::Bound;
use super::data::faults::Fault;
use super::data::request::{Holder, InFlight, LoginCall, Progress, Request, TokenCall};
use super::data::state::{State, Step};
use super::data::table::SKEW;
use super::login::window_of;

impl Progress {
    /// The holder whose request this is.
    fn holder(&self) -> Option<Holder> {
        match self {
            Self::Refresh(request) | Self::Logout(request, _) => {
                request.token.right_tag.then_some(request.holder)
            }
            Self::Change(change) => Some(change.holder),
            Self::Login(_) => None,
        }
    }
}

impl Request {
    /// The holder whose token the request needs.
    fn holder(self) -> Option<Holder> {
        match self {
            Self::Refresh(holder) | Self::Change { holder, .. } => Some(holder),
            Self::Logout | Self::Everywhere => Some(Holder::Client),
            _ => None,
        }
    }

    /// Whether a function carries it out in several steps, so that the function's clock matters.
    fn has_clock(self) -> bool {
        matches!(self, Self::Refresh(_) | Self::Login { .. })
    }
}

impl Bound {
    /// Adds the steps of the clock and of the TTL sweep.
    pub(crate) fn add_time_steps(&self, state: &State, steps: &mut Vec<Step>) {
        if state.time >= self.horizon {
            return self.add_sweeps(state, steps);
        }
        steps.push(Step::Tick);
        self.add_sweeps(state, steps);
    }

    fn add_sweeps(&self, state: &State, steps: &mut Vec<Step>) {
        for (id, session) in (0..).zip(&state.table.sessions) {
            if session.is_some_and(|session| state.time >= session.expires_at()) {
                steps.push(Step::SweepSession(id));
            }
        }
        let margin = if self.has(Fault::AttemptsExpireAtOnce) { 0 } else { SKEW };
        for (window, pools) in (0..).zip(&state.table.attempts) {
            let is_over = window_of(state.time - margin) > window;
            if is_over && pools.iter().any(Option::is_some) {
                steps.push(Step::SweepAttempts(window));
            }
        }
    }

    /// Adds the steps with which a request begins.
    pub(crate) fn add_begin_steps(&self, state: &State, steps: &mut Vec<Step>) {
        for (index, request) in self.requests.iter().enumerate() {
            // Of equal requests, the first one begins first.
            let equal_before = self.requests[..index].iter().rposition(|other| other == request);
            let is_turn = equal_before.is_none_or(|before| state.begun & 1 << before != 0);
            if state.begun & 1 << index != 0 || !is_turn || !self.may_send(state, *request) {
                continue;
            }
            steps.push(Step::Begin(index, 0));
            if self.skewed && request.has_clock() {
                steps.push(Step::Begin(index, SKEW));
            }
        }
    }

    /// Whether the holder has a token, and waits for no other answer.
    fn may_send(&self, state: &State, request: Request) -> bool {
        let Some(holder) = request.holder() else { return true };
        let waits = |in_flight: &InFlight| {
            !in_flight.given_up && in_flight.progress.holder() == Some(holder)
        };
        let is_waiting = !self.parallel && state.in_flight.iter().flatten().any(waits);
        state.token(holder).is_some() && !is_waiting
    }

    /// Adds the steps of the requests under way.
    pub(crate) fn add_in_flight_steps(&self, state: &State, steps: &mut Vec<Step>) {
        for (index, in_flight) in state.in_flight.iter().enumerate() {
            let Some(in_flight) = in_flight else { continue };
            self.add_calls(index, &in_flight.progress, steps);
            if state.lost >= self.lost {
                continue;
            }
            if self.may_be_unanswered(&in_flight.progress) {
                steps.push(Step::CallUnanswered(index));
            }
            let is_by_user = in_flight.progress.holder().is_some_and(Holder::is_honest);
            if is_by_user && !in_flight.given_up {
                steps.push(Step::GiveUp(index));
            }
        }
    }

    fn add_calls(&self, index: usize, progress: &Progress, steps: &mut Vec<Step>) {
        let (user_is_next, item_is_next) = match progress {
            Progress::Refresh(request) | Progress::Logout(request, _)
                if request.call == TokenCall::Read =>
            {
                (request.user.is_unread(), request.session.is_unread())
            }
            // The user is read before the hash: see the fault.
            Progress::Login(login) if login.call == LoginCall::Read => {
                let hash_first = self.has(Fault::HashBeforeUser);
                let (user, hash) = (login.user.is_unread(), login.hash.is_unread());
                if hash_first { (user && !hash, hash) } else { (user, hash && !user) }
            }
            Progress::Change(change) => (change.user.is_unread(), change.hash.is_unread()),
            _ => (false, false),
        };
        let reads = user_is_next || item_is_next;
        if !reads || !self.torn {
            steps.push(Step::Call(index));
            return;
        }
        if user_is_next {
            steps.push(Step::ReadUser(index));
        }
        if item_is_next {
            steps.push(Step::ReadItem(index));
        }
    }

    /// Whether the answer to the next call of DynamoDB may be lost, so that the SDK makes it again. Where
    /// a second call does what one does, it is no step.
    fn may_be_unanswered(&self, progress: &Progress) -> bool {
        match progress {
            Progress::Refresh(request) | Progress::Logout(request, _) => {
                let calls = [TokenCall::Rotate, TokenCall::CountLate, TokenCall::Raise];
                calls.contains(&request.call)
            }
            Progress::Login(login) => {
                let gives_back = login.call == LoginCall::GiveBack;
                login.call == LoginCall::Reserve || gives_back && self.has(Fault::GivesBackAgain)
            }
            Progress::Change(change) => change.is_read() && change.committed.is_none(),
        }
    }
}
