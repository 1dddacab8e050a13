//! The schemas of the API reference allow exactly the values that the code accepts.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use serde_json::{Value, json};
use shared::domain::account::{AccountText, HttpsUrl, Label, PhoneNumber};
use shared::domain::locale::Locale;
use shared::domain::password::{InvalidPassword, PasswordText};
use shared::domain::status::Status;
use shared::domain::text::PersonName;
use shared::domain::time_zone::TimeZone;
use shared::domain::user_id::UserId;
use shared::domain::username::{ReservedWords, Username, reserved_words};
use shared::http::context::ClientContext;
use shared::http::read::{AnyRoles, FromValue, Handle};

use crate::documented::{allows, allows_at};

fn is_read<T: FromValue>(value: &Value) -> bool {
    T::from_value(value, &ReservedWords::default()).is_ok()
}

/// Whether the schema of that body allows the text as the value of the field.
fn takes(body: &str, field: &str, text: &str) -> bool {
    allows_at(&format!("/components/schemas/{body}/properties/{field}"), &json!(text))
}

/// Whether a variant occurs twice in different cases. A pattern detects only equal texts.
fn is_variant_twice_in_another_case(text: &str) -> bool {
    let subtags: Vec<&str> = text.split(['-', '_']).filter(|subtag| subtag.len() > 3).collect();
    let is_twice = |(at, one): (usize, &&str)| {
        subtags.iter().skip(at + 1).any(|other| one.eq_ignore_ascii_case(other) && *one != *other)
    };
    subtags.iter().enumerate().any(is_twice)
}

/// Whether the code accepts the value of the header.
fn is_valid(header: &'static str, value: &str) -> bool {
    let Ok(value) = HeaderValue::from_str(value) else { return false };
    ClientContext::read(&HeaderMap::from_iter([(HeaderName::from_static(header), value)]))
        .violations
        .is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_handle_is_what_the_schema_allows(text in "[a-zA0-9._ıĞ-]{0,8}|[a-z0-9_.]{28,32}|[0-9_.]{1,6}") {
        let is_handle = Username::parse_handle(&text).is_ok();
        prop_assert_eq!(takes("ChangeUsername", "newUsername", &text), is_handle);
        prop_assert_eq!(takes("UpdateUser", "username", &text), is_handle);
        prop_assert_eq!(takes("CreateUser", "username", &text), is_handle);
    }

    #[test]
    fn a_reserved_word_is_refused_and_not_allowed_however_it_is_written(
        word in prop::sample::select(reserved_words().collect::<Vec<_>>()),
        choices in prop::collection::vec(any::<prop::sample::Index>(), 40),
    ) {
        let mut spelling = word.to_owned();
        for (choice, (one, other)) in choices.iter().zip(
            [("o", "0"), ("l", "1"), ("i", "L"), ("m", "rn"), ("w", "vv"), ("rn", "M"), ("vv", "W")].repeat(5),
        ) {
            let positions: Vec<usize> = spelling.match_indices(one).map(|(at, _)| at).collect();
            if !positions.is_empty() {
                let at = *choice.get(&positions);
                spelling.replace_range(at..at + one.len(), other);
            }
        }
        prop_assert!(allows("ReservedHandle", &json!(spelling)), "{}", spelling);
        prop_assert!(allows("ReservedHandle", &json!(spelling.to_ascii_uppercase())), "{}", spelling);
        prop_assert!(Username::parse_handle(&spelling).is_err());
        prop_assert!(!takes("ChangeUsername", "newUsername", &spelling));
    }

    #[test]
    fn a_client_s_header_is_what_the_schema_allows_also_when_it_was_sent_twice(
        value in "[!a\t ,é]{1,4}|(a,){1,3}a|[ab]( ?,[ab]){0,2}|x{63,65}(,x{64})?|x{127,129}( , x{128})?"
    ) {
        let value = value.trim();
        for (name, header) in [("X-App-Version", "x-app-version"), ("X-Device-ID", "x-device-id")] {
            let schema = format!("/components/parameters/{name}/schema");
            prop_assert_eq!(allows_at(&schema, &json!(value)), is_valid(header, value), "{}", name);
        }
    }

    #[test]
    fn a_user_id_is_what_the_schema_allows(text in "[a-zA-Z0-9_.:|@/ ü-]{0,6}|[a-z@]{126,130}") {
        let value = json!(text);
        prop_assert_eq!(allows("UserId", &value), is_read::<UserId>(&value));
    }

    #[test]
    fn a_label_is_what_the_schema_allows(text in "[A-Z0-9_a ]{0,5}|[A-Z][A-Z0-9]{29,33}") {
        let value = json!(text);
        prop_assert_eq!(allows("Label", &value), is_read::<Label>(&value));
    }

    #[test]
    fn a_phone_number_is_what_the_schema_allows(text in "[+]?[0-9]{5,17}|[+1a ]{0,12}") {
        let value = json!(text);
        prop_assert_eq!(allows("PhoneNumber", &value), is_read::<PhoneNumber>(&value));
    }

    #[test]
    fn a_name_is_what_the_schema_allows(
        text in "[a\u{300}İ \t\u{0}\u{85}\u{202e}\u{2028}\u{2069}\u{200d}]{0,5}|[ \u{85}]{0,9}x{98,102}[ \t]{0,9}"
    ) {
        let value = json!(text);
        prop_assert_eq!(allows("PersonName", &value), is_read::<PersonName>(&value));
    }

    #[test]
    fn a_text_of_an_account_is_what_the_schema_allows(text in "[aß ]{0,3}|[ \t]{0,5}x{198,202} {0,5}") {
        let value = json!(text);
        prop_assert_eq!(allows("AccountText", &value), is_read::<AccountText>(&value));
    }

    #[test]
    fn the_length_of_a_password_is_what_the_schema_allows(text in "[a-zü]{12,17}|[a-z]{126,130}") {
        let judged = PasswordText::prepare(&text).judge(&[]);
        let length = [InvalidPassword::TooShort, InvalidPassword::TooLong];
        let is_refused = judged.is_err_and(|invalid| invalid.iter().any(|i| length.contains(i)));
        prop_assert_eq!(allows("Password", &json!(text)), !is_refused);
    }

    #[test]
    fn a_set_of_roles_is_what_the_schema_allows(
        text in "[\\[]?[ ]?'?(API_USER|POWER_USER|ADMIN|ROOT|)'?( ?, ?\"?ADMIN\"?)?[\\]]?"
    ) {
        let value = json!(text);
        prop_assert_eq!(allows("AnyRoles", &value), is_read::<AnyRoles>(&value));
    }

    #[test]
    fn a_locale_is_what_the_schema_allows_and_is_shown_as_one(
        text in "[a-zA-Z]{1,6}([_-][a-zA-Z0-9]{1,8}){0,4}|(und|de)([_-](abcde|Abcde|1994|tr)){0,4}|[a-z]{2}([_-](u|t|x|a|ca|m0|tr|true|islamic)){0,8}"
    ) {
        let (read, is_allowed) = (Locale::parse(&text), allows("Locale", &json!(text)));
        prop_assert!(read.is_ok() == is_allowed || is_variant_twice_in_another_case(&text), "{}", text);
        if let Ok(locale) = read {
            prop_assert!(is_allowed);
            prop_assert!(allows("Locale", &json!(locale.as_str())), "{:?}", locale);
        }
    }

    #[test]
    fn no_e_mail_address_is_read_that_the_schema_does_not_allow(
        text in "[a-zA-Z0-9+_-]{1,12}([.][a-z]{1,3})?@[a-zü0-9]{1,10}[.][a-z]{2,5}"
    ) {
        let value = json!(text);
        prop_assert!(!is_read::<Username>(&value) || allows("Username", &value));
    }

    #[test]
    fn a_url_is_what_the_schema_allows(text in "https://[a-z.%2@:]{0,9}([/?#][a-z?#%|ü2F\\[]{0,9})?") {
        let value = json!(text);
        prop_assert_eq!(allows("HttpsUrl", &value), is_read::<HttpsUrl>(&value));
    }
}

#[test]
fn every_time_zone_and_status_that_the_schema_allows_is_read() {
    for name in TimeZone::names() {
        assert!(allows("TimeZone", &json!(name)) && is_read::<TimeZone>(&json!(name)), "{name}");
    }
    for status in Status::ALL.map(Status::as_str) {
        assert!(allows("Status", &json!(status)) && is_read::<Status>(&json!(status)), "{status}");
    }
}

#[test]
fn a_value_that_is_not_a_text_is_neither_read_nor_allowed() {
    for value in [json!(1), json!(true), json!(null), json!([]), json!({})] {
        assert!(!allows("Handle", &value) && !is_read::<Handle>(&value), "{value}");
        assert!(!allows("AnyRoles", &value) && !is_read::<AnyRoles>(&value), "{value}");
    }
}
