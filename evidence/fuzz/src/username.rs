//! A username → its key, against a second implementation.

use shared::domain::username::{InvalidUsername, Username, candidates};

use crate::second;

/// Reads the input as a username and compares what is read, and its key, with the second implementation.
///
/// # Panics
/// When the two differ, or a rule is broken.
pub fn username(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let held = Username::claimed(text.to_owned());
    match Username::parse(text) {
        Ok(name) => accepted(text, &name),
        Err(faults) => refused(text, &faults),
    }
    if !text.contains('@') {
        assert_eq!(held.key().as_str(), second::handle_key(text), "{text:?}");
    }
    // They take ten times as long as the rest.
    if data.len().is_multiple_of(8) {
        check_offers(text, &held);
    }
}

/// What is offered in place of a name can be had, and is another one.
fn check_offers(text: &str, held: &Username) {
    for offer in candidates(text) {
        assert!(second::is_handle(offer.as_str()), "{text:?}: {offer}");
        assert!(Username::parse_handle(offer.as_str()).is_ok(), "{text:?}: {offer}");
        assert_ne!(offer.key(), held.key(), "{text:?}: {offer}");
    }
}

fn accepted(text: &str, name: &Username) {
    let key = name.key();
    let again = Username::claimed(key.as_str().to_owned());
    assert_eq!(name.as_str(), text, "the spelling is kept");
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
            assert_eq!(Username::claimed(twin.clone()).key(), key, "{text:?} looks like {twin:?}");
        }
    }
}

fn refused(text: &str, faults: &[InvalidUsername]) {
    assert!(!faults.is_empty(), "{text:?}");
    if text.contains('@') {
        assert!(!second::is_plain_email(text), "{text:?}: {faults:?}");
    } else if second::is_handle(text) {
        assert_eq!(faults, [InvalidUsername::Reserved], "{text:?}");
    } else {
        assert_ne!(faults, [InvalidUsername::Reserved], "{text:?}");
    }
    for fault in faults {
        if let InvalidUsername::ForbiddenCharacters { characters, suggestion } = fault {
            assert!(characters.iter().all(|c| text.contains(*c)), "{text:?}");
            let suggestion = suggestion.as_deref().unwrap_or("abc");
            assert!(Username::parse_handle(suggestion).is_ok(), "{text:?}: {suggestion}");
        }
    }
}
