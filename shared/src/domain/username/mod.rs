//! What a username is, and when two of them count as the same.
//!
//! A username is a *handle* (`new_username123`) or, on `PATCH /v1/users/update` and
//! `POST /v1/users` only, an e-mail address. Uniqueness is enforced on its [`UsernameKey`].

mod email;
mod handle;
mod holding;
mod key;
mod reserved;
mod spelling;
mod suggestion;

use std::fmt;

pub use email::MAX_LENGTH as MAX_EMAIL_LENGTH;
pub use handle::{MAX_LENGTH, MIN_LENGTH};
pub use holding::Holding;
pub use key::UsernameKey;
#[cfg(feature = "openapi")]
pub use reserved::reserved_words;
pub use suggestion::candidates;

/// A username in its holder's spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

/// Why a text is not a username. One text can have several faults.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsernameFault {
    /// Fewer than [`MIN_LENGTH`] characters.
    #[error("too short: {length} characters")]
    TooShort {
        /// The characters found.
        length: usize,
    },
    /// More than [`MAX_LENGTH`] characters.
    #[error("too long: {length} characters")]
    TooLong {
        /// The characters found.
        length: usize,
    },
    /// Characters other than ASCII letters, digits, `_` and `.`.
    #[error("forbidden characters")]
    ForbiddenCharacters {
        /// The first few of them, each once.
        characters: Vec<char>,
        /// A valid handle close to what was asked for, if there is one (`çağrı` → `cagri`).
        suggestion: Option<String>,
    },
    /// It begins or ends with a separator.
    #[error("begins or ends with a separator")]
    SeparatorAtEdge,
    /// Two separators stand in a row.
    #[error("two separators in a row")]
    SeparatorsInRow,
    /// It has no letter.
    #[error("no letter")]
    NoLetter,
    /// It is a reserved word, or looks like one.
    #[error("reserved")]
    Reserved,
    /// An e-mail address where only a handle is accepted.
    #[error("an e-mail address is not accepted here")]
    EmailNotAccepted,
    /// Something with an `@` that is not an e-mail address.
    #[error("not an e-mail address")]
    InvalidEmail,
    /// An e-mail address with characters that the path of a URL does not carry through every gateway.
    #[error("an e-mail address with characters that a path does not carry")]
    EmailCharacters {
        /// Those that are in it, each once.
        characters: Vec<char>,
    },
    /// An e-mail address of more than 254 characters (RFC 5321).
    #[error("e-mail address too long: {length} characters")]
    EmailTooLong {
        /// The characters found.
        length: usize,
    },
}

impl Username {
    /// Reads a handle.
    ///
    /// # Errors
    /// Every [`UsernameFault`] the text has; at least one.
    pub fn parse_handle(text: &str) -> Result<Self, Vec<UsernameFault>> {
        let faults = if text.contains('@') {
            vec![UsernameFault::EmailNotAccepted]
        } else {
            handle::faults(text)
        };
        if faults.is_empty() { Ok(Self(text.to_owned())) } else { Err(faults) }
    }

    /// Reads a handle or, when there is an `@` in it, an e-mail address.
    ///
    /// # Errors
    /// Every [`UsernameFault`] the text has; at least one.
    pub fn parse(text: &str) -> Result<Self, Vec<UsernameFault>> {
        if text.contains('@') {
            email::check(text).map_err(|fault| vec![fault])?;
            Ok(Self(text.to_owned()))
        } else {
            Self::parse_handle(text)
        }
    }

    /// Takes a name that somebody holds or claims to hold already. It is not checked: the rules may
    /// have become stricter since (a new reserved word), and it is still their name.
    pub fn held(text: String) -> Self {
        Self(text)
    }

    /// The name in its holder's spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What uniqueness is enforced on.
    pub fn key(&self) -> UsernameKey {
        UsernameKey::of(&self.0)
    }

    /// Whether it is an e-mail address.
    pub fn is_email(&self) -> bool {
        self.0.contains('@')
    }

    /// Whether the two differ in nothing but the case of ASCII letters.
    pub fn is_same_in_any_case(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
