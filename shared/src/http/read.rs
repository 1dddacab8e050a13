//! How the values of fields are read: from a JSON value to a type of the domain.

use serde_json::Value;

use crate::domain::account::{HttpsUrl, Label, PhoneNumber};
use crate::domain::locale::Locale;
use crate::domain::password::Password;
use crate::domain::role::Roles;
use crate::domain::status::Status;
use crate::domain::text::Text;
use crate::domain::time_zone::TimeZone;
use crate::domain::user_id::UserId;
use crate::domain::username::{Username, UsernameFault};
use crate::error::{Kind, Problem};

/// The names of all statuses.
pub const STATUSES: &[&str] = &["INACTIVE", "ACTIVE", "EXPIRED", "BLOCKED", "DELETED"];

fn string(value: &Value) -> Result<&str, Vec<Problem>> {
    value.as_str().ok_or_else(|| vec![Problem::NotA(Kind::String)])
}

fn problems(faults: Vec<UsernameFault>) -> Vec<Problem> {
    faults.into_iter().map(Problem::Username).collect()
}

/// Reads with `parse`, whose every failure is the same problem.
fn text<T, E>(
    value: &Value,
    parse: fn(&str) -> Result<T, E>,
    problem: Problem,
) -> Result<T, Vec<Problem>> {
    parse(string(value)?).map_err(|_| vec![problem])
}

/// A handle.
///
/// # Errors
/// Everything that is wrong with it, as of every function here.
pub fn handle(value: &Value) -> Result<Username, Vec<Problem>> {
    Username::parse_handle(string(value)?).map_err(problems)
}

/// A handle or an e-mail address.
///
/// # Errors
/// As [`handle`].
pub fn username(value: &Value) -> Result<Username, Vec<Problem>> {
    Username::parse(string(value)?).map_err(problems)
}

/// A user's id.
///
/// # Errors
/// As [`handle`].
pub fn user_id(value: &Value) -> Result<UserId, Vec<Problem>> {
    text(value, UserId::parse, Problem::NotAUserId)
}

/// A password, of which only the length is checked.
///
/// # Errors
/// As [`handle`].
pub fn password(value: &Value) -> Result<Password, Vec<Problem>> {
    Password::parse(string(value)?).map_err(|fault| vec![fault.into()])
}

/// A name, or another line of free text.
///
/// # Errors
/// As [`handle`].
pub fn line<const MAX: usize>(value: &Value) -> Result<Text<MAX>, Vec<Problem>> {
    Text::parse(string(value)?).map_err(|fault| vec![fault.into()])
}

/// A locale.
///
/// # Errors
/// As [`handle`].
pub fn locale(value: &Value) -> Result<Locale, Vec<Problem>> {
    text(value, Locale::parse, Problem::NotALocale)
}

/// A time zone.
///
/// # Errors
/// As [`handle`].
pub fn time_zone(value: &Value) -> Result<TimeZone, Vec<Problem>> {
    text(value, TimeZone::parse, Problem::NotATimeZone)
}

/// A set of roles: an array of names, one name, or the API page's own `"['API_USER']"`.
///
/// # Errors
/// As [`handle`].
pub fn roles(value: &Value) -> Result<Roles, Vec<Problem>> {
    let wrong_type = || vec![Problem::NotA(Kind::Strings)];
    let roles = match value {
        Value::String(text) => Roles::parse_text(text),
        Value::Array(values) => {
            let names: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            Roles::parse(names.ok_or_else(wrong_type)?)
        }
        _ => return Err(wrong_type()),
    };
    roles.map_err(|fault| vec![fault.into()])
}

/// A status.
///
/// # Errors
/// As [`handle`].
pub fn status(value: &Value) -> Result<Status, Vec<Problem>> {
    Status::parse(string(value)?).ok_or_else(|| vec![Problem::NotOneOf(STATUSES)])
}

/// A boolean.
///
/// # Errors
/// As [`handle`].
pub fn boolean(value: &Value) -> Result<bool, Vec<Problem>> {
    value.as_bool().ok_or_else(|| vec![Problem::NotA(Kind::Boolean)])
}

/// A telephone number.
///
/// # Errors
/// As [`handle`].
pub fn phone_number(value: &Value) -> Result<PhoneNumber, Vec<Problem>> {
    PhoneNumber::parse(string(value)?).ok_or_else(|| vec![Problem::NotAPhoneNumber])
}

/// A constant of the account's vocabulary.
///
/// # Errors
/// As [`handle`].
pub fn label(value: &Value) -> Result<Label, Vec<Problem>> {
    Label::parse(string(value)?).ok_or_else(|| vec![Problem::NotALabel])
}

/// An `https` URL.
///
/// # Errors
/// As [`handle`].
pub fn https_url(value: &Value) -> Result<HttpsUrl, Vec<Problem>> {
    HttpsUrl::parse(string(value)?).ok_or_else(|| vec![Problem::NotAUrl])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_statuses_is_that_of_the_domain() {
        assert_eq!(Status::ALL.map(Status::as_str), STATUSES);
    }
}
