//! The key that makes usernames unique.

use std::fmt::{self, Write};

/// The form of a username in which names that look the same are equal.
///
/// For a handle: ASCII lower case, then `0→o`, `1→l`, `i→l`, `m→rn`, `w→vv`. The last two expand,
/// as the skeleton of UTS #39 does, so that `m` and `rn` meet in whatever order their letters
/// stand. For an e-mail address: lower case, with the domain in Punycode (UTS #46).
///
/// The table stores these keys: changing this function needs a migration of every name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UsernameKey(String);

impl UsernameKey {
    /// The key of a handle or of an e-mail address. Any other text has a key, too.
    pub(super) fn of(name: &str) -> Self {
        Self(match name.rsplit_once('@') {
            Some((local, domain)) => email_key(local, domain),
            None => handle_key(name),
        })
    }

    /// Takes a key that the table has.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UsernameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn handle_key(handle: &str) -> String {
    let mut key = String::with_capacity(2 * handle.len());
    key.extend(skeleton(handle));
    key
}

/// The letters of a handle's key.
pub(super) fn skeleton(handle: &str) -> impl Iterator<Item = char> {
    handle.chars().flat_map(|c| {
        let (first, second) = fold(c);
        std::iter::once(first).chain(second)
    })
}

/// The one or two letters of the key for a character of a handle.
pub(super) const fn fold(c: char) -> (char, Option<char>) {
    match c.to_ascii_lowercase() {
        '0' => ('o', None),
        '1' | 'i' => ('l', None),
        'm' => ('r', Some('n')),
        'w' => ('v', Some('v')),
        other => (other, None),
    }
}

fn email_key(local: &str, domain: &str) -> String {
    let mut key = local.to_ascii_lowercase();
    let ascii = idna::domain_to_ascii_cow(domain.as_bytes(), idna::AsciiDenyList::EMPTY);
    // Only a token or a path can mention a domain without a Punycode form; no user has such a name.
    let domain = ascii.map_or_else(|_| domain.to_lowercase(), std::borrow::Cow::into_owned);
    // Writing to a String does not fail.
    let _ = write!(key, "@{domain}");
    key
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(name: &str) -> String {
        UsernameKey::of(name).0
    }

    #[test]
    fn look_alikes_have_the_same_key() {
        for (one, other) in [
            ("admin", "adrnin"),
            ("wave", "vvave"),
            ("l1on", "lion"),
            ("I0", "lo"),
            ("modern", "rnodern"),
            ("rn", "m"),
            ("vvm", "wrn"),
            ("Ada", "aDA"),
        ] {
            assert_eq!(key(one), key(other), "{one} and {other}");
        }
    }

    #[test]
    fn names_that_look_different_have_different_keys() {
        for (one, other) in [("ada", "adb"), ("a.b", "a_b"), ("ab", "a_b"), ("nr", "m"), ("v", "w")]
        {
            assert_ne!(key(one), key(other), "{one} and {other}");
        }
    }

    #[test]
    fn an_address_s_key_is_in_lower_case_with_its_domain_in_punycode() {
        assert_eq!(key("Ada@Example.COM"), "ada@example.com");
        assert_eq!(key("ada@exämple.com"), "ada@xn--exmple-cua.com");
        assert_eq!(key("ADA@XN--EXMPLE-CUA.com"), "ada@xn--exmple-cua.com");
        assert_eq!(key("m1@w.org"), "m1@w.org", "look-alike folding is for handles only");
    }

    /// Names with their keys, which UTS #46 of Unicode 17 as another implementation has it gives: every
    /// letter of handles, addresses of many scripts, and every character whose mapping changed between
    /// Unicode 10 and 17. `refused` stands for a key when the name is not accepted.
    const GOLDEN: &str = include_str!("golden_keys.tsv");

    /// The text with `\u{…}` for characters beyond visible ASCII.
    fn unescaped(text: &str) -> String {
        let mut parts = text.split("\\u{");
        let mut out = parts.next().unwrap().to_owned();
        for part in parts {
            let (code, rest) = part.split_once('}').unwrap();
            out.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
            out.push_str(rest);
        }
        out
    }

    #[test]
    fn no_update_of_a_crate_changes_the_key_of_a_name() {
        use crate::domain::username::Username;

        let mut changed = Vec::new();
        for line in GOLDEN.lines() {
            let (name, golden) = line.split_once('\t').unwrap();
            let username = Username::parse(&unescaped(name)).ok();
            let key = username.as_ref().map_or("refused", |username| username.key().as_str());
            if key != golden {
                changed.push(format!("{name}: {key} instead of {golden}"));
            }
        }
        assert!(
            changed.is_empty(),
            "Names that users have would stand at another key. Migrate them before you deploy this, as \
             docs/operations.md says in \"A crate changes the key of a name\":\n{}",
            changed.join("\n"),
        );
        assert!(GOLDEN.lines().count() >= 400);
    }

    #[test]
    fn the_kelvin_sign_and_the_dotted_capital_i_are_not_folded_into_ascii() {
        assert_ne!(key("\u{212A}im"), key("kim"));
        assert_ne!(key("\u{0130}pek"), key("ipek"));
    }

    /// Every way to write a name so that it looks the same: each letter of the key's alphabet by any
    /// of its look-alikes, in either case.
    fn look_alike(key: &str, choices: &[u8]) -> String {
        let mut out = String::new();
        let mut rest = key;
        let mut choices = choices.iter().cycle();
        while let Some(c) = rest.chars().next() {
            let choice = *choices.next().unwrap_or(&0);
            let (taken, written) = match c {
                'o' => (1, ["o", "0", "O"][choice as usize % 3]),
                'l' => (1, ["l", "1", "i", "L", "I"][choice as usize % 5]),
                'r' if rest.starts_with("rn") => (2, ["rn", "m", "M", "Rn"][choice as usize % 4]),
                'v' if rest.starts_with("vv") => (2, ["vv", "w", "W", "vV"][choice as usize % 4]),
                other => (other.len_utf8(), &rest[..other.len_utf8()]),
            };
            out.push_str(written);
            rest = &rest[taken..];
        }
        out
    }

    proptest! {
        #[test]
        fn the_key_of_a_key_is_the_key(name in "[A-Za-z0-9_.]{0,40}") {
            prop_assert_eq!(key(&key(&name)), key(&name));
        }

        #[test]
        fn the_key_is_the_same_in_any_case(name in "[A-Za-z0-9_.]{0,40}") {
            prop_assert_eq!(key(&name.to_ascii_uppercase()), key(&name));
            prop_assert_eq!(key(&name.to_ascii_lowercase()), key(&name));
        }

        #[test]
        fn a_look_alike_pair_always_collides(
            name in "[a-z0-9_.]{1,30}",
            choices in prop::collection::vec(any::<u8>(), 1..30),
        ) {
            let twin = look_alike(&key(&name), &choices);
            prop_assert_eq!(key(&twin), key(&name), "{} looks like {}", twin, name);
        }

        #[test]
        fn any_text_has_a_key(name in any::<String>()) {
            let _ = key(&name);
        }
    }
}
