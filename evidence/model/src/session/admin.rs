//! What an administrator does, and how the epoch is raised.
//!
//! Each of these is one step. The write of an administrator asks for the version that was read and is
//! decided anew when that is another one, and it adds to the epoch, so it does what one step would do. The
//! model of the rename takes such a write apart.

use super::data::bound::Bound;
use super::data::faults::Fault;
use super::data::history::Event;
use super::data::request::{Holder, Request};
use super::data::state::State;
use super::data::table::{Password, PasswordHash, User};

impl State {
    /// Adds one to the user's epoch, if there is a user. Sessions from before are then dead.
    pub(crate) fn raise_epoch(&mut self) {
        if let Some(user) = &mut self.table.user {
            user.epoch += 1;
            self.history.highest_epoch = self.history.highest_epoch.max(user.epoch);
            self.history.era += 1;
        }
    }

    fn set_active(&mut self, active: bool) {
        if let Some(user) = &mut self.table.user {
            user.active = active;
            user.version += 1;
        }
    }

    fn create(&mut self, epoch: u8, hash: PasswordHash) {
        self.table.user = Some(User { active: true, version: 1, epoch, name: 0 });
        self.table.credential = Some(hash);
        self.history.highest_epoch = self.history.highest_epoch.max(epoch);
        self.history.era += 1;
    }

    fn set_password(&mut self, password: Password, salt: u8) {
        self.table.credential = Some(PasswordHash { password, salt });
        if let Some(user) = &mut self.table.user {
            user.version += 1;
        }
        self.raise_epoch();
    }
}

impl Bound {
    /// Carries out a request that is one step. Returns `None` when it would change nothing.
    pub(crate) fn act(&self, state: &mut State, request: Request, salt: u8) -> Option<()> {
        let user = state.table.user;
        match request {
            Request::SetPassword(password) if user.is_some() => state.set_password(password, salt),
            Request::Block if user.is_some_and(|user| user.active) => {
                state.set_active(false);
                let epoch = state.table.user.map(|user| user.epoch);
                state.raise_epoch();
                if let (Some(user), Some(epoch)) = (&mut state.table.user, epoch)
                    && self.has(Fault::BlockKeepsEpoch)
                {
                    user.epoch = epoch;
                }
            }
            Request::Unblock if user.is_some_and(|user| !user.active) => state.set_active(true),
            Request::Rename => {
                let user = state.table.user.as_mut()?;
                user.name = 1 - user.name;
                user.version += 1;
                let name_moved = state.has_login_before_user();
                state.record_event_if(self, name_moved, Event::NameMoved);
            }
            Request::Erase if user.is_some() => {
                state.table.user = None;
                state.table.credential = None;
            }
            Request::Create if user.is_none() => {
                let starts_again = self.has(Fault::EpochStartsAgain);
                let epoch = if starts_again { 0 } else { state.history.highest_epoch + 1 };
                state.create(epoch, PasswordHash { password: 0, salt });
            }
            Request::Steal => {
                state.tokens[Holder::Thief as usize] = Some(state.token(Holder::Client)?);
                state.history.stolen = true;
            }
            _ => return None,
        }
        Some(())
    }
}
