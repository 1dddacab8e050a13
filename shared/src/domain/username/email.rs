//! The form of an e-mail address.

use email_address::{EmailAddress, Options};

use super::invalid::InvalidUsername;
use super::length::MAX_EMAIL_LENGTH;

/// The characters that RFC 5322 allows before the `@` and Nameplate does not. API Gateway decodes a path, so
/// behind it `GET …/by-username/{username}` would read them as a separator or an escape and look up another name.
const NOT_IN_A_PATH: [char; 4] = ['%', '/', '?', '#'];

/// Checks an address `local@domain`.
///
/// The rule is narrower than RFC 5321, so that nobody can write one mailbox as two usernames: it
/// refuses a quoted local part, a local part beyond ASCII, an address literal, and a domain without
/// a Punycode form or a top level.
pub(super) fn check(text: &str) -> Result<(), InvalidUsername> {
    let length = text.chars().count();
    if length > MAX_EMAIL_LENGTH {
        return Err(InvalidUsername::EmailTooLong { length });
    }
    let options =
        Options::default().without_display_text().without_domain_literal().with_required_tld();
    let address = EmailAddress::parse_with_options(text, options)
        .map_err(|_| InvalidUsername::InvalidEmail)?;
    let local = address.local_part();
    if !local.is_ascii() || local.starts_with('"') {
        return Err(InvalidUsername::InvalidEmail);
    }
    let characters: Vec<char> = NOT_IN_A_PATH.into_iter().filter(|c| local.contains(*c)).collect();
    if !characters.is_empty() {
        return Err(InvalidUsername::EmailCharacters { characters });
    }
    let domain = idna::domain_to_ascii_strict(address.domain())
        .map_err(|_| InvalidUsername::InvalidEmail)?;
    match local.len() + 1 + domain.len() {
        length if length > MAX_EMAIL_LENGTH => Err(InvalidUsername::EmailTooLong { length }),
        _ => Ok(()),
    }
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
            "@",
            "a@",
            "@b.com",
            "a@b",
            "a b@c.com",
            "a@b@c.com",
            "a@[127.0.0.1]",
            "\"a\"@b.com",
            "Ada <ada@b.com>",
            "ada@b..com",
            "ada@-b.com",
            "çağrı@b.com",
            "a\0@b.com",
            "a@b.com ",
            "\u{202E}a@b.com",
            "a@b_c.com",
        ] {
            assert_eq!(Username::parse(text), Err(vec![InvalidUsername::InvalidEmail]), "{text:?}");
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
            ("a/b#%@b.com", vec!['%', '/', '#']),
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
