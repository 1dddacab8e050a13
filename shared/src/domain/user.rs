//! A user, and the rename rule's decision on a user's request.

use jiff::Timestamp;
use uuid::Uuid;

use super::account::Account;
use super::author::Author;
use super::locale::Locale;
use super::rename::{
    NamePair, RenameDecision, RenameError, RenamePolicy, RenameReceipt, SelfRename,
};
use super::role::{Role, Roles};
use super::status::Status;
use super::text::{LastName, PersonName};
use super::time_zone::TimeZone;
use super::user_id::UserId;
use super::username::Username;

/// What a new user cannot do without.
#[derive(Debug, Clone)]
pub struct RequiredFields {
    /// The user's id.
    pub id: UserId,
    /// The name.
    pub username: Username,
    /// First name.
    pub first_name: PersonName,
    /// The id of the user's account.
    pub account_id: Uuid,
}

/// A user as the table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The id: the `sub` of the user's tokens.
    pub id: UserId,
    /// The name, in the user's own spelling.
    pub username: Username,
    /// First name.
    pub first_name: PersonName,
    /// Middle name, if any.
    pub mid_name: Option<PersonName>,
    /// Last name; empty for people with one name.
    pub last_name: LastName,
    /// Language and region.
    pub locale: Locale,
    /// The user's time zone.
    pub time_zone: TimeZone,
    /// What the user may do; never empty.
    pub roles: Roles,
    /// Whether the account may be used.
    pub status: Status,
    /// Contact and billing data.
    pub account: Account,
    /// The number of writes so far, creation included; the `ETag`.
    pub version: u64,
    /// The name before this one, whoever changed it.
    pub previous_username: Option<Username>,
    /// When the user last changed the own name; a change by somebody else does not count.
    pub username_changed_at: Option<Timestamp>,
    /// When the user was created.
    pub created_at: Timestamp,
    /// When the user was last written.
    pub updated_at: Timestamp,
    /// Grows by one whenever the user's sessions end: with a change of password, with a status other than
    /// `ACTIVE`, and when the user signs out everywhere. A token of an earlier epoch is refused. It begins
    /// with the second of the user's creation.
    pub session_epoch: u64,
    /// When the password was last set, if ever.
    pub password_changed_at: Option<Timestamp>,
    /// The version that the user had then, which the password's own item has as well: two items that are read
    /// while the password changes do not have the same.
    pub password_version: Option<u64>,
    /// Who wrote last; nobody is known for users from before it was kept.
    pub written_by: Option<Author>,
}

impl User {
    /// An active `API_USER`, created at the instant `now`, with defaults for everything optional.
    pub fn new(required: RequiredFields, now: Timestamp) -> Self {
        let RequiredFields { id, username, first_name, account_id } = required;
        Self {
            id,
            username,
            first_name,
            mid_name: None,
            last_name: LastName::default(),
            locale: Locale::default(),
            time_zone: TimeZone::default(),
            roles: Roles::from_iter([Role::ApiUser]),
            status: Status::Active,
            account: Account::new(account_id),
            version: 1,
            previous_username: None,
            username_changed_at: None,
            created_at: now,
            updated_at: now,
            // A user of the same id who was erased before had a lower one.
            session_epoch: u64::try_from(now.as_second()).unwrap_or(0),
            password_changed_at: None,
            password_version: None,
            written_by: None,
        }
    }

    /// The user with a password, whose item gets the version that the user has now.
    pub fn mark_password(&mut self, now: Timestamp) {
        self.password_changed_at = Some(now);
        self.password_version = Some(self.version);
    }

    /// The instant from which on the user may change the own name. If it is past, the user may change it
    /// now. For a user who never changed it, it is the instant of creation.
    pub fn next_change_at(&self, policy: &RenamePolicy) -> Timestamp {
        self.username_changed_at.map_or(self.created_at, |at| policy.next_change_at(at))
    }

    /// Whether the user's account may be used.
    ///
    /// # Errors
    /// [`RenameError::NotFound`] when it is deleted, [`RenameError::NotActive`] when it is not
    /// active.
    pub fn check_usable(&self) -> Result<(), RenameError> {
        match self.status {
            Status::Active => Ok(()),
            Status::Deleted => Err(RenameError::NotFound),
            Status::Inactive | Status::Expired | Status::Blocked => Err(RenameError::NotActive),
        }
    }

    /// Decides on the user's request to change the own name at the instant `now`.
    ///
    /// # Errors
    /// [`RenameError`], in the order not found, not active, cooling down.
    pub fn rename(
        &self,
        wanted: &Username,
        now: Timestamp,
        policy: &RenamePolicy,
    ) -> Result<RenameDecision, RenameError> {
        self.check_usable()?;
        if self.username.as_str() == wanted.as_str() {
            return Ok(RenameDecision::Unchanged(RenameReceipt {
                old: self.previous_username.clone().unwrap_or_else(|| self.username.clone()),
                new: self.username.clone(),
                next_change_at: self.next_change_at(policy),
            }));
        }
        let names = NamePair { from: self.username.clone(), to: wanted.clone() };
        let rename = SelfRename::new(self.id.clone(), names, now, policy);
        match self.username_changed_at {
            Some(changed_at) if changed_at > rename.last_change_at_most => {
                Err(RenameError::CoolingDown { until: policy.next_change_at(changed_at) })
            }
            _ => Ok(RenameDecision::Change(rename)),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::fixture::ada;
    use super::*;

    const NOW: &str = "2026-03-01T00:00:00.000Z";

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    fn changed(before: SignedDuration) -> User {
        User { username_changed_at: Some(now() - before), ..ada() }
    }

    fn rename(user: &User, to: &str) -> Result<RenameDecision, RenameError> {
        user.rename(&Username::parse(to).unwrap(), now(), &RenamePolicy::default())
    }

    #[test]
    fn a_first_change_is_free() {
        assert!(matches!(rename(&ada(), "lovelace"), Ok(RenameDecision::Change(_))));
    }

    #[test]
    fn the_next_change_is_allowed_from_30_days_after_the_last_on() {
        let days = SignedDuration::from_secs(2_592_000);
        let milli = SignedDuration::from_millis(1);
        let refused = RenameError::CoolingDown { until: now() + milli };
        assert_eq!(rename(&changed(days - milli), "lovelace"), Err(refused));
        assert!(matches!(rename(&changed(days), "lovelace"), Ok(RenameDecision::Change(_))));
        assert!(matches!(
            rename(&changed(days + milli), "lovelace"),
            Ok(RenameDecision::Change(_))
        ));
    }

    #[test]
    fn the_old_name_is_held_for_37_days() {
        let Ok(RenameDecision::Change(change)) = rename(&ada(), "lovelace") else {
            panic!("refused")
        };
        assert_eq!(change.rename.held_until, now() + SignedDuration::from_hours(37 * 24));
        assert!(!change.rename.is_respelling());
    }

    #[test]
    fn asking_for_exactly_the_name_one_has_changes_nothing_even_while_cooling_down() {
        let mut user = changed(SignedDuration::ZERO);
        let next_change_at = now() + SignedDuration::from_hours(30 * 24);
        let mut names = RenameReceipt { old: ada().username, new: ada().username, next_change_at };
        assert_eq!(rename(&user, "ada"), Ok(RenameDecision::Unchanged(names.clone())));

        user.previous_username = Username::parse("lovelace").ok();
        names.old = Username::parse("lovelace").unwrap();
        assert_eq!(rename(&user, "ada"), Ok(RenameDecision::Unchanged(names)));
    }

    #[test]
    fn a_change_of_case_or_to_a_look_alike_is_a_change_like_any_other() {
        for name in ["Ada", "ADA"] {
            let Ok(RenameDecision::Change(change)) = rename(&ada(), name) else {
                panic!("refused")
            };
            assert!(change.rename.is_respelling());
            let cooling = changed(SignedDuration::from_secs(1));
            let refused = rename(&cooling, name);
            assert!(matches!(refused, Err(RenameError::CoolingDown { .. })));
        }
    }

    #[test]
    fn who_is_not_active_is_refused_and_who_is_deleted_is_not_found() {
        for status in Status::ALL {
            let outcome = rename(&User { status, ..ada() }, "lovelace");
            match status {
                Status::Active => assert!(outcome.is_ok()),
                Status::Deleted => assert_eq!(outcome, Err(RenameError::NotFound)),
                _ => assert_eq!(outcome, Err(RenameError::NotActive)),
            }
        }
    }

    #[test]
    fn the_next_change_of_a_user_who_never_changed_is_allowed_since_creation() {
        assert_eq!(ada().next_change_at(&RenamePolicy::default()), ada().created_at);
    }

    #[test]
    fn no_instant_or_duration_overflows() {
        let endless = RenamePolicy { cooldown: SignedDuration::MAX, hold: SignedDuration::MAX };
        let to = Username::parse("lovelace").unwrap();
        assert!(ada().rename(&to, now(), &endless).is_ok());
        assert!(changed(SignedDuration::ZERO).rename(&to, now(), &endless).is_err());
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use super::*;
    use crate::domain::text::Text;

    /// An active user who has never changed the name.
    pub(crate) fn ada() -> User {
        let required = RequiredFields {
            id: UserId::parse("ada").unwrap(),
            username: Username::parse_handle("ada").unwrap(),
            first_name: Text::parse("Ada").unwrap(),
            account_id: Uuid::from_u128(1),
        };
        let user = User::new(required, "2026-01-01T00:00:00.000Z".parse().unwrap());
        User { last_name: LastName::parse("Lovelace").unwrap(), ..user }
    }
}
