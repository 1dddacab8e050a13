//! Free text of a bounded length: names of people, places and companies.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;

/// Text of 1 to `MAX` characters, without white space at its ends, in Unicode normalisation form
/// NFC (UAX #15), on one line, with no control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<const MAX: usize>(String);

/// A person's first, middle or last name.
pub type PersonName = Text<100>;

/// Why a value is not such a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing is left after trimming.
    #[error("empty")]
    Empty,
    /// There are more than `max` characters.
    #[error("longer than {max} characters")]
    TooLong {
        /// The most characters allowed.
        max: usize,
        /// The characters found.
        length: usize,
    },
    /// There is a control character, a line separator or a bidirectional control in it.
    #[error("control character")]
    ControlCharacter {
        /// The first such character.
        character: char,
    },
}

impl<const MAX: usize> Text<MAX> {
    /// The most characters.
    pub const MAX_LENGTH: usize = MAX;

    /// Trims and normalises the text, then checks it.
    ///
    /// # Errors
    /// The first [`InvalidText`] found.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let trimmed = text.trim();
        if let Some(character) = trimmed.chars().find(|c| is_control(*c)) {
            return Err(InvalidText::ControlCharacter { character });
        }
        let text = ComposingNormalizerBorrowed::new_nfc().normalize(trimmed);
        match text.chars().count() {
            0 => Err(InvalidText::Empty),
            length if length > MAX => Err(InvalidText::TooLong { max: MAX, length }),
            _ => Ok(Self(text.into_owned())),
        }
    }

    /// Takes a text that the table holds, which was checked when it was written.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Control characters (category Cc), line and paragraph separators, and the characters of the
/// Unicode property `Bidi_Control`, with which a name could rewrite the text around it.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_1_to_100_characters_after_trimming() {
        let length = |n: usize| PersonName::parse(&format!("  {}\n", "ş".repeat(n)));
        assert_eq!(length(0), Err(InvalidText::Empty));
        assert!(length(1).is_ok());
        assert!(length(99).is_ok());
        assert_eq!(length(100).unwrap().as_str(), "ş".repeat(100));
        assert_eq!(length(101), Err(InvalidText::TooLong { max: 100, length: 101 }));
    }

    #[test]
    fn a_name_is_stored_in_nfc() {
        assert_eq!(PersonName::parse("c\u{0327}ag\u{0306}").unwrap().as_str(), "çağ");
    }

    #[test]
    fn control_characters_and_bidirectional_controls_are_refused() {
        for character in
            ['\0', '\u{7}', '\n', '\u{7F}', '\u{200F}', '\u{202E}', '\u{2066}', '\u{2028}']
        {
            assert_eq!(
                PersonName::parse(&format!("A{character}a")),
                Err(InvalidText::ControlCharacter { character })
            );
        }
    }

    #[test]
    fn letters_of_any_script_and_joiners_are_welcome() {
        for name in ["İpek", "O’Neill", "山田", "می\u{200C}نا", "<string>", "Ana 🌹"] {
            assert_eq!(PersonName::parse(name).unwrap().as_str(), name);
        }
    }
}
