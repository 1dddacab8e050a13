//! Why a text is not a username.

/// A rule that a text breaks, so that it is not a username. One text can break several.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUsername {
    /// Fewer than [`MIN_LENGTH`](super::MIN_LENGTH) characters.
    #[error("too short: {length} characters")]
    TooShort {
        /// The characters found.
        length: usize,
    },
    /// More than [`MAX_LENGTH`](super::MAX_LENGTH) characters.
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
        /// A valid handle close to the requested name, if there is one (`çağrı` → `cagri`).
        suggestion: Option<String>,
    },
    /// An `@` before a name, as social networks write it.
    #[error("begins with an @")]
    LeadingAt {
        /// The name without it, if that is a handle (`@ayse.k` → `ayse.k`).
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
    /// The part before the `@` is not that of an e-mail address, is quoted, or is over 64 characters.
    #[error("not an e-mail address")]
    InvalidEmail,
    /// The part after the `@` is not a domain name with a top level.
    #[error("an e-mail address without a domain name")]
    InvalidEmailDomain,
    /// An e-mail address with characters that other scripts' letters look like, or that a gateway
    /// changes in the path of a URL.
    #[error("an e-mail address with characters that a username cannot have")]
    EmailCharacters {
        /// These characters, each once.
        characters: Vec<char>,
    },
    /// An e-mail address of more than 254 characters (RFC 5321).
    #[error("e-mail address too long: {length} characters")]
    EmailTooLong {
        /// The characters found.
        length: usize,
    },
}
