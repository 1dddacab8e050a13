//! Who may do what to whom.

use super::role::{Role, Roles};
use super::status::Status;
use super::user::User;
use super::user_id::UserId;

/// A field of `PATCH /v1/users/update` that can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// `username`
    Username,
    /// `password`
    Password,
    /// `firstName`
    FirstName,
    /// `midName`
    MidName,
    /// `lastName`
    LastName,
    /// `locale`
    Locale,
    /// `timezone`
    Timezone,
    /// `roles`
    Roles,
    /// `status`
    Status,
    /// `empty`
    Empty,
}

impl Field {
    /// Every field, in the order of the API page.
    pub const ALL: [Self; 10] = [
        Self::Username,
        Self::Password,
        Self::FirstName,
        Self::MidName,
        Self::LastName,
        Self::Locale,
        Self::Timezone,
        Self::Roles,
        Self::Status,
        Self::Empty,
    ];

    /// The field's name in a body.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Password => "password",
            Self::FirstName => "firstName",
            Self::MidName => "midName",
            Self::LastName => "lastName",
            Self::Locale => "locale",
            Self::Timezone => "timezone",
            Self::Roles => "roles",
            Self::Status => "status",
            Self::Empty => "empty",
        }
    }
}

/// What a caller is to the user that a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relation {
    /// The caller is that user.
    pub own: bool,
    /// The roles that count of the caller.
    pub roles: Roles,
}

impl Relation {
    /// The relation of a caller with these roles to the user of that id.
    pub fn of(caller: &UserId, roles: Roles, target: &UserId) -> Self {
        Self { own: caller == target, roles }
    }

    fn is(self, role: Role) -> bool {
        self.roles.contains(role)
    }

    /// Whether the user's data may be read and, field by field, changed.
    pub fn is_close(self) -> bool {
        self.own || self.is_trusted()
    }

    /// Whether the caller looks after others.
    pub fn is_trusted(self) -> bool {
        self.is(Role::PowerUser) || self.is(Role::Admin)
    }

    /// The user, unless it is deleted and the caller no `ADMIN`: to everybody else such a user is
    /// not there.
    pub fn visible(self, user: Option<User>) -> Option<User> {
        user.filter(|user| user.status != Status::Deleted || self.is_admin())
    }

    /// The user, if the caller may find it by its name: who is blocked is found by a `POWER_USER` and
    /// an `ADMIN` only.
    pub fn findable(self, user: Option<User>) -> Option<User> {
        self.visible(user).filter(|user| user.status != Status::Blocked || self.is_trusted())
    }

    /// Whether users may be created, and deleted ones seen.
    pub fn is_admin(self) -> bool {
        self.is(Role::Admin)
    }

    /// Whether the caller may send the field. Each field stands in exactly one arm, so that a new
    /// one does not compile before somebody has decided who may change it.
    pub fn may_change(self, field: Field) -> bool {
        match field {
            Field::Username
            | Field::FirstName
            | Field::MidName
            | Field::LastName
            | Field::Locale
            | Field::Timezone => self.is_close(),
            Field::Password => self.is(Role::Admin),
            Field::Roles | Field::Status => self.is(Role::Admin) && !self.own,
            Field::Empty => true,
        }
    }

    /// Decides whether the caller may change those fields of a user with `target_roles` (`None`
    /// when there is no such user).
    ///
    /// # Errors
    /// The [`Refusal`], which names every forbidden field.
    pub fn check_change(
        self,
        target_roles: Option<Roles>,
        fields: &[Field],
    ) -> Result<(), Refusal> {
        if !self.is_close() {
            return Err(Refusal::NotYours);
        }
        let forbidden: Vec<Field> =
            fields.iter().copied().filter(|field| !self.may_change(*field)).collect();
        if !forbidden.is_empty() {
            return Err(Refusal::Fields(forbidden));
        }
        let target_is_admin = target_roles.is_some_and(|roles| roles.contains(Role::Admin));
        if target_is_admin && !self.own && !self.is(Role::Admin) {
            return Err(Refusal::TargetIsAdmin);
        }
        Ok(())
    }
}

/// Why a change is not permitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The caller is neither the user nor `POWER_USER` nor `ADMIN`.
    #[error("neither the user nor POWER_USER nor ADMIN")]
    NotYours,
    /// The user is an `ADMIN` and the caller is not.
    #[error("a POWER_USER cannot change an ADMIN")]
    TargetIsAdmin,
    /// The caller may not change these fields of this user.
    #[error("forbidden fields")]
    Fields(Vec<Field>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relation(own: bool, roles: &[Role]) -> Relation {
        Relation { own, roles: roles.iter().copied().collect() }
    }

    #[test]
    fn each_field_has_the_callers_of_the_contract_s_table() {
        // field: the user, POWER_USER, ADMIN, an ADMIN on the own account, anybody else
        for (field, who) in [
            (Field::Username, [true, true, true, true, false]),
            (Field::Password, [false, false, true, true, false]),
            (Field::FirstName, [true, true, true, true, false]),
            (Field::MidName, [true, true, true, true, false]),
            (Field::LastName, [true, true, true, true, false]),
            (Field::Locale, [true, true, true, true, false]),
            (Field::Timezone, [true, true, true, true, false]),
            (Field::Roles, [false, false, true, false, false]),
            (Field::Status, [false, false, true, false, false]),
            (Field::Empty, [true, true, true, true, true]),
        ] {
            let callers = [
                relation(true, &[Role::ApiUser]),
                relation(false, &[Role::PowerUser]),
                relation(false, &[Role::Admin]),
                relation(true, &[Role::Admin]),
                relation(false, &[Role::ApiUser]),
            ];
            assert_eq!(callers.map(|caller| caller.may_change(field)), who, "{field:?}");
        }
    }

    #[test]
    fn every_forbidden_field_is_named() {
        let own = relation(true, &[]);
        assert_eq!(
            own.check_change(None, &[Field::Status, Field::LastName, Field::Password]),
            Err(Refusal::Fields(vec![Field::Status, Field::Password]))
        );
        assert_eq!(own.check_change(None, &[Field::LastName, Field::Empty]), Ok(()));
    }

    #[test]
    fn a_stranger_is_refused_whatever_the_fields() {
        let stranger = relation(false, &[Role::ApiUser]);
        assert_eq!(stranger.check_change(None, &[]), Err(Refusal::NotYours));
        assert_eq!(stranger.check_change(None, &[Field::Empty]), Err(Refusal::NotYours));
    }

    #[test]
    fn a_power_user_cannot_touch_an_admin_but_the_admin_itself_and_another_admin_can() {
        let admins = Some(Roles::from_iter([Role::Admin, Role::ApiUser]));
        let names = [Field::FirstName];
        assert_eq!(
            relation(false, &[Role::PowerUser]).check_change(admins, &names),
            Err(Refusal::TargetIsAdmin)
        );
        let forbidden = Refusal::Fields(vec![Field::Roles]);
        assert_eq!(
            relation(false, &[Role::PowerUser]).check_change(admins, &[Field::Roles]),
            Err(forbidden)
        );
        assert_eq!(relation(true, &[Role::PowerUser]).check_change(admins, &names), Ok(()));
        assert_eq!(relation(false, &[Role::Admin]).check_change(admins, &names), Ok(()));
    }
}
