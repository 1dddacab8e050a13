//! A partial update of a user: what is sent changes, everything else stays.

use jiff::Timestamp;

use super::locale::Locale;
use super::password::PasswordHash;
use super::rename::{NameChange, RenamePolicy, RenameRefusal, Renaming};
use super::role::Roles;
use super::status::Status;
use super::text::PersonName;
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
    /// Last name.
    pub last_name: Option<PersonName>,
    /// Locale.
    pub locale: Option<Locale>,
    /// Time zone.
    pub time_zone: Option<TimeZone>,
    /// Roles.
    pub roles: Option<Roles>,
    /// Status.
    pub status: Option<Status>,
}

/// A user's state before and after, to be committed if it still is the state before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// The state that was read.
    pub before: User,
    /// The state to write, one version on.
    pub after: User,
    /// What happens to the names, when the username changes.
    pub names: Option<NameChange>,
}

impl User {
    /// The update that the patch asks for at the instant `now`, or `None` when it changes nothing.
    /// When the user is the caller (`by_owner`), the rename rule applies to a changed username;
    /// otherwise no cooldown is asked and none started.
    ///
    /// # Errors
    /// [`RenameRefusal`], from the rename rule.
    pub fn update(
        &self,
        patch: &Patch,
        by_owner: bool,
        now: Timestamp,
        policy: &RenamePolicy,
    ) -> Result<Option<Update>, RenameRefusal> {
        let mut after = self.with(patch);
        let names = match &patch.username {
            Some(wanted) => self.name_change(wanted, by_owner, now, policy)?,
            None => None,
        };
        if let Some(names) = &names {
            after.username = names.to.clone();
            after.previous_username = Some(names.from.clone());
            if by_owner {
                after.username_changed_at = Some(now);
            }
            if names.changes_email() {
                after.account.email_verified = false;
            }
        }
        if after == *self {
            return Ok(None);
        }
        after.version += 1;
        after.updated_at = now;
        Ok(Some(Update { before: self.clone(), after, names }))
    }

    /// The user with the patch's values, the username aside.
    #[must_use]
    pub fn with(&self, patch: &Patch) -> Self {
        fn set<T: Clone>(value: &mut T, new: Option<&T>) {
            if let Some(new) = new {
                value.clone_from(new);
            }
        }
        let mut after = self.clone();
        set(&mut after.first_name, patch.first_name.as_ref());
        set(&mut after.mid_name, patch.mid_name.as_ref());
        set(&mut after.last_name, patch.last_name.as_ref());
        set(&mut after.locale, patch.locale.as_ref());
        set(&mut after.time_zone, patch.time_zone.as_ref());
        set(&mut after.roles, patch.roles.as_ref());
        set(&mut after.status, patch.status.as_ref());
        if let Some(hash) = &patch.password_hash {
            after.password_hash = Some(hash.clone());
        }
        after
    }

    fn name_change(
        &self,
        wanted: &Username,
        by_owner: bool,
        now: Timestamp,
        policy: &RenamePolicy,
    ) -> Result<Option<NameChange>, RenameRefusal> {
        if by_owner {
            return Ok(match self.rename(wanted, now, policy)? {
                Renaming::Already(_) => None,
                Renaming::Change(rename) => Some(rename.names),
            });
        }
        let (from, to) = (self.username.clone(), wanted.clone());
        Ok((from != to).then(|| NameChange::new(self.id.clone(), from, to, now, policy)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::fixture::ada;

    const NOW: &str = "2026-03-01T00:00:00.000Z";

    fn update(user: &User, patch: &Patch, by_owner: bool) -> Option<Update> {
        user.update(patch, by_owner, NOW.parse().unwrap(), &RenamePolicy::default()).unwrap()
    }

    fn named(name: &str) -> Patch {
        Patch { username: Some(Username::parse(name).unwrap()), ..Patch::default() }
    }

    #[test]
    fn a_patch_that_changes_nothing_is_no_update() {
        assert_eq!(update(&ada(), &Patch::default(), true), None);
        let same = Patch {
            username: Some(ada().username),
            first_name: Some(ada().first_name),
            mid_name: Some(None),
            status: Some(Status::Active),
            ..Patch::default()
        };
        assert_eq!(update(&ada(), &same, false), None);
    }

    #[test]
    fn an_update_changes_what_is_sent_and_the_version_and_nothing_else() {
        let patch = Patch { mid_name: PersonName::parse("Bob").ok().map(Some), ..Patch::default() };
        let update = update(&ada(), &patch, false).unwrap();
        let expected = User {
            mid_name: PersonName::parse("Bob").ok(),
            version: 2,
            updated_at: NOW.parse().unwrap(),
            ..ada()
        };
        assert_eq!((update.before, update.after, update.names), (ada(), expected, None));
    }

    #[test]
    fn a_change_of_name_by_somebody_else_asks_and_starts_no_cooldown() {
        let changed_at = Some(NOW.parse().unwrap());
        let cooling = User { username_changed_at: changed_at, ..ada() };
        let patch = named("lovelace");
        let by_other = update(&cooling, &patch, false).unwrap().after;
        assert_eq!(
            (by_other.username.as_str(), by_other.username_changed_at),
            ("lovelace", changed_at)
        );
        assert_eq!(update(&ada(), &patch, false).unwrap().after.username_changed_at, None);

        assert!(
            cooling.update(&patch, true, NOW.parse().unwrap(), &RenamePolicy::default()).is_err()
        );
        assert_eq!(update(&ada(), &patch, true).unwrap().after.username_changed_at, changed_at);
    }

    #[test]
    fn a_changed_e_mail_address_is_not_verified_any_more() {
        let mut user = ada();
        user.username = Username::parse("ada@example.com").unwrap();
        user.account.email_verified = true;
        for (name, verified) in
            [("Ada@Example.com", true), ("lovelace@example.com", false), ("lovelace", false)]
        {
            let after = update(&user, &named(name), false).unwrap().after;
            assert_eq!(after.account.email_verified, verified, "{name}");
        }
        user.username = ada().username;
        assert!(update(&user, &named("lovelace"), false).unwrap().after.account.email_verified);
    }
}
