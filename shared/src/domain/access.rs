//! Who may do what to whom.

use super::field::Field;
use super::role::{Role, Roles};
use super::status::Status;
use super::update::Patch;
use super::user::User;

/// What a caller may do to the user that a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Whether the caller is that user.
    pub is_self: bool,
    /// The caller's effective roles.
    pub roles: Roles,
}

impl Access {
    fn has(self, role: Role) -> bool {
        self.roles.contains(role)
    }

    /// Whether the caller may read the user and, field by field, change it.
    pub fn may_read(self) -> bool {
        self.is_self || self.is_staff()
    }

    /// Whether the caller is a `POWER_USER` or an `ADMIN`.
    pub fn is_staff(self) -> bool {
        self.has(Role::PowerUser) || self.is_admin()
    }

    /// Whether the caller is an `ADMIN`, who may create users and see deleted ones.
    pub fn is_admin(self) -> bool {
        self.has(Role::Admin)
    }

    /// The user as the caller sees it: only an `ADMIN` sees a deleted user.
    pub fn visible(self, user: Option<User>) -> Option<User> {
        user.filter(|user| user.status != Status::Deleted || self.is_admin())
    }

    /// The user, if the caller may find it by name: only a `POWER_USER` and an `ADMIN` find a blocked
    /// user.
    pub fn findable(self, user: Option<User>) -> Option<User> {
        self.visible(user).filter(|user| user.status != Status::Blocked || self.is_staff())
    }

    /// Whether the caller may change the field. Each field stands in exactly one arm, so that a new
    /// field does not compile before somebody decides who may change it.
    pub fn may_change(self, field: Field) -> bool {
        match field {
            Field::Username
            | Field::FirstName
            | Field::MidName
            | Field::LastName
            | Field::Locale
            | Field::Timezone => self.may_read(),
            Field::Password => self.is_admin(),
            Field::Roles | Field::Status => self.is_admin() && !self.is_self,
            Field::Empty => true,
        }
    }

    /// Decides whether the caller may make that request's changes. A forbidden field counts only when
    /// its value would change, so that somebody can send a whole form back.
    ///
    /// # Errors
    /// [`AccessDenied`], which names every forbidden field.
    pub fn authorize(self, request: &ChangeRequest<'_>) -> Result<(), AccessDenied> {
        let ChangeRequest { target, sent, patch } = *request;
        if !self.may_read() {
            return Err(AccessDenied::NotYours);
        }
        let would_change = |field: Field| target.is_none_or(|user| patch.would_change(field, user));
        let forbidden = |field: &Field| !self.may_change(*field) && would_change(*field);
        let forbidden: Vec<Field> = sent.iter().copied().filter(forbidden).collect();
        if !forbidden.is_empty() {
            return Err(AccessDenied::Fields(forbidden));
        }
        self.authorize_target(target)
    }

    /// Decides whether the caller may change the account of the user, whom the caller sees.
    ///
    /// # Errors
    /// [`AccessDenied`] when the caller may change nobody else, or not an `ADMIN`.
    pub fn authorize_account(self, target: Option<&User>) -> Result<(), AccessDenied> {
        if !self.may_read() {
            return Err(AccessDenied::NotYours);
        }
        self.authorize_target(target)
    }

    fn authorize_target(self, target: Option<&User>) -> Result<(), AccessDenied> {
        let is_admin = |user: &User| user.roles.contains(Role::Admin);
        if target.is_some_and(is_admin) && !self.is_self && !self.is_admin() {
            return Err(AccessDenied::TargetIsAdmin);
        }
        Ok(())
    }
}

/// The changes that a request asks for.
#[derive(Debug, Clone, Copy)]
pub struct ChangeRequest<'a> {
    /// The user to change, as the caller sees it; `None` when the caller sees no such user.
    pub target: Option<&'a User>,
    /// The fields that the request contains.
    pub sent: &'a [Field],
    /// Their values, as far as they could be read.
    pub patch: &'a Patch,
}

/// Why the caller may not do what the request asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessDenied {
    /// The caller is neither the user nor `POWER_USER` nor `ADMIN`.
    #[error("neither the user nor POWER_USER nor ADMIN")]
    NotYours,
    /// The caller is not the user.
    #[error("not the user")]
    NotOwner,
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
    use crate::domain::user::fixture::ada;

    fn access(is_self: bool, roles: &[Role]) -> Access {
        Access { is_self, roles: roles.iter().copied().collect() }
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
                access(true, &[Role::ApiUser]),
                access(false, &[Role::PowerUser]),
                access(false, &[Role::Admin]),
                access(true, &[Role::Admin]),
                access(false, &[Role::ApiUser]),
            ];
            assert_eq!(callers.map(|caller| caller.may_change(field)), who, "{field:?}");
        }
    }

    /// Asks for these fields of that user, with values that cannot be read.
    fn authorize(
        access: Access,
        target: Option<&User>,
        sent: &[Field],
    ) -> Result<(), AccessDenied> {
        let patch = Patch::default();
        access.authorize(&ChangeRequest { target, sent, patch: &patch })
    }

    #[test]
    fn every_forbidden_field_is_named() {
        let own = access(true, &[]);
        assert_eq!(
            authorize(own, None, &[Field::Status, Field::LastName, Field::Password]),
            Err(AccessDenied::Fields(vec![Field::Status, Field::Password]))
        );
        assert_eq!(authorize(own, None, &[Field::LastName, Field::Empty]), Ok(()));
    }

    #[test]
    fn a_forbidden_field_counts_only_when_its_value_would_change() {
        let (own, user) = (access(true, &[]), ada());
        let unchanged =
            Patch { roles: Some(user.roles), status: Some(user.status), ..Patch::default() };
        let blocked = Patch { status: Some(Status::Blocked), ..unchanged.clone() };
        let sent = [Field::Roles, Field::Status];
        let authorize = |patch: &Patch, sent: &[Field]| {
            own.authorize(&ChangeRequest { target: Some(&user), sent, patch })
        };
        assert_eq!(authorize(&unchanged, &sent), Ok(()));
        let forbidden = |field| Err(AccessDenied::Fields(vec![field]));
        assert_eq!(authorize(&blocked, &sent), forbidden(Field::Status));
        // A password is not compared.
        assert_eq!(authorize(&unchanged, &[Field::Password]), forbidden(Field::Password));
    }

    #[test]
    fn a_stranger_is_refused_whatever_the_fields() {
        let stranger = access(false, &[Role::ApiUser]);
        assert_eq!(authorize(stranger, None, &[]), Err(AccessDenied::NotYours));
        assert_eq!(authorize(stranger, None, &[Field::Empty]), Err(AccessDenied::NotYours));
    }

    #[test]
    fn a_power_user_cannot_touch_an_admin_but_the_admin_itself_and_another_admin_can() {
        let admin = User { roles: Roles::from_iter([Role::Admin, Role::ApiUser]), ..ada() };
        let (target, names) = (Some(&admin), [Field::FirstName]);
        let power = access(false, &[Role::PowerUser]);
        assert_eq!(authorize(power, target, &names), Err(AccessDenied::TargetIsAdmin));
        let forbidden = AccessDenied::Fields(vec![Field::Roles]);
        assert_eq!(authorize(power, target, &[Field::Roles]), Err(forbidden));
        assert_eq!(authorize(access(true, &[Role::PowerUser]), target, &names), Ok(()));
        assert_eq!(authorize(access(false, &[Role::Admin]), target, &names), Ok(()));
    }
}
