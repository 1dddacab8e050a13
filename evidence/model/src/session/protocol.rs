//! The protocol as a stateright model: the first state, and the state after each step.
//!
//! Some things are *not* steps, because other steps already lead to every state that they lead to:
//!
//! - The end of a request by 503, or because a function stops: the request makes no more steps.
//! - An answer that is lost after the last write: its sender has given up before that write.
//! - A call that never reaches DynamoDB: it is made later or never.

use stateright::{Model, Property};

use super::data::bound::Bound;
use super::data::history::History;
use super::data::request::{Access, Holder, InFlight, Progress, Request};
use super::data::request::{Change, Seen, Token, WithToken};
use super::data::state::{MAX_REQUESTS, State, Step};
use super::data::table::{POOLS, PasswordHash, SESSIONS, Secret, Session};
use super::data::table::{Table, Tick, User, WINDOWS};
use super::properties;

/// Returns the number with which a request salts the passwords that it hashes.
fn salt(index: usize) -> u8 {
    u8::try_from(index + 2).unwrap_or(u8::MAX)
}

impl Bound {
    /// Returns the first state: the user is signed in on one device or two.
    fn start(&self) -> State {
        let session = Session::new(0, 0, 0);
        let access = Access { epoch: 0, era: 0 };
        let other = self.two_devices.then_some(Holder::Other.session());
        let mut history = History::default();
        history.record_mint(access);
        let mut sessions = [None; SESSIONS];
        sessions[0] = Some(session);
        sessions[1] = other.map(|_| session);
        State {
            time: 0,
            table: Table {
                user: Some(User { active: true, version: 1, epoch: 0, name: 0 }),
                credential: Some(PasswordHash { password: 0, salt: u8::from(!self.imported) }),
                sessions,
                attempts: [[None; POOLS]; WINDOWS],
            },
            in_flight: [None; MAX_REQUESTS],
            begun: 0,
            tokens: [Some(Token::first(0)), other.map(Token::first), None],
            access: [Some(access), other.map(|_| access), None],
            lost: 0,
            history,
        }
    }

    /// Begins a request. Returns `None` when the step leads to no state of its own.
    fn begin(&self, state: &mut State, index: usize, back: Tick) -> Option<()> {
        let request = *self.requests.get(index)?;
        state.begun |= 1 << index;
        let progress = match request {
            Request::Refresh(holder) => {
                Progress::Refresh(WithToken::new(holder, state.token(holder)?))
            }
            Request::ForgedRefresh | Request::ForgedLogout => {
                let generation = state.table.session(0)?.generation;
                let token =
                    Token { session: 0, generation, secret: Secret::FORGED, right_tag: false };
                let forged = WithToken::new(Holder::Thief, token);
                if request == Request::ForgedRefresh {
                    Progress::Refresh(forged)
                } else {
                    Progress::Logout(forged, false)
                }
            }
            Request::Logout | Request::Everywhere => {
                let holder = Holder::Client;
                let everywhere = request == Request::Everywhere;
                Progress::Logout(WithToken::new(holder, state.token(holder)?), everywhere)
            }
            Request::Login { name, password, known } => {
                Progress::Login(state.begin_login(name, password, known))
            }
            Request::Change { holder, old, new } => {
                let access = state.access[holder as usize]?;
                let (user, hash) = (Seen::Unread, Seen::Unread);
                Progress::Change(Change { holder, access, old, new, user, hash, committed: None })
            }
            _ => return self.act(state, request, salt(index)),
        };
        let in_flight = InFlight { progress, back, given_up: false };
        let is_login = matches!(progress, Progress::Login(_));
        // A login has read the name. All others read both items when they begin, unless the reads are
        // torn.
        let begun = if is_login || self.torn {
            Some(in_flight)
        } else {
            self.call(state, index, in_flight, true)
        };
        state.in_flight[index] = begun;
        Some(())
    }

    /// Makes the next call of a request. Returns `None` when the request is over.
    fn call(
        &self,
        state: &mut State,
        index: usize,
        in_flight: InFlight,
        answered: bool,
    ) -> Option<InFlight> {
        let it = &in_flight;
        let progress = match it.progress {
            Progress::Refresh(request) => {
                Progress::Refresh(self.call_refresh(state, it, request, answered)?)
            }
            Progress::Logout(request, everywhere) => {
                let next = self.call_logout(state, it, request, everywhere, answered)?;
                Progress::Logout(next, everywhere)
            }
            Progress::Login(login) => {
                Progress::Login(self.call_login(state, it, login, salt(index), answered)?)
            }
            Progress::Change(change) => {
                Progress::Change(self.call_change(state, it, change, salt(index), answered)?)
            }
        };
        Some(in_flight.with(progress))
    }

    /// Reads the user, or the other item, of a request. Returns `None` when the request is over.
    fn read_one(&self, state: &mut State, in_flight: InFlight, user: bool) -> Option<InFlight> {
        let it = &in_flight;
        let progress = match it.progress {
            Progress::Refresh(request) => {
                let read = state.read_one(request, user);
                let next =
                    if read.is_read() { self.decide_refresh(state, it, read)? } else { read };
                Progress::Refresh(next)
            }
            Progress::Logout(request, everywhere) => {
                let read = state.read_one(request, user);
                let next = if read.is_read() {
                    self.decide_logout(state, it, read, everywhere)?
                } else {
                    read
                };
                Progress::Logout(next, everywhere)
            }
            Progress::Login(login) if user => Progress::Login(self.read_login_user(state, login)?),
            Progress::Login(login) => Progress::Login(self.read_login_hash(state, login)?),
            Progress::Change(mut change) => {
                if user {
                    change.user = Seen::read(state.table.user);
                } else {
                    change.hash = Seen::read(state.table.credential);
                }
                Progress::Change(self.decide_change(state, it, change)?)
            }
        };
        Some(in_flight.with(progress))
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
        self.add_begin_steps(state, steps);
        self.add_in_flight_steps(state, steps);
    }

    fn next_state(&self, last: &State, step: Step) -> Option<State> {
        let mut state = *last;
        match step {
            Step::Tick => state.time += 1,
            Step::SweepSession(id) => *state.table.session_mut(id) = None,
            Step::SweepAttempts(window) => {
                state.table.attempts[usize::from(window)] = [None; POOLS];
            }
            Step::Begin(index, back) => self.begin(&mut state, index, back)?,
            Step::ReadUser(index) | Step::ReadItem(index) => {
                let in_flight = state.in_flight[index].take()?;
                let reads_user = matches!(step, Step::ReadUser(_));
                state.in_flight[index] = self.read_one(&mut state, in_flight, reads_user);
            }
            Step::Call(index) | Step::CallUnanswered(index) => {
                let in_flight = state.in_flight[index].take()?;
                let answered = matches!(step, Step::Call(_));
                state.lost += u8::from(!answered);
                state.in_flight[index] = self.call(&mut state, index, in_flight, answered);
            }
            Step::GiveUp(index) => {
                state.in_flight[index].as_mut()?.given_up = true;
                state.lost += 1;
            }
        }
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::of(self)
    }
}
