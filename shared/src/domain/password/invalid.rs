//! Why a text is no password.

/// The fewest characters of a password: NIST SP 800-63B-4 section 3.1.1.2, for a password that is the
/// only factor.
pub const MIN_LENGTH: usize = 15;
/// The most characters of a password.
pub const MAX_LENGTH: usize = 128;

/// Why a text is refused as a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// Fewer than [`MIN_LENGTH`] characters.
    #[error("too short")]
    TooShort,
    /// More than [`MAX_LENGTH`] characters.
    #[error("too long")]
    TooLong,
    /// A control character, a line break, or a character that nobody sees.
    #[error("control character")]
    ControlCharacter {
        /// The first such character.
        character: char,
    },
    /// zxcvbn gives it a score below 3, or it is made of the user's own data.
    #[error("easy to guess")]
    TooWeak,
    /// Its digits and symbols can be read as letters in more ways than can be tried in time.
    #[error("too complex to judge")]
    TooComplex,
}
