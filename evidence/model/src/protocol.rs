//! The model: the table, the requests under way, time, and every step that may come next.
//!
//! What is *not* a step, because all that can come of it can come without it:
//!
//! - a `TransactionConflict`, after which the same attempt is made with the same token;
//! - an attempt that never arrives, or arrives when its conditions do not hold: its request can only
//!   do less after that, for it refuses no more;
//! - that a request ends, with 503, or because a client or a function stops: it takes no more steps,
//!   and what it has on its way still arrives;
//! - that an attempt is still on its way when the request is told of success: the same attempt arrives
//!   when the answer was lost.
//!
//! A client that repeats a request, and a request that is delivered twice, are two requests.

use stateright::{Model, Property};

use crate::attempt::Answer;
use crate::faults::{Fault, Faults};
use crate::properties::{self, Event, Ghosts};
use crate::request::{Basis, Flight, Next, Wish, decide};
use crate::table::{Name, NameItem, Status, Table, Tick, USERS, User, UserId};

/// The most requests of one user that can be under way.
pub const FLIGHTS: usize = 4;

/// What a model goes up to.
#[derive(Clone, Debug)]
pub struct Bound {
    /// What it is called.
    pub label: &'static str,
    /// The users. User `i` begins with the `i`-th of the names.
    pub users: u8,
    /// The names that can be wished for.
    pub names: &'static [Name],
    /// Whether the last user is not there yet.
    pub last_is_new: bool,
    /// What a user wishes for: each of these, with each name.
    pub own: &'static [fn(Name) -> Wish],
    /// How many requests each user makes.
    pub own_requests: u8,
    /// What else is wished for a user.
    pub others: &'static [Other],
    /// How many such requests there are, together.
    pub other_requests: u8,
    /// The last instant.
    pub horizon: Tick,
    /// Whether a rename under way that has written nothing is folded into those not begun.
    pub folds: bool,
    /// Whether an attempt that was not answered may be on its way, and arrive at any time. Without it,
    /// only copies of what was carried out do.
    pub late: bool,
    /// What to look for, if anything: a state then remembers whether it has happened.
    pub witness: Option<Event>,
    /// What is wrong with the protocol.
    pub faults: Faults,
}

/// What is done to a user beside that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// A `POWER_USER` renames.
    Rename,
    /// An `ADMIN` sets a status.
    Status(Status),
    /// The user changes a field that is not the name.
    Field,
}

/// Everything there is at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct State {
    /// The clock.
    pub time: Tick,
    /// The table.
    pub table: Table,
    /// The requests under way, by user, sorted.
    pub flights: [[Option<Flight>; FLIGHTS]; USERS],
    /// The requests that each user may still make.
    pub own_left: [u8; USERS],
    /// The other requests that may still be made.
    pub others_left: u8,
    /// What only the properties know.
    pub ghosts: Ghosts,
}

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Time passes.
    Tick,
    /// The TTL sweep takes an item.
    Sweep(u8),
    /// A request for a user begins at an instant and reads the user.
    Read(UserId, Wish, Tick),
    /// A request begins and writes on what its token claims, or on nothing: a creation.
    Guess(UserId, Wish, Tick, Basis, Answer),
    /// The next attempt of a request under way.
    Attempt(UserId, u8, Answer),
    /// An attempt of such a request, built on that, arrives late.
    Arrive(UserId, u8, Basis),
}

impl Bound {
    /// The users' beginning.
    fn start(&self) -> State {
        let mut table = Table::default();
        let created = self.users - u8::from(self.last_is_new);
        for id in 0..created {
            let name = self.names[usize::from(id)];
            table.users[usize::from(id)] = Some(User::new(name, 0));
            table.names[usize::from(name.key)] =
                Some(NameItem { user: id, name, held_until: None });
        }
        let mut own_left = [0; USERS];
        own_left[..usize::from(self.users)].fill(self.own_requests);
        State {
            time: 0,
            table,
            flights: [[None; FLIGHTS]; USERS],
            own_left,
            others_left: self.other_requests,
            ghosts: Ghosts::default(),
        }
    }

    fn begin_steps(&self, state: &State, user: UserId, wish: Wish, steps: &mut Vec<Step>) {
        for now in 0..=state.time {
            let guesses = matches!(wish, Wish::Rename(_)) && !self.has(Fault::NoConditions);
            if guesses {
                let hints = self.names.iter().filter(|name| Some(**name) != wish.name());
                for hint in hints {
                    let guess = |answer| Step::Guess(user, wish, now, Basis::Name(*hint), answer);
                    steps.extend(self.answers().map(guess));
                }
            }
            if matches!(wish, Wish::Create(_)) {
                let guess = |answer| Step::Guess(user, wish, now, Basis::Nobody, answer);
                steps.extend(self.answers().map(guess));
            } else {
                steps.push(Step::Read(user, wish, now));
            }
        }
    }

    fn answers(&self) -> impl Iterator<Item = Answer> {
        let on_way = self.late.then_some(Answer::OnWay);
        [Answer::Heard, Answer::Lost].into_iter().chain(on_way)
    }

    fn flight_steps(&self, user: UserId, index: u8, flight: &Flight, steps: &mut Vec<Step>) {
        let copy = flight.committed.then_some(flight.basis);
        let arrivals = flight.on_way.into_iter().chain(copy);
        steps.extend(arrivals.map(|basis| Step::Arrive(user, index, basis)));
        if !flight.refused {
            let may = |answer: &Answer| *answer == Answer::Heard || !flight.is_unanswered();
            let answers = self.answers().filter(may);
            steps.extend(answers.map(|answer| Step::Attempt(user, index, answer)));
        }
    }

    fn read(&self, state: &State, user: UserId, wish: Wish, now: Tick) -> Next {
        match wish.name() {
            // Where the write asks nothing, the read has to.
            Some(name)
                if self.has(Fault::NoConditions)
                    && !state.table.is_free_for(name, user, now, self.faults) =>
            {
                Next::Refused
            }
            _ => decide(wish, state.table.user(user), now),
        }
    }

    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.faults.has(fault)
    }
}

impl State {
    fn take(&mut self, user: UserId, index: u8) -> Option<Flight> {
        self.flights[usize::from(user)][usize::from(index)].take()
    }

    fn put(&mut self, bound: &Bound, user: UserId, flight: Option<Flight>) {
        let flight = flight.filter(|flight| !flight.refused || flight.on_way.is_some());
        if let Some(Flight { wish: Wish::Rename(_), made: false, on_way: None, .. }) = flight
            && bound.folds
        {
            self.own_left[usize::from(user)] += 1;
            return;
        }
        let flights = &mut self.flights[usize::from(user)];
        if let (Some(flight), Some(slot)) = (flight, flights.iter_mut().find(|slot| slot.is_none()))
        {
            *slot = Some(flight);
        }
        // Which request is which does not matter, and those that are over are forgotten.
        flights.sort_unstable_by(|one, other| other.cmp(one));
    }

    fn spend(&mut self, user: UserId, wish: Wish) {
        if wish.is_own() || matches!(wish, Wish::Create(_)) {
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
        if state.time < self.horizon {
            steps.push(Step::Tick);
        }
        for (key, item) in (0..).zip(&state.table.names) {
            if item.is_some_and(|item| item.held_until.is_some_and(|until| until <= state.time)) {
                steps.push(Step::Sweep(key));
            }
        }
        for user in 0..self.users {
            for (index, flight) in (0..).zip(&state.flights[usize::from(user)]) {
                let Some(flight) = flight else { break };
                self.flight_steps(user, index, flight, steps);
            }
            if state.own_left[usize::from(user)] > 0 {
                for own in self.own {
                    for name in self.names {
                        self.begin_steps(state, user, own(*name), steps);
                    }
                }
            }
            if state.others_left > 0 {
                for other in self.others {
                    match other {
                        Other::Status(status) => {
                            self.begin_steps(state, user, Wish::SetStatus(*status), steps);
                        }
                        Other::Field => self.begin_steps(state, user, Wish::OwnField, steps),
                        Other::Rename => {
                            for name in self.names {
                                self.begin_steps(state, user, Wish::OperatorRename(*name), steps);
                            }
                        }
                    }
                }
            }
        }
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = *last;
        match step {
            Step::Tick => {
                state.time += 1;
                state.ghosts.tick(state.time);
            }
            Step::Sweep(key) => {
                state.table.sweep(key, state.time);
                state.ghosts.happened(self, Event::Swept);
            }
            Step::Read(user, wish, now) => {
                state.spend(user, wish);
                let next = self.read(&state, user, wish, now);
                let flight = Flight::new(wish, now, Basis::Nobody);
                let flight = self.tell(&mut state, user, &flight, next);
                state.put(self, user, flight);
            }
            Step::Guess(user, wish, now, basis, answer) => {
                state.spend(user, wish);
                let flight = Flight::new(wish, now, basis);
                let flight = self.attempt(&mut state, user, flight, answer);
                // A first attempt that is refused unheard is the same as a request that begins late.
                if answer == Answer::Lost && !flight.is_some_and(|flight| flight.made) {
                    return None;
                }
                state.put(self, user, flight);
            }
            Step::Arrive(user, index, basis) => {
                let flight = state.take(user, index)?;
                let flight = self.arrive(&mut state, user, flight, basis)?;
                state.put(self, user, Some(flight));
            }
            Step::Attempt(user, index, answer) => {
                let flight = state.take(user, index)?;
                let flight = self.attempt(&mut state, user, flight, answer);
                state.put(self, user, flight);
            }
        }
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::of(self)
    }
}
