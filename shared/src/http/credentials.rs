//! The fields with which somebody signs in. What cannot be right by its form is refused before anything is read,
//! alike for every name.

use serde_json::Value;

use super::read::{FromValue, string};
use crate::domain::password::{self, PasswordText};
use crate::domain::session::RefreshToken;
use crate::domain::text::{InvalidText, nfc};
use crate::domain::username::{ReservedWords, Username};
use crate::error::ViolationKind;

/// The most characters of a name, unless it is an e-mail address.
const MAX_LENGTH: usize = password::MAX_LENGTH;

/// A name that somebody signs in with. It need not be one that could be chosen today.
#[derive(Debug, Clone)]
pub struct SignInName(pub Username);

/// A password that somebody gives, right or wrong.
#[derive(Debug, Clone)]
pub struct GivenPassword(pub PasswordText);

/// A refresh token that somebody gives; `None` for what is none.
#[derive(Debug, Clone)]
pub struct GivenRefreshToken(pub Option<RefreshToken>);

impl FromValue for SignInName {
    fn from_value(value: &Value, _: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
        let text = string(value)?.trim();
        match bounded(text) {
            Err(_) if Username::parse(text).is_ok_and(|name| name.is_email()) => {}
            checked => checked?,
        }
        Ok(Self(Username::unvalidated(text.to_owned())))
    }
}

impl FromValue for GivenPassword {
    fn from_value(value: &Value, _: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
        let text = string(value)?;
        bounded(&nfc(text))?;
        Ok(Self(PasswordText::prepare(text)))
    }
}

impl FromValue for GivenRefreshToken {
    fn from_value(value: &Value, _: &ReservedWords) -> Result<Self, Vec<ViolationKind>> {
        let text = string(value)?;
        if text.is_empty() {
            return Err(vec![InvalidText::Empty.into()]);
        }
        Ok(Self(RefreshToken::parse(text)))
    }
}

fn bounded(text: &str) -> Result<(), Vec<ViolationKind>> {
    match text.chars().count() {
        0 => Err(vec![InvalidText::Empty.into()]),
        length if length > MAX_LENGTH => {
            Err(vec![InvalidText::TooLong { max: MAX_LENGTH, length }.into()])
        }
        _ => Ok(()),
    }
}
