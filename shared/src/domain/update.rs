//! A partial update of a user: what is sent changes, everything else stays.

use jiff::Timestamp;

use super::account::AccountPatch;
use super::field::Field;
use super::locale::Locale;
use super::password::PasswordHash;
use super::rename::{NamePair, Rename, RenameDecision, RenameError, RenamePolicy};
use super::role::Roles;
use super::status::Status;
use super::text::{LastName, PersonName};
use super::time_zone::TimeZone;
use super::user::User;
use super::username::Username;

/// The values to change; `None` keeps what is there.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    /// A handle or an e-mail address.
    pub username: Option<Username>,
    /// A password, hashed already.
    pub password_hash: Option<PasswordHash>,
    /// First name.
    pub first_name: Option<PersonName>,
    /// Middle name; `Some(None)` clears it.
    pub mid_name: Option<Option<PersonName>>,
    /// Last name; empty for people with one name.
    pub last_name: Option<LastName>,
    /// Locale.
    pub locale: Option<Locale>,
    /// Time zone.
    pub time_zone: Option<TimeZone>,
    /// Roles.
    pub roles: Option<Roles>,
    /// Status.
    pub status: Option<Status>,
}

impl Patch {
    /// The words that somebody who knows the user would try first as a password: the user's names and
    /// usernames, before and after the patch.
    pub fn own_data(&self, user: &User) -> Vec<String> {
        let usernames = [Some(&user.username), self.username.as_ref()].into_iter().flatten();
        let usernames = usernames.map(Username::as_str);
        let usernames = usernames.flat_map(|name| std::iter::once(name).chain(name.split('@')));
        let names = [
            Some(&user.first_name),
            user.mid_name.as_ref(),
            self.first_name.as_ref(),
            self.mid_name.as_ref().and_then(Option::as_ref),
        ];
        let names = names.into_iter().flatten().map(PersonName::as_str);
        let last_names = [Some(&user.last_name), self.last_name.as_ref()].into_iter().flatten();
        let names = names.chain(last_names.map(LastName::as_str));
        usernames.chain(names).map(str::to_owned).collect()
    }

    /// Whether the patch would change the field, which the request contains. An unreadable value or any
    /// password counts as a change.
    pub fn would_change(&self, field: Field, user: &User) -> bool {
        fn differs<T: PartialEq>(value: Option<&T>, present: &T) -> bool {
            value.is_none_or(|value| value != present)
        }
        match field {
            Field::Username => differs(self.username.as_ref(), &user.username),
            Field::Password => true,
            Field::FirstName => differs(self.first_name.as_ref(), &user.first_name),
            Field::MidName => differs(self.mid_name.as_ref(), &user.mid_name),
            Field::LastName => differs(self.last_name.as_ref(), &user.last_name),
            Field::Locale => differs(self.locale.as_ref(), &user.locale),
            Field::Timezone => differs(self.time_zone.as_ref(), &user.time_zone),
            Field::Roles => differs(self.roles.as_ref(), &user.roles),
            Field::Status => differs(self.status.as_ref(), &user.status),
            Field::Empty => false,
        }
    }
}

/// A user's state before and after. It commits only if the table still has the state before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The state that was read.
    pub before: User,
    /// The state to write, one version on.
    pub after: User,
    /// The change of name, when the username changes.
    pub rename: Option<Rename>,
}

/// Who asks for an update, as far as the rename rule cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdatedBy {
    /// The user: the cooldown applies to a changed username, and starts anew.
    Owner,
    /// Somebody else: a changed username neither waits for a cooldown nor starts one.
    Others,
}

impl User {
    /// The update that the patch asks for at the instant `now`, or `None` when it changes nothing.
    ///
    /// # Errors
    /// [`RenameError`], from the rename rule.
    pub fn update(
        &self,
        patch: &Patch,
        by: UpdatedBy,
        now: Timestamp,
        policy: &RenamePolicy,
    ) -> Result<Option<Update>, RenameError> {
        let mut after = self.with(patch);
        let rename = match &patch.username {
            Some(wanted) => self.rename_by(by, wanted, now, policy)?,
            None => None,
        };
        if let Some(rename) = &rename {
            after.username = rename.names.to.clone();
            after.previous_username = Some(rename.names.from.clone());
            if by == UpdatedBy::Owner {
                after.username_changed_at = Some(now);
            }
            if rename.changes_email() {
                after.account.email_verified = false;
            }
        }
        Ok(self.updated(after, rename, now))
    }

    /// The update of the account that the patch asks for at the instant `now`, or `None` when it changes
    /// nothing.
    pub fn update_account(&self, patch: &AccountPatch, now: Timestamp) -> Option<Update> {
        let after = Self { account: self.account.with(patch), ..self.clone() };
        self.updated(after, None, now)
    }

    /// The update to that state, one version on; `None` when it is the present one.
    fn updated(&self, mut after: Self, rename: Option<Rename>, now: Timestamp) -> Option<Update> {
        if after == *self {
            return None;
        }
        after.version += 1;
        after.updated_at = now;
        Some(Update { before: self.clone(), after, rename })
    }

    /// The user with the patch's values, the username aside. A field that is missing here does not
    /// compile.
    #[must_use]
    pub fn with(&self, patch: &Patch) -> Self {
        fn set<T: Clone>(value: &mut T, new: Option<&T>) {
            if let Some(new) = new {
                value.clone_from(new);
            }
        }
        let Patch {
            username: _,
            password_hash,
            first_name,
            mid_name,
            last_name,
            locale,
            time_zone,
            roles,
            status,
        } = patch;
        let mut after = self.clone();
        if let Some(hash) = password_hash {
            after.password_hash = Some(hash.clone());
        }
        set(&mut after.first_name, first_name.as_ref());
        set(&mut after.mid_name, mid_name.as_ref());
        set(&mut after.last_name, last_name.as_ref());
        set(&mut after.locale, locale.as_ref());
        set(&mut after.time_zone, time_zone.as_ref());
        set(&mut after.roles, roles.as_ref());
        set(&mut after.status, status.as_ref());
        after
    }

    fn rename_by(
        &self,
        by: UpdatedBy,
        wanted: &Username,
        now: Timestamp,
        policy: &RenamePolicy,
    ) -> Result<Option<Rename>, RenameError> {
        if by == UpdatedBy::Owner {
            return Ok(match self.rename(wanted, now, policy)? {
                RenameDecision::Unchanged(_) => None,
                RenameDecision::Change(change) => Some(change.rename),
            });
        }
        let names = NamePair { from: self.username.clone(), to: wanted.clone() };
        let is_changed = names.from.as_str() != names.to.as_str();
        Ok(is_changed.then(|| Rename::new(self.id.clone(), names, now, policy)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::fixture::ada;

    const NOW: &str = "2026-03-01T00:00:00.000Z";

    fn update(user: &User, patch: &Patch, by: UpdatedBy) -> Option<Update> {
        user.update(patch, by, NOW.parse().unwrap(), &RenamePolicy::default()).unwrap()
    }

    fn named(name: &str) -> Patch {
        Patch { username: Some(Username::parse(name).unwrap()), ..Patch::default() }
    }

    #[test]
    fn a_patch_that_changes_nothing_is_no_update() {
        assert_eq!(update(&ada(), &Patch::default(), UpdatedBy::Owner), None);
        let same = Patch {
            username: Some(ada().username),
            first_name: Some(ada().first_name),
            mid_name: Some(None),
            status: Some(Status::Active),
            ..Patch::default()
        };
        assert_eq!(update(&ada(), &same, UpdatedBy::Others), None);
    }

    #[test]
    fn an_update_changes_what_is_sent_and_the_version_and_nothing_else() {
        let patch = Patch { mid_name: PersonName::parse("Bob").ok().map(Some), ..Patch::default() };
        let update = update(&ada(), &patch, UpdatedBy::Others).unwrap();
        let expected = User {
            mid_name: PersonName::parse("Bob").ok(),
            version: 2,
            updated_at: NOW.parse().unwrap(),
            ..ada()
        };
        assert_eq!((update.before, update.after, update.rename), (ada(), expected, None));
    }

    #[test]
    fn a_change_of_name_by_somebody_else_asks_and_starts_no_cooldown() {
        let changed_at = Some(NOW.parse().unwrap());
        let cooling = User { username_changed_at: changed_at, ..ada() };
        let patch = named("lovelace");
        let by_other = update(&cooling, &patch, UpdatedBy::Others).unwrap().after;
        assert_eq!(
            (by_other.username.as_str(), by_other.username_changed_at),
            ("lovelace", changed_at)
        );
        assert_eq!(
            update(&ada(), &patch, UpdatedBy::Others).unwrap().after.username_changed_at,
            None
        );

        assert!(
            cooling
                .update(&patch, UpdatedBy::Owner, NOW.parse().unwrap(), &RenamePolicy::default())
                .is_err()
        );
        assert_eq!(
            update(&ada(), &patch, UpdatedBy::Owner).unwrap().after.username_changed_at,
            changed_at
        );
    }

    #[test]
    fn a_changed_e_mail_address_is_not_verified_any_more() {
        let mut user = ada();
        user.username = Username::parse("ada@example.com").unwrap();
        user.account.email_verified = true;
        for (name, verified) in
            [("Ada@Example.com", true), ("lovelace@example.com", false), ("lovelace", false)]
        {
            let after = update(&user, &named(name), UpdatedBy::Others).unwrap().after;
            assert_eq!(after.account.email_verified, verified, "{name}");
        }
        user.username = ada().username;
        assert!(
            update(&user, &named("lovelace"), UpdatedBy::Others)
                .unwrap()
                .after
                .account
                .email_verified
        );
    }
}
