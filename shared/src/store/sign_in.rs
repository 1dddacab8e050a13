//! Reads and writes of signing in.

use aws_sdk_dynamodb::types::AttributeValue;

use super::actions::{self, Action};
use super::attempt;
use super::credential::{self, Credential, FAILURES, HASH, KNOWN_DEVICES, PASSWORD_VERSION};
use super::error::StoreError;
use super::expression::Expression;
use super::item::{self, CorruptItem, PK, n, s};
use super::session;
use super::table::{REREADS, Store};
use super::tables::Table;
use crate::domain::attempt::{AttemptPool, DeviceHash};
use crate::domain::password::PasswordHash;
use crate::domain::session::{Session, SessionId};
use crate::domain::update::Update;
use crate::domain::user::User;
use crate::domain::user_id::UserId;
use crate::domain::username::{NameRecord, UsernameKey};

/// The most devices that a user is known on.
const MAX_DEVICES: usize = 10;

/// A user, the password, and a session, as far as they exist.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The user.
    pub user: Option<User>,
    /// The password.
    pub credential: Option<Credential>,
    /// The session that was asked for.
    pub session: Option<Session>,
}

/// What a success changes of a credential.
#[derive(Debug, Clone)]
pub struct CredentialUpdate<'a> {
    /// Whose it is.
    pub user_id: &'a UserId,
    /// The credential as it was read.
    pub before: &'a Credential,
    /// The device, to be known from now on.
    pub device: Option<&'a DeviceHash>,
    /// The same password, hashed as this version of the code does.
    pub rehashed: Option<&'a PasswordHash>,
    /// The pool of strangers to the user's name, whose failures in a row are over.
    pub strangers: Option<&'a AttemptPool>,
}

/// A change of password by the user.
#[derive(Debug, Clone)]
pub struct PasswordChange<'a> {
    /// The change of the user.
    pub update: &'a Update,
    /// The hash that was verified, and must still be the user's.
    pub old_hash: &'a PasswordHash,
    /// The new one.
    pub new_hash: &'a PasswordHash,
    /// The device of the user, which alone is known from now on.
    pub device: Option<&'a DeviceHash>,
    /// The session that goes on.
    pub session: Option<&'a Session>,
}

impl Store {
    /// Reads who has a name. One call, `GetItem`, also without a name.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn name_record(
        &self,
        name: Option<&UsernameKey>,
    ) -> Result<Option<NameRecord>, StoreError> {
        let key = name.map_or_else(item::no_name_key, item::name_key);
        let item = self.get(Table::Users, key).await?;
        item.as_ref().map(item::to_name_record).transpose().map_err(StoreError::broken)
    }

    /// Reads a user and the password, and a session if one is given. One call, `BatchGetItem`, also without an
    /// id.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn candidate(
        &self,
        id: Option<&UserId>,
        session: Option<SessionId>,
    ) -> Result<Candidate, StoreError> {
        let user = id.map_or_else(item::nobody_key, item::user_key);
        let credential = id.map_or_else(credential::nobody_key, credential::key);
        let mut keys = vec![(Table::Users, user), (Table::Credentials, credential.clone())];
        keys.extend(session.map(|id| (Table::Credentials, session::key(id))));
        let mut found = self.candidate_once(&keys, &credential).await?;
        for _ in 0..REREADS {
            if !found.is_torn() {
                break;
            }
            found = self.candidate_once(&keys, &credential).await?;
        }
        if !found.has_present_password() {
            found.credential = None;
        }
        Ok(found)
    }

    async fn candidate_once(
        &self,
        keys: &[(Table, AttributeValue)],
        credential: &AttributeValue,
    ) -> Result<Candidate, StoreError> {
        let items = self.batch(keys.iter().cloned()).await?;
        let read = || -> Result<Candidate, CorruptItem> {
            let mut found = Candidate { user: None, credential: None, session: None };
            for item in &items {
                if item::is_user(item) {
                    found.user = Some(item::to_user(item)?);
                } else if item.get(PK) == Some(credential) {
                    found.credential = Some(credential::from_item(item)?);
                } else {
                    found.session = Some(session::from_item(item)?);
                }
            }
            Ok(found)
        };
        read().map_err(StoreError::broken)
    }

    /// Counts a failure of the user. One call, `UpdateItem`, also without a user.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn count_failure(&self, id: Option<&UserId>) -> Result<(), StoreError> {
        let mut e = Expression::default();
        e.add(FAILURES, n(1));
        let exists = e.present(HASH);
        e.require(exists);
        let key = id.map_or_else(credential::nobody_key, credential::key);
        let action = Action::Update { table: Table::Credentials, key, expression: e };
        self.write(&action).await.map(drop)
    }

    /// Writes the session that a success begins, and what the success changes of the credential. One call,
    /// `PutItem` or `TransactWriteItems`. When the password was changed meanwhile, the credential stays.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn begin_session(
        &self,
        session: &Session,
        credential: CredentialUpdate<'_>,
    ) -> Result<(), StoreError> {
        self.put_session(session, credential.into_actions()).await
    }

    /// Changes the user's password if user, password and session are as they were read; says whether it did. One
    /// call, `TransactWriteItems`.
    ///
    /// # Errors
    /// As [`Store::user`].
    pub async fn change_password(&self, change: PasswordChange<'_>) -> Result<bool, StoreError> {
        let PasswordChange { update, old_hash, new_hash, device, session } = change;
        let mut e = Expression::default();
        e.set(HASH, s(new_hash.expose()));
        e.set(PASSWORD_VERSION, n(update.after.version));
        e.remove(FAILURES);
        match device {
            Some(device) => e.set(KNOWN_DEVICES, credential::devices([device.as_str()])),
            None => e.remove(KNOWN_DEVICES),
        }
        let same = e.equals(HASH, s(old_hash.expose()));
        e.require(same);
        let key = credential::key(&update.before.id);
        let mut actions = vec![
            actions::update_user(update),
            Action::Update { table: Table::Credentials, key, expression: e },
        ];
        let epoch = update.after.session_epoch;
        actions.extend(session.map(|session| session::carry_over(session, epoch)));
        self.write_all(actions).await
    }
}

impl Candidate {
    /// Whether the items were read on both sides of a change: of the password, or of the epoch. `BatchGetItem` reads
    /// each item by itself, so that an old password could otherwise pass with the epoch of the new one.
    fn is_torn(&self) -> bool {
        let is_of_other_epoch = |user: &User| {
            self.session.as_ref().is_some_and(|session| session.epoch != user.session_epoch)
        };
        !self.has_present_password() || self.user.as_ref().is_some_and(is_of_other_epoch)
    }

    /// Whether the password is the one that the user's item knows of.
    fn has_present_password(&self) -> bool {
        let stamp = |user: &User| user.password_version;
        let of_user = self.user.as_ref().and_then(stamp);
        of_user == self.credential.as_ref().and_then(|credential| credential.password_version)
    }
}

impl CredentialUpdate<'_> {
    /// The writes, if anything changes.
    fn into_actions(self) -> Vec<Action> {
        let Self { user_id, before, device, rehashed, strangers } = self;
        let mut e = Expression::default();
        let mut is_changed = false;
        if let Some(hash) = rehashed {
            e.set(HASH, s(hash.expose()));
            is_changed = true;
        }
        if let Some(device) = device
            && !before.known_devices.iter().any(|known| known == device.as_str())
        {
            // The longest known one is forgotten.
            let kept = (before.known_devices.len() + 1).saturating_sub(MAX_DEVICES);
            let known = before.known_devices.iter().skip(kept).map(String::as_str);
            e.set(KNOWN_DEVICES, credential::devices(known.chain([device.as_str()])));
            is_changed = true;
        }
        if before.failures > 0 {
            e.remove(FAILURES);
            is_changed = true;
        }
        let same = e.equals(HASH, s(before.hash.expose()));
        e.require(same);
        let key = credential::key(user_id);
        let update = Action::Update { table: Table::Credentials, key, expression: e };
        let row = strangers.filter(|_| before.failures > 0).map(attempt::end_row);
        is_changed.then_some(update).into_iter().chain(row).collect()
    }
}
