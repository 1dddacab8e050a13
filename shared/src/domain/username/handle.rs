//! The form of a handle.

use super::invalid::InvalidUsername;
use super::length::{MAX_LENGTH, MIN_LENGTH};
use super::reserved::{ReservedWords, is_separator};
use crate::domain::text::nfc;

/// How many different forbidden characters a violation names.
const NAMED: usize = 5;

/// Every rule that the text breaks as a handle. No violation has a suggestion yet.
pub(super) fn violations(text: &str, reserved: &ReservedWords) -> Vec<InvalidUsername> {
    let mut violations = Vec::new();
    // People see composed characters, and count them.
    let composed = nfc(text);
    match composed.chars().count() {
        length if length < MIN_LENGTH => violations.push(InvalidUsername::TooShort { length }),
        length if length > MAX_LENGTH => violations.push(InvalidUsername::TooLong { length }),
        _ => {}
    }
    let mut characters = forbidden_characters(&composed);
    if characters.is_empty() {
        // The Kelvin sign is composed to an ordinary K.
        characters = forbidden_characters(text);
    }
    if characters.is_empty() {
        violations.extend(shape_violations(text, reserved));
    } else {
        violations.push(InvalidUsername::ForbiddenCharacters { characters, suggestion: None });
    }
    violations
}

/// Whether the text is a handle.
pub(super) fn is_valid(text: &str, reserved: &ReservedWords) -> bool {
    violations(text, reserved).is_empty()
}

/// Whether nothing speaks against suggesting the text: it is a handle in which no reserved word can be read.
pub(super) fn may_be_suggested(text: &str, reserved: &ReservedWords) -> bool {
    is_valid(text, reserved) && !reserved.can_be_read_in(text)
}

/// Whether a handle can contain the character.
pub(super) fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || is_separator(c)
}

/// The first few characters that a handle cannot contain, each once.
fn forbidden_characters(text: &str) -> Vec<char> {
    let mut found = Vec::new();
    for c in text.chars().filter(|c| !is_allowed(*c)) {
        if !found.contains(&c) {
            found.push(c);
        }
        if found.len() == NAMED {
            break;
        }
    }
    found
}

/// The rules that a text of allowed characters breaks.
fn shape_violations(text: &str, reserved: &ReservedWords) -> Vec<InvalidUsername> {
    let mut violations = Vec::new();
    if text.starts_with(is_separator) || text.ends_with(is_separator) {
        violations.push(InvalidUsername::SeparatorAtEdge);
    }
    if text.as_bytes().windows(2).any(|pair| pair.iter().all(|b| is_separator(char::from(*b)))) {
        violations.push(InvalidUsername::SeparatorsInRow);
    }
    if !text.is_empty() && !text.contains(|c: char| c.is_ascii_alphabetic()) {
        violations.push(InvalidUsername::NoLetter);
    }
    if reserved.contains(text) {
        violations.push(InvalidUsername::Reserved);
    }
    violations
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::username::Username;

    fn violations(text: &str) -> Vec<InvalidUsername> {
        super::violations(text, &ReservedWords::default())
    }

    #[test]
    fn a_handle_has_3_to_30_characters() {
        assert_eq!(violations("ab"), [InvalidUsername::TooShort { length: 2 }]);
        assert_eq!(violations("abc"), []);
        assert_eq!(violations(&"a".repeat(29)), []);
        assert_eq!(violations(&"a".repeat(30)), []);
        assert_eq!(violations(&"a".repeat(31)), [InvalidUsername::TooLong { length: 31 }]);
        assert_eq!(violations(""), [InvalidUsername::TooShort { length: 0 }]);
    }

    #[test]
    fn a_handle_begins_and_ends_with_a_letter_or_digit() {
        for text in ["_ada", "ada_", ".ada", "ada."] {
            assert_eq!(violations(text), [InvalidUsername::SeparatorAtEdge], "{text}");
        }
        assert_eq!(violations("1a2"), []);
    }

    #[test]
    fn no_two_separators_stand_in_a_row() {
        for text in ["a__b", "a..b", "a_.b", "a._b"] {
            assert_eq!(violations(text), [InvalidUsername::SeparatorsInRow], "{text}");
        }
        assert_eq!(violations("a_b.c"), []);
    }

    #[test]
    fn a_handle_has_at_least_one_letter() {
        assert_eq!(violations("123"), [InvalidUsername::NoLetter]);
        assert_eq!(violations("12a"), []);
    }

    #[test]
    fn every_violation_is_found_not_only_the_first() {
        assert_eq!(
            violations("_"),
            [
                InvalidUsername::TooShort { length: 1 },
                InvalidUsername::SeparatorAtEdge,
                InvalidUsername::NoLetter,
            ]
        );
        assert!(matches!(&violations("ş!")[..], [
            InvalidUsername::TooShort { length: 2 },
            InvalidUsername::ForbiddenCharacters { characters, .. },
        ] if characters == &['ş', '!']));
    }

    #[test]
    fn turkish_letters_are_refused_with_a_suggestion() {
        assert_eq!(
            Username::parse_handle("çağrı"),
            Err(vec![InvalidUsername::ForbiddenCharacters {
                characters: vec!['ç', 'ğ', 'ı'],
                suggestion: Some("cagri".to_owned()),
            }])
        );
    }

    #[test]
    fn emoji_marks_and_nul_are_refused_and_a_few_of_them_named() {
        for c in ['🌹', '\u{200F}', '\u{202E}', '\u{0130}', '\0', ' ', '-', '@', '\u{FF41}'] {
            let text = format!("ada{c}ada");
            assert!(Username::parse_handle(&text).is_err(), "{c:?}");
        }
        let many = "a!b\"c#d$e%f&g";
        assert!(
            matches!(&violations(many)[..], [InvalidUsername::ForbiddenCharacters { characters, .. }]
            if characters.len() == NAMED)
        );
    }

    #[test]
    fn an_e_mail_address_is_no_handle() {
        assert_eq!(
            Username::parse_handle("ada@example.com"),
            Err(vec![InvalidUsername::EmailNotAccepted])
        );
    }

    #[test]
    fn case_is_kept() {
        assert_eq!(Username::parse_handle("AdaLove").unwrap().as_str(), "AdaLove");
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            let _ = Username::parse_handle(&text);
            let _ = Username::parse(&text);
        }

        #[test]
        fn what_is_accepted_is_a_handle(text in "[A-Za-z0-9_.]{0,34}") {
            let form = text.len() >= 3 && text.len() <= 30
                && !text.starts_with(['_', '.']) && !text.ends_with(['_', '.'])
                && !["__", "..", "_.", "._"].iter().any(|pair| text.contains(pair))
                && text.contains(|c: char| c.is_ascii_alphabetic());
            let accepted = Username::parse_handle(&text).is_ok();
            prop_assert_eq!(accepted, form && !ReservedWords::default().contains(&text));
        }
    }
}
