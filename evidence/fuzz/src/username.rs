//! The target `username`: a username → its key, compared with a second implementation.

use shared::domain::username::{InvalidUsername, ReservedWords, Username, candidates};

use crate::second_implementation as second;

/// Reads the input as a username, and compares the result and the key with the second implementation.
///
/// # Panics
/// When the two implementations differ, or a rule is broken.
pub fn username(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let unchecked = Username::unvalidated(text.to_owned());
    match Username::parse(text) {
        Ok(name) => check_valid(text, &name),
        Err(errors) => check_invalid(text, &errors),
    }
    if !text.contains('@') {
        assert_eq!(unchecked.key().as_str(), second::handle_key(text), "{text:?}");
    }
    // The candidates take ten times as long as the rest, so only one input in eight checks them.
    if data.len().is_multiple_of(8) {
        check_candidates(text, &unchecked);
    }
}

/// Checks that each candidate for a suggestion is a valid handle with another key.
fn check_candidates(text: &str, requested: &Username) {
    for candidate in candidates(text, &ReservedWords::default()) {
        assert!(second::is_handle(candidate.as_str()), "{text:?}: {candidate}");
        assert!(Username::parse_handle(candidate.as_str()).is_ok(), "{text:?}: {candidate}");
        assert_ne!(candidate.key(), requested.key(), "{text:?}: {candidate}");
    }
}

fn check_valid(text: &str, name: &Username) {
    let key = name.key();
    let again = Username::unvalidated(key.as_str().to_owned());
    let sent = if name.is_email() { text.trim() } else { text };
    if text.is_ascii() {
        assert_eq!(name.as_str(), sent, "the spelling is kept");
    }
    let text = name.as_str();
    assert_eq!(again.key(), key, "{text:?}: the key of the key is the key");
    if name.is_email() {
        assert!(second::is_email(text), "{text:?}");
        assert!(key.as_str().is_ascii() && key.as_str().len() <= 254, "{text:?}: {key}");
        if let Some(expected) = second::email_key(text) {
            assert_eq!(key.as_str(), expected, "{text:?}");
        }
        assert!(Username::parse_handle(text).is_err(), "{text:?}");
    } else {
        assert!(second::is_handle(text) && !second::is_reserved(text), "{text:?}");
    }
    for twin in [text.to_ascii_uppercase(), text.to_ascii_lowercase()] {
        let twin = Username::parse(&twin).expect("a name in any case");
        assert_eq!(twin.key(), key, "{text:?}");
        assert!(twin.is_same_in_any_case(name), "{text:?}");
    }
    if !name.is_email() {
        for twin in second::look_alikes(text) {
            assert_eq!(
                Username::unvalidated(twin.clone()).key(),
                key,
                "{text:?} looks like {twin:?}"
            );
        }
    }
}

fn check_invalid(text: &str, errors: &[InvalidUsername]) {
    assert!(!errors.is_empty(), "{text:?}");
    if text.rfind('@') == Some(0) {
        assert!(matches!(errors, [InvalidUsername::LeadingAt { .. }]), "{text:?}: {errors:?}");
    } else if text.contains('@') {
        assert!(!second::is_plain_email(text), "{text:?}: {errors:?}");
    } else if second::is_handle(text) {
        assert_eq!(errors, [InvalidUsername::Reserved], "{text:?}");
    } else {
        assert_ne!(errors, [InvalidUsername::Reserved], "{text:?}");
    }
    for error in errors {
        let (InvalidUsername::ForbiddenCharacters { suggestion, .. }
        | InvalidUsername::LeadingAt { suggestion }) = error
        else {
            continue;
        };
        let suggestion = suggestion.as_deref().unwrap_or("abc");
        assert!(Username::parse_handle(suggestion).is_ok(), "{text:?}: {suggestion}");
    }
}
