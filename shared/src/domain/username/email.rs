//! The form of an e-mail address.

use email_address::{EmailAddress, Options};

use super::invalid::InvalidUsername;
use super::length::MAX_EMAIL_LENGTH;

/// The characters that RFC 5322 allows before the `@` and Nameplate does not. API Gateway decodes a path, so
/// behind it `GET …/by-username/{username}` would read them as a separator or an escape and look up another name.
const NOT_IN_A_PATH: [char; 4] = ['%', '/', '?', '#'];

/// Checks an address `local@domain`, which is in NFC.
///
/// The rule is narrower than RFC 5321, so that nobody can write one mailbox as two usernames: it
/// refuses a quoted local part, a local part beyond ASCII, an address literal, and a domain without
/// a Punycode form or with a numeric top level.
pub(super) fn check(text: &str) -> Result<(), InvalidUsername> {
    let length = text.chars().count();
    if length > MAX_EMAIL_LENGTH {
        return Err(InvalidUsername::EmailTooLong { length });
    }
    let (local, domain) = text.rsplit_once('@').ok_or(InvalidUsername::InvalidEmail)?;
    check_local_part(local)?;
    let domain = ascii_domain(domain).ok_or(InvalidUsername::InvalidEmailDomain)?;
    match local.len() + 1 + domain.len() {
        length if length > MAX_EMAIL_LENGTH => Err(InvalidUsername::EmailTooLong { length }),
        _ => Ok(()),
    }
}

fn check_local_part(local: &str) -> Result<(), InvalidUsername> {
    let is_refused = |c: char| NOT_IN_A_PATH.contains(&c) || c.is_alphanumeric() && !c.is_ascii();
    let mut characters: Vec<char> = Vec::new();
    for c in local.chars().filter(|c| is_refused(*c)) {
        if !characters.contains(&c) {
            characters.push(c);
        }
    }
    if !characters.is_empty() {
        return Err(InvalidUsername::EmailCharacters { characters });
    }
    let options = Options::default().without_display_text().without_domain_literal();
    let is_address =
        EmailAddress::parse_with_options(&format!("{local}@example.com"), options).is_ok();
    if is_address && local.is_ascii() && !local.starts_with('"') {
        Ok(())
    } else {
        Err(InvalidUsername::InvalidEmail)
    }
}

/// The domain in Punycode, when it is a domain name with a top level that is not a number: a host
/// whose last label is one is an IPv4 address (URL standard, "ends in a number").
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii_strict(domain).ok()?;
    let (_, top_level) = ascii.rsplit_once('.')?;
    let is_number = top_level.starts_with("0x") || top_level.bytes().all(|b| b.is_ascii_digit());
    (!is_number).then_some(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::username::Username;

    #[test]
    fn an_ordinary_address_is_accepted_and_its_case_kept() {
        for text in
            ["newuser@domain.com", "Ada.Love+x@Example.co.uk", "ada@exämple.com", "admin@a.io"]
        {
            assert_eq!(Username::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "a@b@c.com",
            "a b@c.com",
            "\"a\"@b.com",
            "Ada <ada@b.com>",
            "a\0@b.com",
            "\u{202E}.a@b.com",
            "a..b@c.com",
            ".a@b.com",
        ] {
            assert_eq!(Username::parse(text), Err(vec![InvalidUsername::InvalidEmail]), "{text:?}");
        }
    }

    #[test]
    fn an_address_ends_in_a_domain_name_with_a_top_level_that_is_not_a_number() {
        for text in [
            "a@",
            "a@b",
            "a@[127.0.0.1]",
            "a@[IPv6:::1]",
            "a@1.2.3.4",
            "a@0x7f.1",
            "a@b.123",
            "a@b.0x7f",
            "ada@b..com",
            "ada@-b.com",
            "a@b_c.com",
            "a@b.com.",
        ] {
            let invalid = Err(vec![InvalidUsername::InvalidEmailDomain]);
            assert_eq!(Username::parse(text), invalid, "{text:?}");
        }
        for text in ["a@123.com", "a@1.2.3.4.com", "a@b.x1"] {
            assert!(Username::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn an_address_is_trimmed_and_brought_to_nfc() {
        for (text, address) in [
            ("user@x.example ", "user@x.example"),
            ("\u{2068}user@x.example\u{2069}\n", "user@x.example"),
            ("ayse@o\u{308}rnek.com.tr", "ayse@\u{f6}rnek.com.tr"),
        ] {
            let username = Username::parse(text).unwrap();
            assert_eq!(username.as_str(), address);
            assert_eq!(username.key(), Username::parse(address).unwrap().key());
        }
    }

    #[test]
    fn letters_of_other_scripts_before_the_at_are_named() {
        for (text, characters) in [
            ("\u{f1}o\u{f1}\u{f3}@example.com", vec!['\u{f1}', '\u{f3}']),
            ("\u{e7}a\u{11f}r\u{131}@b.com", vec!['\u{e7}', '\u{11f}', '\u{131}']),
            ("n\u{303}o@b.com", vec!['\u{f1}']),
        ] {
            let invalid = Err(vec![InvalidUsername::EmailCharacters { characters }]);
            assert_eq!(Username::parse(text), invalid, "{text}");
        }
    }

    #[test]
    fn there_are_at_most_64_characters_before_the_at() {
        let address = |length: usize| format!("{}@b.com", "l".repeat(length));
        assert_eq!(check(&address(63)), Ok(()));
        assert_eq!(check(&address(64)), Ok(()));
        assert_eq!(check(&address(65)), Err(InvalidUsername::InvalidEmail));
    }

    #[test]
    fn an_address_that_the_path_of_a_url_would_change_is_refused() {
        for (text, characters) in [
            ("a%41b@b.com", vec!['%']),
            ("ada?x@b.com", vec!['?']),
            ("a/b#%@b.com", vec!['/', '#', '%']),
        ] {
            assert_eq!(check(text), Err(InvalidUsername::EmailCharacters { characters }), "{text}");
        }
        assert_eq!(check("!$&'*+-=^_`{|}~@b.com"), Ok(()));
    }

    #[test]
    fn an_address_has_at_most_254_characters() {
        // 64 + "@" + 63 + "." + 63 + "." + n + ".com"
        let address = |length: usize| {
            let (l, d, e) = ("l".repeat(64), "d".repeat(63), "e".repeat(63));
            format!("{l}@{d}.{e}.{}.com", "f".repeat(length - 197))
        };
        assert_eq!(check(&address(253)), Ok(()));
        assert_eq!(check(&address(254)), Ok(()));
        assert_eq!(check(&address(255)), Err(InvalidUsername::EmailTooLong { length: 255 }));
    }
}
