//! A username, with the key that makes it unique.

use std::fmt;

use super::invalid::InvalidUsername;
use super::key::UsernameKey;
use super::length::{MAX_LENGTH, MIN_LENGTH};
use super::reserved::ReservedWords;
use super::{email, handle, spelling};
use crate::domain::text::{nfc, trim};

/// A username as its owner spells it, with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username {
    text: String,
    key: UsernameKey,
}

impl Username {
    /// Reads a handle; only the built-in words are reserved.
    ///
    /// # Errors
    /// Every [`InvalidUsername`] the text has; at least one.
    pub fn parse_handle(text: &str) -> Result<Self, Vec<InvalidUsername>> {
        Self::parse_handle_unless(text, &ReservedWords::default())
    }

    /// Reads a handle that is not among those words.
    ///
    /// # Errors
    /// As [`Username::parse_handle`].
    pub fn parse_handle_unless(
        text: &str,
        reserved: &ReservedWords,
    ) -> Result<Self, Vec<InvalidUsername>> {
        match text.rfind('@') {
            Some(0) => {
                let suggestion = spelling::close_to(text, reserved);
                return Err(vec![InvalidUsername::LeadingAt { suggestion }]);
            }
            Some(_) => return Err(vec![InvalidUsername::EmailNotAccepted]),
            None => {}
        }
        let mut violations = handle::violations(text, reserved);
        for violation in &mut violations {
            if let InvalidUsername::ForbiddenCharacters { suggestion, .. } = violation {
                *suggestion = spelling::close_to(text, reserved);
            }
        }
        if violations.is_empty() { Ok(Self::unvalidated(text.to_owned())) } else { Err(violations) }
    }

    /// Reads an e-mail address when the text contains an `@` after its beginning, else a handle; only
    /// the built-in words are reserved.
    ///
    /// # Errors
    /// Every [`InvalidUsername`] the text has; at least one.
    pub fn parse(text: &str) -> Result<Self, Vec<InvalidUsername>> {
        Self::parse_unless(text, &ReservedWords::default())
    }

    /// Reads an e-mail address, which is trimmed and brought to NFC, or a handle that is not among those
    /// words.
    ///
    /// # Errors
    /// As [`Username::parse`].
    pub fn parse_unless(
        text: &str,
        reserved: &ReservedWords,
    ) -> Result<Self, Vec<InvalidUsername>> {
        if text.rfind('@').is_some_and(|at| at > 0) {
            let address = nfc(trim(text));
            email::check(&address).map_err(|violation| vec![violation])?;
            Ok(Self::unvalidated(address.into_owned()))
        } else {
            Self::parse_handle_unless(text, reserved)
        }
    }

    /// Takes a name that the table has, with the key that the table has for it. It is not checked again:
    /// the rules may have become stricter since it was written, and the name is still its owner's.
    pub(crate) fn stored(text: String, key: UsernameKey) -> Self {
        Self { text, key }
    }

    /// Takes a name that a token or a path mentions. It is not checked: it only guesses or looks up
    /// a name that the table has.
    pub fn unvalidated(text: String) -> Self {
        let key = UsernameKey::of(&text);
        Self { text, key }
    }

    /// Whether some username could be that text: an address, or letters, digits and separators as a handle
    /// has them. It is far
    /// cheaper than reading a name, and lets more pass.
    pub fn is_conceivable(text: &str) -> bool {
        let is_handle = (MIN_LENGTH..=MAX_LENGTH).contains(&text.len())
            && text.chars().all(handle::is_allowed)
            && text.contains(|c: char| c.is_ascii_alphabetic());
        text.contains('@') || is_handle
    }

    /// The name in its owner's spelling.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The key on which uniqueness is enforced.
    pub fn key(&self) -> &UsernameKey {
        &self.key
    }

    /// Whether the name is an e-mail address.
    pub fn is_email(&self) -> bool {
        self.text.contains('@')
    }

    /// Whether the two names differ in nothing but the case of ASCII letters.
    pub fn is_same_in_any_case(&self, other: &Self) -> bool {
        self.text.eq_ignore_ascii_case(&other.text)
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
