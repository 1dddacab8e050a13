//! The protocol as a stateright model: the first state, and the state after each step.
//!
//! Some things are *not* steps, because other steps already lead to every state that they lead to:
//!
//! - A `TransactionConflict`: the handler repeats the same attempt with the same token.
//! - An attempt that never arrives, or arrives when its conditions do not hold: it does not change the
//!   table, and its request can do less afterwards, because it no longer refuses.
//! - The end of a request by 503, or because a client or a function stops: the request makes no more
//!   steps, and its pending attempt can still arrive.
//! - A pending attempt of a request that is told of success: the same attempt arrives when the answer
//!   was lost.
//!
//! A request that the client repeats counts as two requests, and so does one that is delivered twice.

use stateright::{Model, Property};

use crate::data::bound::Bound;
use crate::data::faults::Fault;
use crate::data::history::{Event, History};
use crate::data::request::{Basis, InFlight, Next, Request};
use crate::data::state::{Answer, MAX_IN_FLIGHT, State, Step};
use crate::data::table::{NameRecord, Table, Tick, USERS, User, UserId};
use crate::handler::decide;
use crate::properties;

impl Bound {
    /// Returns the first state.
    fn start(&self) -> State {
        let mut table = Table::default();
        let created = self.users - u8::from(self.last_is_new);
        for id in 0..created {
            let name = self.names[usize::from(id)];
            table.users[usize::from(id)] = Some(User::new(name, 0));
            table.names[usize::from(name.key)] = Some(NameRecord::in_use(id, name));
        }
        let mut own_left = [0; USERS];
        own_left[..usize::from(self.users)].fill(self.own_requests);
        State {
            time: 0,
            table,
            in_flight: [[None; MAX_IN_FLIGHT]; USERS],
            own_left,
            others_left: self.other_requests,
            history: History::default(),
        }
    }

    fn begin_with_read(&self, state: &mut State, user: UserId, request: Request, now: Tick) {
        state.count_begun(user, request);
        let next = self.read(state, user, request, now);
        let in_flight = InFlight::new(request, now, Basis::Nobody);
        let in_flight = self.proceed(state, user, &in_flight, next);
        state.put(self, user, in_flight);
    }

    /// Reads the user and decides.
    fn read(&self, state: &State, user: UserId, request: Request, now: Tick) -> Next {
        match request.name() {
            // Without conditions on the write, the read has to check the name.
            Some(name)
                if self.has(Fault::NoConditions)
                    && !state.table.is_free_for(name, user, now, self.faults) =>
            {
                Next::Refused
            }
            _ => decide(request, state.table.user(user), now),
        }
    }

    /// Begins a request with a write. Returns `None` when the step leads to no state of its own.
    fn begin_with_write(
        &self,
        state: &mut State,
        user: UserId,
        in_flight: InFlight,
        answer: Answer,
    ) -> Option<()> {
        state.count_begun(user, in_flight.request);
        let in_flight = self.attempt(state, user, in_flight, answer);
        // A refused first attempt whose answer is lost equals a request that begins later.
        if answer == Answer::Lost && !in_flight.is_some_and(|in_flight| in_flight.changed) {
            return None;
        }
        state.put(self, user, in_flight);
        Some(())
    }
}

impl State {
    /// Takes a request out of those under way.
    fn take(&mut self, user: UserId, index: u8) -> Option<InFlight> {
        self.in_flight[usize::from(user)][usize::from(index)].take()
    }

    /// Puts a request among those under way, unless it is over or folded.
    fn put(&mut self, bound: &Bound, user: UserId, in_flight: Option<InFlight>) {
        let in_flight =
            in_flight.filter(|in_flight| !in_flight.refused || in_flight.pending.is_some());
        if let Some(InFlight { request: Request::Rename(_), changed: false, pending: None, .. }) =
            in_flight
            && bound.folds
        {
            self.own_left[usize::from(user)] += 1;
            return;
        }
        let slots = &mut self.in_flight[usize::from(user)];
        let free = slots.iter_mut().find(|slot| slot.is_none());
        if let (Some(in_flight), Some(slot)) = (in_flight, free) {
            *slot = Some(in_flight);
        }
        // The order of the requests does not matter. Requests that are over leave their slots.
        slots.sort_unstable_by(|one, other| other.cmp(one));
    }

    /// Counts a request that begins.
    fn count_begun(&mut self, user: UserId, request: Request) {
        if request.is_own_rename() || matches!(request, Request::Create(_)) {
            self.own_left[usize::from(user)] -= 1;
        } else {
            self.others_left -= 1;
        }
    }
}

impl Model for Bound {
    type State = State;
    type Action = Step;

    fn init_states(&self) -> Vec<State> {
        vec![self.start()]
    }

    fn actions(&self, state: &State, steps: &mut Vec<Step>) {
        self.add_time_steps(state, steps);
        for user in 0..self.users {
            self.add_in_flight_steps(state, user, steps);
            self.add_begin_steps(state, user, steps);
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = *last;
        match step {
            Step::Tick => {
                state.time += 1;
                state.history.forget_past_holds(state.time);
            }
            Step::Sweep(key) => {
                state.table.sweep(key, state.time);
                state.history.record_event(self, Event::Swept);
            }
            Step::BeginWithRead(user, request, now) => {
                self.begin_with_read(&mut state, user, request, now);
            }
            Step::BeginWithWrite(user, request, now, basis, answer) => {
                let in_flight = InFlight::new(request, now, basis);
                self.begin_with_write(&mut state, user, in_flight, answer)?;
            }
            Step::ArriveLate(user, index, basis) => {
                let in_flight = state.take(user, index)?;
                let in_flight = self.arrive_late(&mut state, user, in_flight, basis)?;
                state.put(self, user, Some(in_flight));
            }
            Step::Attempt(user, index, answer) => {
                let in_flight = state.take(user, index)?;
                let in_flight = self.attempt(&mut state, user, in_flight, answer);
                state.put(self, user, in_flight);
            }
        }
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::of(self)
    }
}
