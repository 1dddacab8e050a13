//! How the values of fields are read: from a JSON value to a type of the domain.

use serde_json::Value;

use super::Described;
use crate::domain::account::{AccountText, HttpsUrl, Label, PhoneNumber};
use crate::domain::locale::Locale;
use crate::domain::password::Password;
use crate::domain::role::Roles;
use crate::domain::status::Status;
use crate::domain::text::PersonName;
use crate::domain::time_zone::TimeZone;
use crate::domain::user_id::UserId;
use crate::domain::username::{Username, UsernameFault};
use crate::error::{Kind, Problem};

/// The names of all statuses.
pub const STATUSES: &[&str] = &["INACTIVE", "ACTIVE", "EXPIRED", "BLOCKED", "DELETED"];

/// What a field's value can be read as.
pub trait FromValue: Described + Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    fn from_value(value: &Value) -> Result<Self, Vec<Problem>>;
}

/// A username that is no e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle(pub Username);

/// A set of roles in any form that is accepted: an array of names, one name, or the API page's own
/// `"['API_USER']"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnyRoles(pub Roles);

fn string(value: &Value) -> Result<&str, Vec<Problem>> {
    value.as_str().ok_or_else(|| vec![Problem::NotA(Kind::String)])
}

fn problems(faults: Vec<UsernameFault>) -> Vec<Problem> {
    faults.into_iter().map(Problem::Username).collect()
}

impl FromValue for Handle {
    fn from_value(value: &Value) -> Result<Self, Vec<Problem>> {
        Username::parse_handle(string(value)?).map(Self).map_err(problems)
    }
}

impl FromValue for Username {
    fn from_value(value: &Value) -> Result<Self, Vec<Problem>> {
        Self::parse(string(value)?).map_err(problems)
    }
}

/// Only the length is checked.
impl FromValue for Password {
    fn from_value(value: &Value) -> Result<Self, Vec<Problem>> {
        Self::parse(string(value)?).map_err(|fault| vec![fault.into()])
    }
}

impl FromValue for AnyRoles {
    fn from_value(value: &Value) -> Result<Self, Vec<Problem>> {
        let wrong_type = || vec![Problem::NotA(Kind::Strings)];
        let roles = match value {
            Value::String(text) => Roles::parse_text(text),
            Value::Array(values) => {
                let names: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
                Roles::parse(names.ok_or_else(wrong_type)?)
            }
            _ => return Err(wrong_type()),
        };
        roles.map(Self).map_err(|fault| vec![fault.into()])
    }
}

impl FromValue for bool {
    fn from_value(value: &Value) -> Result<Self, Vec<Problem>> {
        value.as_bool().ok_or_else(|| vec![Problem::NotA(Kind::Boolean)])
    }
}

/// Texts that `parse` reads, with the one problem there can be.
macro_rules! from_text {
    ($($type:ty: $fault:pat => $problem:expr;)+) => {$(
        impl FromValue for $type {
            fn from_value(value: &Value) -> Result<Self, Vec<Problem>> {
                Self::parse(string(value)?).map_err(|$fault| vec![$problem])
            }
        }
    )+};
}

from_text! {
    UserId: _ => Problem::NotAUserId;
    PersonName: fault => fault.into();
    AccountText: fault => fault.into();
    Locale: _ => Problem::NotALocale;
    TimeZone: _ => Problem::NotATimeZone;
}

/// Likewise, where `parse` says only that it is none.
macro_rules! from_checked_text {
    ($($type:ty => $problem:expr;)+) => {$(
        impl FromValue for $type {
            fn from_value(value: &Value) -> Result<Self, Vec<Problem>> {
                Self::parse(string(value)?).ok_or_else(|| vec![$problem])
            }
        }
    )+};
}

from_checked_text! {
    Status => Problem::NotOneOf(STATUSES);
    PhoneNumber => Problem::NotAPhoneNumber;
    Label => Problem::NotALabel;
    HttpsUrl => Problem::NotAUrl;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_statuses_is_that_of_the_domain() {
        assert_eq!(Status::ALL.map(Status::as_str), STATUSES);
    }
}
