//! Free text of a bounded length: names of people, places and companies.

use std::borrow::Cow;
use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;

/// Text of 1 to `MAX` characters, at least one of them visible, in Unicode normalisation form NFC
/// (UAX #15), on one line, without control characters, and without white space and directional marks
/// at its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<const MAX: usize>(String);

/// A person's first or middle name.
pub type PersonName = Text<100>;

/// A person's last name, which is empty for people with one name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LastName(Option<PersonName>);

/// Why a value is not such a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing is left after trimming, or nothing visible.
    #[error("empty")]
    Empty,
    /// The text has characters, but none is visible, where an empty text would be accepted.
    #[error("nothing visible")]
    NothingVisible,
    /// The text has more than `max` characters.
    #[error("longer than {max} characters")]
    TooLong {
        /// The most characters allowed.
        max: usize,
        /// The characters found.
        length: usize,
    },
    /// The text has a character that controls or hides text.
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
        let trimmed = trim(text);
        if let Some(character) = trimmed.chars().find(|c| is_control(*c)) {
            return Err(InvalidText::ControlCharacter { character });
        }
        if !trimmed.chars().any(is_visible) {
            return Err(InvalidText::Empty);
        }
        let text = nfc(trimmed);
        match text.chars().count() {
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

impl LastName {
    /// Reads a last name as [`Text::parse`] does; a text that is empty after trimming is the empty name.
    ///
    /// # Errors
    /// The first [`InvalidText`] found.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        if trim(text).is_empty() {
            return Ok(Self(None));
        }
        match PersonName::parse(text) {
            Ok(name) => Ok(Self(Some(name))),
            Err(InvalidText::Empty) => Err(InvalidText::NothingVisible),
            Err(invalid) => Err(invalid),
        }
    }

    /// Takes a name that the table holds, which was checked when it was written.
    pub(crate) fn stored(text: String) -> Self {
        Self((!text.is_empty()).then(|| Text::stored(text)))
    }

    /// The name; empty for people with one name.
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or("", Text::as_str)
    }
}

/// The text in Unicode normalisation form NFC.
pub(crate) fn nfc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// The text without white space and directional marks at its ends.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_directional(c))
}

/// Whether a person sees the character by itself: a letter, digit, punctuation mark or symbol, but not one of the
/// letters and symbols that are blank.
pub(crate) fn is_visible(c: char) -> bool {
    use GeneralCategory as Category;
    let is_blank = matches!(c, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{2800}');
    !is_blank
        && !matches!(
            category(c),
            Category::Unassigned
                | Category::Control
                | Category::Format
                | Category::Surrogate
                | Category::PrivateUse
                | Category::SpaceSeparator
                | Category::LineSeparator
                | Category::ParagraphSeparator
                | Category::NonspacingMark
                | Category::EnclosingMark
        )
}

/// Whether the character controls or hides text: control characters (category Cc), line and paragraph
/// separators, directional marks inside a text, tag characters and noncharacters.
fn is_control(c: char) -> bool {
    c.is_control()
        || is_directional(c)
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{E0000}'..='\u{E007F}')
        || is_noncharacter(c)
}

/// Whether the character is one of the property `Bidi_Control`, with which a text could reorder the text
/// around it.
fn is_directional(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn is_noncharacter(c: char) -> bool {
    u32::from(c) & 0xFFFE == 0xFFFE || matches!(c, '\u{FDD0}'..='\u{FDEF}')
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// Whether a password may contain the character (RFC 8265, `OpaqueString`): not a control character, a
/// line break, or a character that nobody sees or types. Joiners are part of some scripts and of emoji.
pub(crate) fn is_typed(c: char) -> bool {
    use GeneralCategory as Category;
    let is_joiner = matches!(c, '\u{200C}' | '\u{200D}');
    let is_hidden = matches!(
        category(c),
        Category::Control
            | Category::Format
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::PrivateUse
    );
    is_joiner || !is_hidden && !is_noncharacter(c)
}

/// Whether the character is a space (category Zs).
pub(crate) fn is_space(c: char) -> bool {
    category(c) == GeneralCategory::SpaceSeparator
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
    fn directional_marks_at_the_ends_are_trimmed_as_spaces_are() {
        for text in ["محمد\u{200F}", "\u{2068}محمد\u{2069}", "\u{202A} محمد \u{202C}\n"]
        {
            assert_eq!(PersonName::parse(text).unwrap().as_str(), "محمد");
        }
    }

    #[test]
    fn control_characters_directional_marks_inside_tags_and_noncharacters_are_refused() {
        for character in [
            '\0',
            '\u{7}',
            '\n',
            '\u{7F}',
            '\u{200F}',
            '\u{202E}',
            '\u{2066}',
            '\u{2028}',
            '\u{E0068}',
            '\u{FFFF}',
            '\u{FDD0}',
            '\u{1FFFE}',
        ] {
            assert_eq!(
                PersonName::parse(&format!("A{character}a")),
                Err(InvalidText::ControlCharacter { character })
            );
        }
    }

    #[test]
    fn what_nobody_can_see_does_not_count_and_alone_is_refused() {
        for c in [
            '\u{200B}',
            '\u{3164}',
            '\u{FFA0}',
            '\u{2800}',
            '\u{2060}',
            '\u{FEFF}',
            '\u{AD}',
            '\u{180E}',
            '\u{FE0F}',
            '\u{34F}',
            '\u{200C}',
            '\u{200D}',
            '\u{2062}',
            '\u{E000}',
            '\u{378}',
            '\u{1D173}',
            '\u{FFEF}',
            '\u{301}',
            '\u{115F}',
            '\u{1160}',
        ] {
            assert_eq!(PersonName::parse(&format!("{c}{c}")), Err(InvalidText::Empty), "{c:?}");
            assert!(PersonName::parse(&format!("A{c}")).is_ok(), "{c:?}");
            assert_eq!(LastName::parse(&c.to_string()), Err(InvalidText::NothingVisible), "{c:?}");
        }
    }

    #[test]
    fn a_last_name_may_be_empty() {
        for text in ["", " ", "\u{200F}"] {
            assert_eq!(LastName::parse(text).unwrap().as_str(), "", "{text:?}");
        }
        assert_eq!(LastName::parse(" Öz ").unwrap().as_str(), "Öz");
        assert_eq!(LastName::stored(String::new()), LastName::default());
    }

    #[test]
    fn letters_of_any_script_and_joiners_are_welcome() {
        for name in ["İpek", "O’Neill", "山田", "می\u{200C}نا", "<string>", "Ana 🌹", "ไทย", "-"]
        {
            assert_eq!(PersonName::parse(name).unwrap().as_str(), name);
        }
    }
}
