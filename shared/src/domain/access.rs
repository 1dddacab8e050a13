//! Who may do what to whom: the fields of a user, and who may change each.

use super::role::{Role, Roles};
use super::status::Status;
use super::user::User;

/// Declares the fields once: the variants, [`Field::ALL`] and the names cannot differ.
macro_rules! fields {
    ($($variant:ident = $name:literal,)+) => {
        /// A field of a user that a body can contain.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        impl Field {
            /// Every field, in the order in which a refusal names them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The field's name in a body.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

fields! {
    Username = "username",
    Password = "password",
    FirstName = "firstName",
    MidName = "midName",
    LastName = "lastName",
    Locale = "locale",
    Timezone = "timezone",
    Roles = "roles",
    Status = "status",
    Empty = "empty",
}

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

    /// Decides whether the caller may change those fields of a user with `target_roles` (`None`
    /// when the caller sees no such user).
    ///
    /// # Errors
    /// [`AccessDenied`], which names every forbidden field.
    pub fn authorize(
        self,
        target_roles: Option<Roles>,
        fields: &[Field],
    ) -> Result<(), AccessDenied> {
        if !self.may_read() {
            return Err(AccessDenied::NotYours);
        }
        let forbidden: Vec<Field> =
            fields.iter().copied().filter(|field| !self.may_change(*field)).collect();
        if !forbidden.is_empty() {
            return Err(AccessDenied::Fields(forbidden));
        }
        let target_is_admin = target_roles.is_some_and(|roles| roles.contains(Role::Admin));
        if target_is_admin && !self.is_self && !self.is_admin() {
            return Err(AccessDenied::TargetIsAdmin);
        }
        Ok(())
    }
}

/// Why the caller may not do what the request asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessDenied {
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

    #[test]
    fn every_forbidden_field_is_named() {
        let own = access(true, &[]);
        assert_eq!(
            own.authorize(None, &[Field::Status, Field::LastName, Field::Password]),
            Err(AccessDenied::Fields(vec![Field::Status, Field::Password]))
        );
        assert_eq!(own.authorize(None, &[Field::LastName, Field::Empty]), Ok(()));
    }

    #[test]
    fn a_stranger_is_refused_whatever_the_fields() {
        let stranger = access(false, &[Role::ApiUser]);
        assert_eq!(stranger.authorize(None, &[]), Err(AccessDenied::NotYours));
        assert_eq!(stranger.authorize(None, &[Field::Empty]), Err(AccessDenied::NotYours));
    }

    #[test]
    fn a_power_user_cannot_touch_an_admin_but_the_admin_itself_and_another_admin_can() {
        let admins = Some(Roles::from_iter([Role::Admin, Role::ApiUser]));
        let names = [Field::FirstName];
        assert_eq!(
            access(false, &[Role::PowerUser]).authorize(admins, &names),
            Err(AccessDenied::TargetIsAdmin)
        );
        let forbidden = AccessDenied::Fields(vec![Field::Roles]);
        assert_eq!(
            access(false, &[Role::PowerUser]).authorize(admins, &[Field::Roles]),
            Err(forbidden)
        );
        assert_eq!(access(true, &[Role::PowerUser]).authorize(admins, &names), Ok(()));
        assert_eq!(access(false, &[Role::Admin]).authorize(admins, &names), Ok(()));
    }
}
