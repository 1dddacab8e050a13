//! The model: the table, the requests under way, time, and every step that may come next.
//!
//! What is *not* a step, because it changes nothing: an attempt that is lost before DynamoDB has
//! carried it out, and a `TransactionConflict`, after which the same attempt is made with the same
//! token. A client or a function that stops at any point is a request that takes no more steps.
//! A client that repeats a request, and a request that is delivered twice, are two requests.

use stateright::{Model, Property};

use crate::faults::{Fault, Faults};
use crate::properties::{self, Event, Ghosts, Violation};
use crate::request::{Basis, Flight, Next, Wish, decide, has_reason};
use crate::table::{
    Name, NameItem, Outcome, Part, Status, Table, Tick, Transaction, USERS, User, UserId,
};

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
    /// What others wish for a user.
    pub others: &'static [Other],
    /// How many requests others make, together.
    pub other_requests: u8,
    /// The last instant.
    pub horizon: Tick,
    /// Whether a rename under way that has written nothing is folded into those not begun.
    pub folds: bool,
    /// What to look for, if anything: a state then remembers whether it has happened.
    pub witness: Option<Event>,
    /// What is wrong with the protocol.
    pub faults: Faults,
}

/// What somebody else does to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// A `POWER_USER` renames.
    Rename,
    /// An `ADMIN` sets a status.
    Status(Status),
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
    /// The requests that others may still make.
    pub others_left: u8,
    /// What only the properties know.
    pub ghosts: Ghosts,
}

/// Whether an answer of DynamoDB arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It does.
    Heard,
    /// The write is carried out and the answer lost; the SDK will make the attempt again.
    Lost,
    /// A copy of the attempt that came late, after DynamoDB has forgotten the token. Nobody hears of it.
    LateCopy,
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
}

impl Bound {
    /// The users' beginning.
    fn start(&self) -> State {
        let mut table = Table::default();
        let created = self.users - u8::from(self.last_is_new);
        for id in 0..created {
            let name = self.names[usize::from(id)];
            table.users[usize::from(id)] = Some(User {
                name,
                changed_at: None,
                updated_at: 0,
                status: Status::Active,
                version: 1,
            });
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
                    for answer in [Answer::Heard, Answer::Lost] {
                        steps.push(Step::Guess(user, wish, now, Basis::Name(*hint), answer));
                    }
                }
            }
            if matches!(wish, Wish::Create(_)) {
                for answer in [Answer::Heard, Answer::Lost] {
                    steps.push(Step::Guess(user, wish, now, Basis::Nobody, answer));
                }
            } else {
                steps.push(Step::Read(user, wish, now));
            }
        }
    }

    fn has(&self, fault: Fault) -> bool {
        self.faults.has(fault)
    }

    /// One attempt of a request at its write. `None` when nothing comes of it.
    fn attempt(
        &self,
        state: &mut State,
        user: UserId,
        mut flight: Flight,
        answer: Answer,
    ) -> Option<Flight> {
        let remembered = flight.committed && !flight.is_single();
        let other_token = self.has(Fault::NewTokenEachAttempt) || self.has(Fault::NowNotFrozen);
        if remembered && answer == Answer::Heard && !other_token {
            state.ghosts.happened(self, Event::RetryOfCommitted);
            return self.tell(state, user, &flight, Next::Success);
        }
        if flight.committed && self.has(Fault::NowNotFrozen) {
            flight.now = state.time;
        }
        let wish = flight.transaction(user);
        let (outcome, whole) = self.transact(state, user, &mut flight, &wish);
        if outcome == Outcome::Committed {
            state.ghosts.committed(self, user, &flight, &wish, state.time);
            flight.made = true;
        }
        match answer {
            Answer::Heard if !whole => Some(flight),
            Answer::Heard => {
                let next = flight.hear(user, outcome, self.faults);
                self.tell(state, user, &flight, next)
            }
            Answer::Lost | Answer::LateCopy => {
                flight.committed |= outcome == Outcome::Committed;
                Some(flight)
            }
        }
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
    fn tell(&self, state: &mut State, user: UserId, flight: &Flight, next: Next) -> Option<Flight> {
        let ghosts = &mut state.ghosts;
        match next {
            Next::Write(basis) => {
                ghosts.happened(self, Event::BuiltOnTruth);
                let decided_before = flight.basis != Basis::Nobody;
                let decisions =
                    flight.decisions.checked_sub(u8::from(decided_before && flight.is_single()))?;
                return Some(Flight { basis, decisions, committed: false, torn: false, ..*flight });
            }
            Next::Broken => ghosts.violated(Violation::Broken),
            Next::Refused => {
                if flight.made && !flight.is_single() {
                    ghosts.violated(Violation::RefusedThoughMade);
                }
                if !has_reason(flight.wish, user, flight.now, &state.table) && !flight.made {
                    ghosts.violated(Violation::RefusedForNothing);
                }
                ghosts.happened(self, Event::Refused);
            }
            Next::Success => {
                let truth = state.table.user(user);
                let is_so = truth.is_some_and(|truth| match flight.wish {
                    Wish::SetStatus(status) => truth.status == status,
                    wish => Some(truth.name) == wish.name(),
                });
                if !is_so && !flight.made {
                    ghosts.violated(Violation::FalseSuccess);
                }
                if !flight.made {
                    ghosts.happened(self, Event::AlreadySo);
                }
            }
        }
        None
    }
}

impl State {
    fn put(&mut self, bound: &Bound, user: UserId, flight: Option<Flight>) {
        if let Some(Flight { wish: Wish::Rename(_), made: false, .. }) = flight
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
                steps.push(Step::Attempt(user, index, Answer::Heard));
                let other = if flight.committed { Answer::LateCopy } else { Answer::Lost };
                steps.push(Step::Attempt(user, index, other));
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
                let next = match wish.name() {
                    // Where the write asks nothing, the read has to.
                    Some(name)
                        if self.has(Fault::NoConditions)
                            && !state.table.is_free_for(name, user, now, self.faults) =>
                    {
                        Next::Refused
                    }
                    _ => decide(wish, state.table.user(user), now),
                };
                let flight =
                    self.tell(&mut state, user, &Flight::new(wish, now, Basis::Nobody), next);
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
            Step::Attempt(user, index, answer) => {
                let slot = &mut state.flights[usize::from(user)][usize::from(index)];
                let flight = slot.take()?;
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
