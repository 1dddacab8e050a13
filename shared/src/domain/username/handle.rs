//! The form of a handle.

use super::{UsernameFault, reserved, spelling};

/// The fewest characters of a handle.
pub const MIN_LENGTH: usize = 3;
/// The most characters of a handle.
pub const MAX_LENGTH: usize = 30;
/// How many different forbidden characters a fault names.
const NAMED: usize = 5;

/// Everything that is wrong with the text as a handle.
pub(super) fn faults(text: &str) -> Vec<UsernameFault> {
    let mut faults = Vec::new();
    match text.chars().count() {
        length if length < MIN_LENGTH => faults.push(UsernameFault::TooShort { length }),
        length if length > MAX_LENGTH => faults.push(UsernameFault::TooLong { length }),
        _ => {}
    }
    let characters = forbidden_characters(text);
    if characters.is_empty() {
        faults.extend(shape_faults(text));
    } else {
        let suggestion = spelling::close_to(text);
        faults.push(UsernameFault::ForbiddenCharacters { characters, suggestion });
    }
    faults
}

/// Whether the text is a handle.
pub(super) fn is_valid(text: &str) -> bool {
    faults(text).is_empty()
}

/// The first few characters that no handle has, each once.
fn forbidden_characters(text: &str) -> Vec<char> {
    let mut found = Vec::new();
    for c in text.chars().filter(|c| !c.is_ascii_alphanumeric() && !is_separator(*c)) {
        if !found.contains(&c) {
            found.push(c);
        }
        if found.len() == NAMED {
            break;
        }
    }
    found
}

/// What is wrong with a text of allowed characters.
fn shape_faults(text: &str) -> Vec<UsernameFault> {
    let mut faults = Vec::new();
    if text.starts_with(is_separator) || text.ends_with(is_separator) {
        faults.push(UsernameFault::SeparatorAtEdge);
    }
    if text.as_bytes().windows(2).any(|pair| pair.iter().all(|b| is_separator(char::from(*b)))) {
        faults.push(UsernameFault::SeparatorsInRow);
    }
    if !text.is_empty() && !text.contains(|c: char| c.is_ascii_alphabetic()) {
        faults.push(UsernameFault::NoLetter);
    }
    if reserved::is_reserved(text) {
        faults.push(UsernameFault::Reserved);
    }
    faults
}

/// Whether the character separates the parts of a handle.
pub(super) fn is_separator(c: char) -> bool {
    matches!(c, '_' | '.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::username::Username;

    #[test]
    fn a_handle_has_3_to_30_characters() {
        assert_eq!(faults("ab"), [UsernameFault::TooShort { length: 2 }]);
        assert_eq!(faults("abc"), []);
        assert_eq!(faults(&"a".repeat(29)), []);
        assert_eq!(faults(&"a".repeat(30)), []);
        assert_eq!(faults(&"a".repeat(31)), [UsernameFault::TooLong { length: 31 }]);
        assert_eq!(faults(""), [UsernameFault::TooShort { length: 0 }]);
    }

    #[test]
    fn a_handle_begins_and_ends_with_a_letter_or_digit() {
        for text in ["_ada", "ada_", ".ada", "ada."] {
            assert_eq!(faults(text), [UsernameFault::SeparatorAtEdge], "{text}");
        }
        assert_eq!(faults("1a2"), []);
    }

    #[test]
    fn no_two_separators_stand_in_a_row() {
        for text in ["a__b", "a..b", "a_.b", "a._b"] {
            assert_eq!(faults(text), [UsernameFault::SeparatorsInRow], "{text}");
        }
        assert_eq!(faults("a_b.c"), []);
    }

    #[test]
    fn a_handle_has_at_least_one_letter() {
        assert_eq!(faults("123"), [UsernameFault::NoLetter]);
        assert_eq!(faults("12a"), []);
    }

    #[test]
    fn all_faults_are_found_not_only_the_first() {
        assert_eq!(
            faults("_"),
            [
                UsernameFault::TooShort { length: 1 },
                UsernameFault::SeparatorAtEdge,
                UsernameFault::NoLetter,
            ]
        );
        assert!(matches!(&faults("ş!")[..], [
            UsernameFault::TooShort { length: 2 },
            UsernameFault::ForbiddenCharacters { characters, .. },
        ] if characters == &['ş', '!']));
    }

    #[test]
    fn turkish_letters_are_refused_with_a_suggestion() {
        assert_eq!(
            faults("çağrı"),
            [UsernameFault::ForbiddenCharacters {
                characters: vec!['ç', 'ğ', 'ı'],
                suggestion: Some("cagri".to_owned()),
            }]
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
            matches!(&faults(many)[..], [UsernameFault::ForbiddenCharacters { characters, .. }]
            if characters.len() == NAMED)
        );
    }

    #[test]
    fn an_e_mail_address_is_no_handle() {
        assert_eq!(
            Username::parse_handle("ada@example.com"),
            Err(vec![UsernameFault::EmailNotAccepted])
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
            prop_assert_eq!(accepted, form && !reserved::is_reserved(&text));
        }
    }
}
