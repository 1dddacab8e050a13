//! Roles and sets of them.

use std::fmt;

/// A role of an account. Only `POWER_USER` and `ADMIN` give rights here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// A visitor; no rights here beyond the own data.
    Guest,
    /// An ordinary user of the API.
    ApiUser,
    /// An ordinary user; no rights here beyond the own data.
    StandardUser,
    /// Looks after other users' profiles.
    PowerUser,
    /// A user with more functions elsewhere; no rights here beyond the own data.
    ExtendedUser,
    /// May change everything of everybody else.
    Admin,
}

impl Role {
    /// Every role, in the order in which a set lists them.
    pub const ALL: [Self; 6] = [
        Self::Guest,
        Self::ApiUser,
        Self::StandardUser,
        Self::PowerUser,
        Self::ExtendedUser,
        Self::Admin,
    ];

    /// The name on the wire, in the table and in tokens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "GUEST",
            Self::ApiUser => "API_USER",
            Self::StandardUser => "STANDARD_USER",
            Self::PowerUser => "POWER_USER",
            Self::ExtendedUser => "EXTENDED_USER",
            Self::Admin => "ADMIN",
        }
    }

    /// The role of that name, in exactly that spelling.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of roles. It may be empty here (a token without roles); an account's own set never is,
/// which [`Roles::parse`] sees to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roles(u8);

impl Roles {
    /// Whether they give rights over other users: `POWER_USER` or `ADMIN` is among them.
    pub fn are_staff(self) -> bool {
        self.contains(Role::PowerUser) || self.contains(Role::Admin)
    }

    /// Whether the role is in the set.
    pub const fn contains(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    /// The roles that both sets have.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The roles in the set, in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.contains(*role))
    }

    /// Reads the names of an account's roles. A name given twice counts once.
    ///
    /// # Errors
    /// [`InvalidRoles`] when there is no name, or one is no role's.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidRoles> {
        let roles: Option<Self> = names.into_iter().map(Role::parse).collect();
        match roles {
            None => Err(InvalidRoles::Unknown),
            Some(roles) if roles == Self::default() => Err(InvalidRoles::Empty),
            Some(roles) => Ok(roles),
        }
    }

    /// Reads the one-string forms: `API_USER`, and `['API_USER']` of [the contract](../../../docs/contract.md).
    ///
    /// # Errors
    /// As [`Roles::parse`].
    pub fn parse_text(text: &str) -> Result<Self, InvalidRoles> {
        let inner = text.trim();
        let inner =
            inner.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(inner);
        if inner.trim().is_empty() {
            return Err(InvalidRoles::Empty);
        }
        Self::parse(inner.split(',').map(|name| unquote(name.trim())))
    }
}

/// The text without the pair of quotation marks around it, if there is one.
fn unquote(text: &str) -> &str {
    ['\'', '"']
        .into_iter()
        .find_map(|mark| text.strip_prefix(mark)?.strip_suffix(mark))
        .unwrap_or(text)
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |set, role| set | 1 << role as u8))
    }
}

/// Why a value is not a set of roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRoles {
    /// There is no role in it.
    #[error("an account has at least one role")]
    Empty,
    /// A name in it is no role's.
    #[error("not a role")]
    Unknown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_lists_each_role_once_in_a_fixed_order() {
        let roles = Roles::parse(["ADMIN", "API_USER", "ADMIN"]).unwrap();
        assert_eq!(roles.iter().collect::<Vec<_>>(), [Role::ApiUser, Role::Admin]);
        assert!(!roles.contains(Role::PowerUser));
    }

    #[test]
    fn the_empty_set_and_unknown_or_misspelled_names_are_refused() {
        assert_eq!(Roles::parse([]), Err(InvalidRoles::Empty));
        for name in ["admin", "ROOT", "", " ADMIN"] {
            assert_eq!(Roles::parse([name]), Err(InvalidRoles::Unknown), "{name:?}");
        }
    }

    #[test]
    fn the_page_s_own_string_form_is_read() {
        let api_user = Roles::from_iter([Role::ApiUser]);
        for text in ["API_USER", "['API_USER']", "[\"API_USER\"]", "[API_USER]", " [ 'API_USER' ] "]
        {
            assert_eq!(Roles::parse_text(text), Ok(api_user), "{text}");
        }
        let both = Roles::from_iter([Role::ApiUser, Role::Admin]);
        assert_eq!(Roles::parse_text("['API_USER', 'ADMIN']"), Ok(both));
        assert_eq!(Roles::parse_text("[]"), Err(InvalidRoles::Empty));
        assert_eq!(Roles::parse_text(""), Err(InvalidRoles::Empty));
        assert_eq!(Roles::parse_text("['API_USER'"), Err(InvalidRoles::Unknown));
        assert_eq!(Roles::parse_text("'"), Err(InvalidRoles::Unknown));
    }
}
