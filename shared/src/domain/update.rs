//! A partial update of a user: what is sent changes, everything else stays.

use jiff::Timestamp;

use super::account::AccountPatch;
use super::author::{Author, AuthorKind};
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
    /// The new password, which stands in another table.
    pub password_hash: Option<PasswordHash>,
}

impl Update {
    /// Whether it writes more than the user's own item.
    pub fn is_transaction(&self) -> bool {
        self.rename.is_some() || self.password_hash.is_some()
    }

    fn with_password(mut self, hash: PasswordHash, now: Timestamp) -> Self {
        self.after.mark_password(now);
        Self { password_hash: Some(hash), ..self }
    }
}

impl User {
    /// The update that the patch asks for at the instant `now`, or `None` when it changes nothing. For the
    /// user, the cooldown applies to a changed username, and starts anew; when somebody else changes it, it
    /// neither waits for a cooldown nor starts one.
    ///
    /// # Errors
    /// [`RenameError`], from the rename rule.
    pub fn update(
        &self,
        patch: &Patch,
        by: &Author,
        now: Timestamp,
        policy: &RenamePolicy,
    ) -> Result<Option<Update>, RenameError> {
        let mut after = self.with(patch);
        let rename = match &patch.username {
            Some(wanted) => self.rename_by(by.kind, wanted, now, policy)?,
            None => None,
        };
        if let Some(rename) = &rename {
            after.username = rename.names.to.clone();
            after.previous_username = Some(rename.names.from.clone());
            if by.kind == AuthorKind::Owner {
                after.username_changed_at = Some(now);
            }
            if rename.changes_email() {
                after.account.email_verified = false;
            }
        }
        if patch.password_hash.is_some() || self.leaves_active(&after) {
            after.session_epoch += 1;
        }
        let updated = self.updated(after, by, now).map(|update| Update { rename, ..update });
        Ok(match (&patch.password_hash, updated) {
            (Some(hash), Some(update)) => Some(update.with_password(hash.clone(), now)),
            (_, updated) => updated,
        })
    }

    /// The update that gives the user another password, and ends the sessions of the one before.
    pub fn set_password(&self, hash: PasswordHash, by: &Author, now: Timestamp) -> Update {
        self.end_sessions(by, now).with_password(hash, now)
    }

    /// The update that ends all of the user's sessions.
    pub fn end_sessions(&self, by: &Author, now: Timestamp) -> Update {
        let after = Self { session_epoch: self.session_epoch + 1, ..self.clone() };
        self.written(after, by, now)
    }

    /// Whether the user is `ACTIVE`, and not any more in the state `after`.
    fn leaves_active(&self, after: &Self) -> bool {
        self.status == Status::Active && after.status != Status::Active
    }

    /// The update of the account that the patch asks for at the instant `now`, or `None` when it changes
    /// nothing.
    pub fn update_account(
        &self,
        patch: &AccountPatch,
        by: &Author,
        now: Timestamp,
    ) -> Option<Update> {
        let after = Self { account: self.account.with(patch), ..self.clone() };
        self.updated(after, by, now)
    }

    /// The update to that state, one version on; `None` when it is the present one.
    fn updated(&self, after: Self, by: &Author, now: Timestamp) -> Option<Update> {
        (after != *self).then(|| self.written(after, by, now))
    }

    /// The update to that state, one version on.
    fn written(&self, after: Self, by: &Author, now: Timestamp) -> Update {
        let after = Self {
            version: self.version + 1,
            updated_at: now,
            written_by: Some(by.clone()),
            ..after
        };
        Update { before: self.clone(), after, rename: None, password_hash: None }
    }

    /// The user with the patch's values, the username and the password aside. A field that is missing here does not
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
            password_hash: _,
            first_name,
            mid_name,
            last_name,
            locale,
            time_zone,
            roles,
            status,
        } = patch;
        let mut after = self.clone();
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
        by: AuthorKind,
        wanted: &Username,
        now: Timestamp,
        policy: &RenamePolicy,
    ) -> Result<Option<Rename>, RenameError> {
        if by == AuthorKind::Owner {
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

    fn by(kind: AuthorKind) -> Author {
        Author { id: ada().id, kind, request_id: "request".to_owned() }
    }

    fn update(user: &User, patch: &Patch, kind: AuthorKind) -> Option<Update> {
        user.update(patch, &by(kind), NOW.parse().unwrap(), &RenamePolicy::default()).unwrap()
    }

    fn named(name: &str) -> Patch {
        Patch { username: Some(Username::parse(name).unwrap()), ..Patch::default() }
    }

    #[test]
    fn a_patch_that_changes_nothing_is_no_update() {
        assert_eq!(update(&ada(), &Patch::default(), AuthorKind::Owner), None);
        let same = Patch {
            username: Some(ada().username),
            first_name: Some(ada().first_name),
            mid_name: Some(None),
            status: Some(Status::Active),
            ..Patch::default()
        };
        assert_eq!(update(&ada(), &same, AuthorKind::Staff), None);
    }

    #[test]
    fn an_update_changes_what_is_sent_and_the_version_and_nothing_else() {
        let patch = Patch { mid_name: PersonName::parse("Bob").ok().map(Some), ..Patch::default() };
        let update = update(&ada(), &patch, AuthorKind::Staff).unwrap();
        let expected = User {
            mid_name: PersonName::parse("Bob").ok(),
            version: 2,
            updated_at: NOW.parse().unwrap(),
            written_by: Some(by(AuthorKind::Staff)),
            ..ada()
        };
        assert_eq!((update.before, update.after, update.rename), (ada(), expected, None));
    }

    #[test]
    fn a_change_of_name_by_somebody_else_asks_and_starts_no_cooldown() {
        let changed_at = Some(NOW.parse().unwrap());
        let cooling = User { username_changed_at: changed_at, ..ada() };
        let patch = named("lovelace");
        let by_other = update(&cooling, &patch, AuthorKind::Staff).unwrap().after;
        assert_eq!(
            (by_other.username.as_str(), by_other.username_changed_at),
            ("lovelace", changed_at)
        );
        assert_eq!(
            update(&ada(), &patch, AuthorKind::Staff).unwrap().after.username_changed_at,
            None
        );

        assert!(
            cooling
                .update(
                    &patch,
                    &by(AuthorKind::Owner),
                    NOW.parse().unwrap(),
                    &RenamePolicy::default()
                )
                .is_err()
        );
        assert_eq!(
            update(&ada(), &patch, AuthorKind::Owner).unwrap().after.username_changed_at,
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
            let after = update(&user, &named(name), AuthorKind::Staff).unwrap().after;
            assert_eq!(after.account.email_verified, verified, "{name}");
        }
        user.username = ada().username;
        assert!(
            update(&user, &named("lovelace"), AuthorKind::Staff)
                .unwrap()
                .after
                .account
                .email_verified
        );
    }

    #[test]
    fn a_new_password_and_a_status_other_than_active_end_the_sessions_and_nothing_else_does() {
        let epoch = |user: &User, patch: &Patch| {
            update(user, patch, AuthorKind::Staff).unwrap().after.session_epoch
        };
        let status = |status| Patch { status: Some(status), ..Patch::default() };
        let password = PasswordHash::stored("$argon2id$…".to_owned());
        let with_password = Patch { password_hash: Some(password), ..Patch::default() };
        let (present, next) = (ada().session_epoch, ada().session_epoch + 1);
        assert_eq!(epoch(&ada(), &with_password), next);
        assert_eq!(epoch(&ada(), &named("lovelace")), present);
        for other in [Status::Inactive, Status::Expired, Status::Blocked, Status::Deleted] {
            assert_eq!(epoch(&ada(), &status(other)), next);
            // It had ended them when it left `ACTIVE`.
            let left = User { status: other, session_epoch: next, ..ada() };
            assert_eq!(epoch(&left, &status(Status::Active)), next);
        }
        let both = Patch { status: Some(Status::Blocked), ..with_password };
        assert_eq!(epoch(&ada(), &both), next);
    }
}
