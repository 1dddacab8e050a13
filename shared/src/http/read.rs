//! How the values of fields are read, from a JSON value to a type of the domain. `write.rs` has the
//! reverse.

use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::account::{AccountText, HttpsUrl, Label, PhoneNumber};
use crate::domain::locale::Locale;
use crate::domain::password::PasswordText;
use crate::domain::role::Roles;
use crate::domain::status::Status;
use crate::domain::text::{LastName, PersonName};
use crate::domain::time_zone::TimeZone;
use crate::domain::user_id::UserId;
use crate::domain::username::{InvalidUsername, ReservedWords, Username};
use crate::error::{JsonType, ViolationKind};

/// The names of all statuses.
pub const STATUSES: &[&str] = &["INACTIVE", "ACTIVE", "EXPIRED", "BLOCKED", "DELETED"];

/// A type that is read from the value of a field.
pub trait FromValue: ToSchema + Sized {
    /// Reads the value. A handle that is one of the reserved words is invalid.
    ///
    /// # Errors
    /// Every rule that the value breaks.
    fn from_value(value: &Value, reserved: &ReservedWords) -> Result<Self, Vec<ViolationKind>>;
}

/// A username that is not an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle(pub Username);

/// A set of roles in any accepted form: an array of names, one name, or `"['API_USER']"`, as in
/// [the contract](../../../docs/contract.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnyRoles(pub Roles);

pub(super) fn string(value: &Value) -> Result<&str, Vec<ViolationKind>> {
    value.as_str().ok_or_else(|| vec![ViolationKind::NotA(JsonType::String)])
}

fn username_kinds(violations: Vec<InvalidUsername>) -> Vec<ViolationKind> {
    violations.into_iter().map(ViolationKind::Username).collect()
}

impl FromValue for Handle {
    fn from_value(value: &Value, reserved: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
        let handle = Username::parse_handle_unless(string(value)?, reserved);
        handle.map(Self).map_err(username_kinds)
    }
}

impl FromValue for Username {
    fn from_value(value: &Value, reserved: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
        Self::parse_unless(string(value)?, reserved).map_err(username_kinds)
    }
}

/// The text is judged later, when the user's own data is known.
impl FromValue for PasswordText {
    fn from_value(value: &Value, _: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
        string(value).map(Self::prepare)
    }
}

impl FromValue for AnyRoles {
    fn from_value(value: &Value, _: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
        let wrong_type = || vec![ViolationKind::NotA(JsonType::Strings)];
        let roles = match value {
            Value::String(text) => Roles::parse_text(text),
            Value::Array(values) => {
                let names: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
                Roles::parse(names.ok_or_else(wrong_type)?)
            }
            _ => return Err(wrong_type()),
        };
        roles.map(Self).map_err(|invalid| vec![invalid.into()])
    }
}

impl FromValue for String {
    fn from_value(value: &Value, _: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
        string(value).map(str::to_owned)
    }
}

impl FromValue for bool {
    fn from_value(value: &Value, _: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
        value.as_bool().ok_or_else(|| vec![ViolationKind::NotA(JsonType::Boolean)])
    }
}

/// Types with a `parse` that returns an error, and the violation for it.
macro_rules! from_text {
    ($($type:ty: $error:pat => $kind:expr;)+) => {$(
        impl FromValue for $type {
            fn from_value(value: &Value, _: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
                Self::parse(string(value)?).map_err(|$error| vec![$kind])
            }
        }
    )+};
}

from_text! {
    UserId: _ => ViolationKind::NotAUserId;
    PersonName: invalid => invalid.into();
    LastName: invalid => invalid.into();
    AccountText: invalid => invalid.into();
    Locale: _ => ViolationKind::NotALocale;
    TimeZone: _ => ViolationKind::NotATimeZone;
}

/// A phone number, also without its `+`.
#[derive(Debug, Clone)]
pub struct AnyPhoneNumber(pub PhoneNumber);

impl FromValue for AnyPhoneNumber {
    fn from_value(value: &Value, _: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
        PhoneNumber::parse_with_or_without_plus(string(value)?)
            .map(Self)
            .ok_or_else(|| vec![ViolationKind::NotAPhoneNumber])
    }
}

/// Types with a `parse` that returns an option, and the violation for `None`.
macro_rules! from_checked_text {
    ($($type:ty => $kind:expr;)+) => {$(
        impl FromValue for $type {
            fn from_value(value: &Value, _: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
                Self::parse(string(value)?).ok_or_else(|| vec![$kind])
            }
        }
    )+};
}

from_checked_text! {
    Status => ViolationKind::NotOneOf(STATUSES);
    PhoneNumber => ViolationKind::NotAPhoneNumber;
    Label => ViolationKind::NotALabel;
    HttpsUrl => ViolationKind::NotAUrl;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_statuses_is_that_of_the_domain() {
        assert_eq!(Status::ALL.map(Status::as_str), STATUSES);
    }
}
