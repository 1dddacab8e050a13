//! A login: its reads, the count of attempts, and its writes.

use super::data::bound::Bound;
use super::data::faults::Fault;
use super::data::history::{Event, Violation};
use super::data::request::{Access, InFlight, Login, LoginCall, Progress, Seen};
use super::data::state::State;
use super::data::table::{MAX_ATTEMPTS, Name, Password, PasswordHash, Session, Tick, WINDOW};

/// The window in which an instant is.
pub fn window_of(now: Tick) -> u8 {
    u8::try_from(now / WINDOW).unwrap_or(0)
}

impl Login {
    /// Returns the number of the pool whose attempts the login uses.
    fn pool(&self, bound: &Bound) -> usize {
        usize::from(self.known && !bound.has(Fault::OnePool))
    }

    fn is_right(&self) -> bool {
        self.hash.found().is_some_and(|hash| hash.password == self.password)
    }

    fn calling(self, call: LoginCall) -> Self {
        Self { call, ..self }
    }

    /// Whether the login holds a reserved attempt that it will give back.
    pub fn holds_attempt(&self) -> bool {
        matches!(self.call, LoginCall::Rehash | LoginCall::Put | LoginCall::GiveBack)
    }
}

impl State {
    /// Whether a login has read its name and not yet the user.
    pub(crate) fn has_login_before_user(&self) -> bool {
        self.in_flight.iter().flatten().any(|in_flight| {
            let Progress::Login(login) = in_flight.progress else { return false };
            login.user.is_unread()
        })
    }

    /// Begins a login: it reads the record of the name.
    pub(crate) fn begin_login(&self, name: Name, password: Password, known: bool) -> Login {
        let leads_to_user = self.table.user.is_some_and(|user| user.name == name);
        let call = if leads_to_user { LoginCall::Read } else { LoginCall::Reserve };
        let (user, hash) =
            if leads_to_user { (Seen::Unread, Seen::Unread) } else { (Seen::Absent, Seen::Absent) };
        Login { name, password, known, call, user, hash, window: 0, era: 0 }
    }

    /// The attempts that logins under way hold, of a window and of known devices or strangers.
    pub fn held_attempts(&self, window: u8, known: bool) -> u8 {
        let holds = |in_flight: &&InFlight| {
            let Progress::Login(login) = in_flight.progress else { return false };
            login.holds_attempt() && login.window == window && login.known == known
        };
        self.in_flight.iter().flatten().filter(holds).map(|_| 1).sum()
    }
}

impl Bound {
    /// Reads the user. Returns the login as it goes on.
    pub(crate) fn read_login_user(&self, state: &mut State, mut login: Login) -> Option<Login> {
        if login.hash.is_unread() {
            login.era = state.history.era;
        }
        login.user = Seen::read(state.table.user);
        self.go_on_when_read(state, login)
    }

    /// Reads the hash. Returns the login as it goes on.
    pub(crate) fn read_login_hash(&self, state: &mut State, mut login: Login) -> Option<Login> {
        if login.user.is_unread() {
            login.era = state.history.era;
        }
        login.hash = Seen::read(state.table.credential);
        self.go_on_when_read(state, login)
    }

    fn go_on_when_read(&self, state: &mut State, mut login: Login) -> Option<Login> {
        if login.user.is_unread() || login.hash.is_unread() {
            return Some(login);
        }
        let has_name = login.user.found().is_some_and(|user| user.name == login.name);
        if !has_name && !self.has(Fault::NameNotChecked) {
            (login.user, login.hash) = (Seen::Absent, Seen::Absent);
        }
        if !self.has(Fault::CountsAfterVerifying) {
            return Some(login.calling(LoginCall::Reserve));
        }
        login.window = window_of(state.time);
        let pool = login.pool(self);
        let used = state.table.attempts[usize::from(login.window)][pool].unwrap_or(0);
        if used >= MAX_ATTEMPTS {
            return None;
        }
        let verified = self.verify(state, login);
        state.history.record_violation(Violation::Unreserved);
        verified.or_else(|| Some(login.calling(LoginCall::Count)))
    }

    /// Makes the next call of a login. Returns `None` when it is over.
    pub(crate) fn call_login(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        login: Login,
        salt: u8,
        answered: bool,
    ) -> Option<Login> {
        match login.call {
            LoginCall::Read => {
                let read = self.read_login_user(state, login)?;
                self.read_login_hash(state, read)
            }
            LoginCall::Reserve => self.reserve(state, in_flight, login, answered),
            LoginCall::Count => {
                let slot = &mut state.table.attempts[usize::from(login.window)][login.pool(self)];
                *slot = Some(slot.unwrap_or(0) + 1);
                None
            }
            LoginCall::Rehash => {
                self.rehash(state, login, salt);
                Some(login.calling(LoginCall::Put))
            }
            LoginCall::Put => self.put_session(state, in_flight, login),
            LoginCall::GiveBack => {
                let slot = &mut state.table.attempts[usize::from(login.window)][login.pool(self)];
                *slot = slot.map(|count| count.saturating_sub(1));
                if answered { None } else { Some(login) }
            }
        }
    }

    /// Reserves an attempt and verifies the password.
    fn reserve(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        mut login: Login,
        answered: bool,
    ) -> Option<Login> {
        login.window = window_of(in_flight.now(state));
        let window = usize::from(login.window);
        let pool = login.pool(self);
        let count = state.table.attempts[window][pool].unwrap_or(0);
        let class = usize::from(login.known);
        if count >= MAX_ATTEMPTS {
            let held = state.held_attempts(login.window, login.known);
            let used = state.history.wrong[window][class] + state.history.twice[window][class];
            let locked_out = login.known && used + held < MAX_ATTEMPTS;
            state.history.record_if(locked_out, Violation::LockedOut);
            state.record_event(self, Event::TooManyAttempts);
            return None;
        }
        state.table.attempts[window][pool] = Some(count + 1);
        if !answered {
            state.history.twice[window][class] += 1;
            return Some(login);
        }
        self.verify(state, login)
    }

    fn verify(&self, state: &mut State, login: Login) -> Option<Login> {
        if !login.is_right() {
            let class = usize::from(login.known);
            state.history.wrong[usize::from(login.window)][class] += 1;
            return None;
        }
        let is_imported = login.hash.found().is_some_and(|hash| hash.salt == 0);
        let call = match login.user.found() {
            Some(user) if !user.active => LoginCall::GiveBack,
            _ if is_imported && self.imported => LoginCall::Rehash,
            _ => LoginCall::Put,
        };
        Some(login.calling(call))
    }

    fn rehash(&self, state: &mut State, login: Login, salt: u8) {
        let Some(stored) = state.table.credential else { return };
        let is_as_read = login.hash.found() == Some(stored);
        if !is_as_read && !self.has(Fault::RehashesUnconditionally) {
            state.record_event(self, Event::RehashDropped);
            return;
        }
        let changed = stored.password != login.password;
        state.history.record_if(changed, Violation::RehashOverwrote);
        state.record_event(self, Event::Rehashed);
        state.table.credential = Some(PasswordHash { password: login.password, salt });
    }

    fn put_session(&self, state: &mut State, in_flight: &InFlight, login: Login) -> Option<Login> {
        let user = login.user.found()?;
        let present = state.table.user.map_or(user.epoch, |user| user.epoch);
        let epoch = if self.has(Fault::LoginReadsEpochLate) { present } else { user.epoch };
        state.history.record_if(user.name != login.name, Violation::WrongName);
        state.record_event_if(self, epoch != present, Event::DeadAtBirth);
        let session = Session::new(epoch, in_flight.now(state), login.era);
        let slot = state.table.sessions.iter_mut().skip(1).find(|slot| slot.is_none());
        *slot? = Some(session);
        state.history.record_mint(Access { epoch, era: login.era });
        if self.has(Fault::GivesNothingBack) || self.has(Fault::CountsAfterVerifying) {
            return None;
        }
        Some(login.calling(LoginCall::GiveBack))
    }
}
