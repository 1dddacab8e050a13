//! A change to commit, and its outcome.

use jiff::Timestamp;

use super::actions::{self, Action};
use super::error::StoreError;
use crate::domain::author::Origin;
use crate::domain::password::PasswordHash;
use crate::domain::rename::{Rename, SelfRename};
use crate::domain::update::Update;
use crate::domain::user::User;
use crate::domain::user_id::UserId;
use crate::domain::username::Username;

/// A decision of the rules. It commits only if the table still has the state that it is based on.
#[derive(Debug, Clone)]
pub enum Change {
    /// A new user, with its name, and perhaps with a password.
    Create(Box<User>, Option<PasswordHash>),
    /// A user's change of the own name, and the request that it comes from.
    Rename(SelfRename, Origin),
    /// A change of a user's fields, perhaps with the name, perhaps with the password.
    Update(Box<Update>),
}

/// The outcome of committing a [`Change`].
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The table has the whole change.
    Committed,
    /// The user is not in the state that the change is based on, and nothing was written. The value
    /// is the user in the table, or `None` when there is none.
    Stale(Option<Box<User>>),
    /// Somebody else has a name of the same key, in this spelling, and nothing was written.
    Taken(Username),
    /// Other writes were in the way of every attempt, and nothing was written.
    Conflict,
}

impl Change {
    /// The outcome, once it is known whether DynamoDB left an earlier attempt unanswered.
    ///
    /// If an earlier attempt is unanswered, this does not report a refusal: that attempt may have
    /// committed, or may still commit, and a user who is refused must not find the change made.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the table does not show what became of the unanswered attempt.
    /// [`StoreError::Broken`] when the record of the user's own name is not the user's.
    pub(super) fn resolve_unanswered(
        &self,
        outcome: Outcome,
        is_unanswered: bool,
    ) -> Result<Outcome, StoreError> {
        match outcome {
            Outcome::Stale(Some(user)) if is_unanswered && self.is_applied_to(&user) => {
                Ok(Outcome::Committed)
            }
            Outcome::Stale(Some(user)) if is_unanswered && self.cannot_commit_after(&user) => {
                Ok(Outcome::Stale(Some(user)))
            }
            Outcome::Stale(_) | Outcome::Taken(_) | Outcome::Conflict if is_unanswered => {
                Err(StoreError::busy("an earlier attempt is unanswered, and may still commit"))
            }
            // A respelled name's record is the user's own.
            Outcome::Taken(_) if self.rename().is_some_and(Rename::is_respelling) => {
                Err(StoreError::name_record_mismatch())
            }
            outcome => Ok(outcome),
        }
    }

    /// Whether the user in the table is exactly what this change makes of it: an attempt committed,
    /// and its answer was lost.
    fn is_applied_to(&self, user: &User) -> bool {
        match self {
            Self::Create(created, _) => *user == **created,
            Self::Update(update) => *user == update.after,
            // DynamoDB recognises a repeated transaction by its token. The state cannot tell: the same
            // request in the same millisecond leaves the same state.
            Self::Rename(..) => false,
        }
    }

    /// Whether the user in the table proves that no attempt of this change committed, and that no
    /// attempt that is still under way can commit.
    fn cannot_commit_after(&self, user: &User) -> bool {
        match self {
            // Somebody else wrote the version after the one that was read, or `is_applied_to` would
            // hold. A later version does not tell who wrote that one; a transaction's token does.
            Self::Update(update) => {
                update.is_transaction() || user.version == update.before.version + 1
            }
            // A condition that fails now can hold a moment later.
            Self::Create(..) | Self::Rename(..) => false,
        }
    }

    /// The name that the change takes, if it takes one from whoever has it.
    pub(super) fn name_taken(&self) -> Option<&Username> {
        match self {
            Self::Create(user, _) => Some(&user.username),
            Self::Rename(..) | Self::Update(_) => {
                self.rename().filter(|rename| !rename.is_respelling()).map(|r| &r.names.to)
            }
        }
    }

    /// The user who will own that name.
    pub(super) fn user_id(&self) -> &UserId {
        match self {
            Self::Create(user, _) => &user.id,
            Self::Rename(change, _) => &change.rename.user_id,
            Self::Update(update) => &update.before.id,
        }
    }

    /// When the change is made.
    pub(super) fn at(&self) -> Timestamp {
        match self {
            Self::Create(user, _) => user.created_at,
            Self::Rename(change, _) => change.rename.at,
            Self::Update(update) => update.after.updated_at,
        }
    }

    fn rename(&self) -> Option<&Rename> {
        match self {
            Self::Create(..) => None,
            Self::Rename(change, _) => Some(&change.rename),
            Self::Update(update) => update.rename.as_ref(),
        }
    }

    /// The new password, and the user as it will be.
    fn password(&self) -> Option<(&User, &PasswordHash)> {
        match self {
            Self::Create(user, hash) => Some((user, hash.as_ref()?)),
            Self::Rename(..) => None,
            Self::Update(update) => Some((&update.after, update.password_hash.as_ref()?)),
        }
    }

    /// The conditional writes: the user first, then the records of the names, then the password.
    pub(super) fn actions(&self) -> Vec<Action> {
        let mut actions = match self {
            Self::Create(user, _) => {
                vec![actions::create_user(user), actions::take_first_name(user)]
            }
            Self::Rename(change, origin) => vec![actions::rename_user(change, origin)],
            Self::Update(update) => vec![actions::update_user(update)],
        };
        actions.extend(self.rename().map(actions::change_names).unwrap_or_default());
        let password = self.password();
        actions.extend(password.map(|(user, hash)| actions::set_password(user, hash)));
        actions
    }
}
