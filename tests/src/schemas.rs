//! The constraints that the API reference states are those by which values are read.

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::domain::account::{AccountText, HttpsUrl, Label, PhoneNumber};
use shared::domain::locale::Locale;
use shared::domain::password::Password;
use shared::domain::status::Status;
use shared::domain::text::PersonName;
use shared::domain::time_zone::TimeZone;
use shared::domain::user_id::UserId;
use shared::domain::username::{Username, UsernameFault};
use shared::http::read::{AnyRoles, FromValue, Handle};

use crate::documented::allows;

fn is_read<T: FromValue>(value: &Value) -> bool {
    T::from_value(value).is_ok()
}

/// A reserved word is one that the schema cannot tell.
fn is_handle_or_reserved(text: &str) -> bool {
    match Username::parse_handle(text) {
        Ok(_) => true,
        Err(faults) => faults.iter().all(|fault| matches!(fault, UsernameFault::Reserved)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_handle_is_what_the_schema_allows(text in "[a-zA0-9._ıĞ-]{0,8}|[a-z0-9_.]{28,32}|[0-9_.]{1,6}") {
        prop_assert_eq!(allows("Handle", &json!(text)), is_handle_or_reserved(&text));
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
        text in "[a\u{300}İ \t\u{0}\u{85}\u{202e}\u{2028}\u{2069}\u{200d}]{0,5}|x{98,102}"
    ) {
        let value = json!(text);
        prop_assert_eq!(allows("PersonName", &value), is_read::<PersonName>(&value));
    }

    #[test]
    fn a_text_of_an_account_is_what_the_schema_allows(text in "[aß ]{0,3}|x{198,202}") {
        let value = json!(text);
        prop_assert_eq!(allows("AccountText", &value), is_read::<AccountText>(&value));
    }

    #[test]
    fn the_length_of_a_password_is_what_the_schema_allows(text in "[a-zü]{9,14}|[a-z]{126,130}") {
        let value = json!(text);
        prop_assert_eq!(allows("Password", &value), is_read::<Password>(&value));
    }

    #[test]
    fn a_set_of_roles_is_what_the_schema_allows(
        text in "[\\[]?[ ]?'?(API_USER|POWER_USER|ADMIN|ROOT|)'?( ?, ?\"?ADMIN\"?)?[\\]]?"
    ) {
        let value = json!(text);
        prop_assert_eq!(allows("AnyRoles", &value), is_read::<AnyRoles>(&value));
    }

    #[test]
    fn no_locale_is_read_or_shown_that_the_schema_does_not_allow(
        text in "[a-zA-Z]{1,9}([_-][a-zA-Z0-9]{1,8}){0,4}|[a-z]{2}[_-]u[_-][a-z]{2}[_-][a-z]{3,8}"
    ) {
        if let Ok(locale) = Locale::parse(&text) {
            prop_assert!(allows("Locale", &json!(text)));
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
    fn no_url_is_read_that_the_schema_does_not_allow(text in "https://[a-z.%2@:]{0,9}(/[a-z?#%]{0,9})?") {
        let value = json!(text);
        prop_assert!(!is_read::<HttpsUrl>(&value) || allows("HttpsUrl", &value));
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
fn what_is_no_text_is_neither_read_nor_allowed() {
    for value in [json!(1), json!(true), json!(null), json!([]), json!({})] {
        assert!(!allows("Handle", &value) && !is_read::<Handle>(&value), "{value}");
        assert!(!allows("AnyRoles", &value) && !is_read::<AnyRoles>(&value), "{value}");
    }
}
