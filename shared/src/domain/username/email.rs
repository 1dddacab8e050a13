//! The form of an e-mail address.

use email_address::{EmailAddress, Options};

use super::UsernameFault;

/// The most characters of an address: a path of 256 (RFC 5321 section 4.5.3.1.3) less its brackets.
pub const MAX_LENGTH: usize = 254;

/// What no address may have before the `@`, though RFC 5322 allows it: API Gateway gives a path decoded, so behind
/// it these would be a separator or the escape of something else, and `GET …/by-username/{username}` would ask for
/// another name.
const NOT_IN_A_PATH: [char; 4] = ['%', '/', '?', '#'];

/// Checks an address `local@domain`.
///
/// Narrower than RFC 5321 on purpose, because one mailbox must not be writable as two usernames:
/// no quoted local part, no local part beyond ASCII, no address literal, and a domain that has a
/// Punycode form with a top level.
pub(super) fn check(text: &str) -> Result<(), UsernameFault> {
    let length = text.chars().count();
    if length > MAX_LENGTH {
        return Err(UsernameFault::EmailTooLong { length });
    }
    let options =
        Options::default().without_display_text().without_domain_literal().with_required_tld();
    let address =
        EmailAddress::parse_with_options(text, options).map_err(|_| UsernameFault::InvalidEmail)?;
    let local = address.local_part();
    if !local.is_ascii() || local.starts_with('"') {
        return Err(UsernameFault::InvalidEmail);
    }
    let characters: Vec<char> = NOT_IN_A_PATH.into_iter().filter(|c| local.contains(*c)).collect();
    if !characters.is_empty() {
        return Err(UsernameFault::EmailCharacters { characters });
    }
    let domain =
        idna::domain_to_ascii_strict(address.domain()).map_err(|_| UsernameFault::InvalidEmail)?;
    match local.len() + 1 + domain.len() {
        length if length > MAX_LENGTH => Err(UsernameFault::EmailTooLong { length }),
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
            assert_eq!(Username::parse(text), Err(vec![UsernameFault::InvalidEmail]), "{text:?}");
        }
    }

    #[test]
    fn there_are_at_most_64_characters_before_the_at() {
        let address = |length: usize| format!("{}@b.com", "l".repeat(length));
        assert_eq!(check(&address(63)), Ok(()));
        assert_eq!(check(&address(64)), Ok(()));
        assert_eq!(check(&address(65)), Err(UsernameFault::InvalidEmail));
    }

    #[test]
    fn an_address_that_the_path_of_a_url_would_change_is_refused() {
        for (text, characters) in [
            ("a%41b@b.com", vec!['%']),
            ("ada?x@b.com", vec!['?']),
            ("a/b#%@b.com", vec!['%', '/', '#']),
        ] {
            assert_eq!(check(text), Err(UsernameFault::EmailCharacters { characters }), "{text}");
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
        assert_eq!(check(&address(255)), Err(UsernameFault::EmailTooLong { length: 255 }));
    }
}
