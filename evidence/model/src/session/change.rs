//! A change of password by the user: two reads and one transaction.

use super::data::bound::Bound;
use super::data::faults::Fault;
use super::data::history::{Event, Violation};
use super::data::request::{Access, Change, InFlight, Seen};
use super::data::state::State;
use super::data::table::{PasswordHash, Session, User};

impl Change {
    /// Whether both items are read, so that the next call is the transaction.
    pub fn is_read(&self) -> bool {
        !self.user.is_unread() && !self.hash.is_unread()
    }
}

impl Bound {
    /// Decides what follows when both items are read. Returns `None` when the change is over.
    pub(crate) fn decide_change(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        change: Change,
    ) -> Option<Change> {
        if !change.is_read() {
            return Some(change);
        }
        let (user, hash) = change.user.found().zip(change.hash.found())?;
        if !user.active || user.epoch != change.access.epoch {
            return None;
        }
        if hash.password == change.old {
            return Some(change);
        }
        if hash.password == change.new {
            if self.has(Fault::RepeatedChangeRefused) {
                state.history.record_violation(Violation::FalseRefusal);
            } else {
                state.record_event(self, Event::AlreadyChanged);
                state.answer_change(in_flight, change, change.access);
            }
        }
        None
    }

    /// Makes the transaction. Returns `None` when the change is over.
    pub(crate) fn call_change(
        &self,
        state: &mut State,
        in_flight: &InFlight,
        change: Change,
        salt: u8,
        answered: bool,
    ) -> Option<Change> {
        if !change.is_read() {
            let (user, hash) = (Seen::read(state.table.user), Seen::read(state.table.credential));
            return self.decide_change(state, in_flight, Change { user, hash, ..change });
        }
        // DynamoDB knows the client request token.
        if let Some(access) = change.committed {
            state.answer_change(in_flight, change, access);
            return None;
        }
        let id = change.holder.session();
        let session = state.table.session(id).filter(|session| !session.ended)?;
        let (read, hash) = change.user.found().zip(change.hash.found())?;
        let present = state.table.user.zip(state.table.credential);
        let Some((user, stored)) = present.filter(|(user, stored)| {
            let same_version = user.version == read.version || self.has(Fault::NoVersionCondition);
            same_version && (*stored == hash || self.has(Fault::NoHashCondition))
        }) else {
            state.record_event(self, Event::ChangeDecidedAnew);
            return Some(Change { user: Seen::Unread, hash: Seen::Unread, ..change });
        };
        state.history.record_if(stored.password != change.old, Violation::ChangedOther);
        state.history.record_if(!user.active, Violation::ChangedInactive);
        let was_present = session.era == state.history.era;
        state.table.user = Some(User { version: user.version + 1, ..user });
        state.raise_epoch();
        if let Some(user) = &mut state.table.user
            && self.has(Fault::EpochSetFromRead)
        {
            user.epoch = read.epoch + 1;
        }
        state.table.credential = Some(PasswordHash { password: change.new, salt });
        // The own session goes on. One that was signed out in between stays dead.
        let era = if was_present { state.history.era } else { session.era };
        let own = Session { epoch: session.epoch + 1, era, ..session };
        *state.table.session_mut(id) = Some(own);
        let access = Access { epoch: read.epoch + 1, era };
        if !answered {
            return Some(Change { committed: Some(access), ..change });
        }
        state.answer_change(in_flight, change, access);
        None
    }
}

impl State {
    /// Answers 200 with an access token.
    fn answer_change(&mut self, in_flight: &InFlight, change: Change, access: Access) {
        self.history.record_mint(access);
        if !in_flight.given_up {
            self.access[change.holder as usize] = Some(access);
        }
    }
}
