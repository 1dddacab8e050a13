//! Names to offer instead of one that cannot be had.

use super::handle::{self, MAX_LENGTH, is_separator};
use super::{Username, spelling};

/// How many names are looked up to find some that are free.
const CANDIDATES: usize = 10;

/// Digits that no letter looks like.
const DIGITS: &[u8] = b"2345679";

/// Valid handles close to the wish, the closest first, with keys that differ from one another and
/// from the wish's. The same wish has always the same ones, so they do not jump about while somebody
/// types. Whether they are free is not known here.
pub fn candidates(wish: &str) -> Vec<Username> {
    let base = spelling::spelled(wish);
    let mut found: Vec<Username> = Vec::new();
    let mut keys = vec![Username::held(wish.to_owned()).key()];
    for suffix in suffixes(&base) {
        let room = MAX_LENGTH - suffix.len();
        let stem = &base[..base.len().min(room)];
        let name = format!("{}{suffix}", stem.trim_end_matches(is_separator));
        let name = Username::held(name);
        let key = name.key();
        if handle::is_valid(name.as_str()) && !keys.contains(&key) {
            keys.push(key);
            found.push(name);
        }
    }
    found.truncate(CANDIDATES);
    found
}

/// What is put behind a name to make another one: nothing, single digits, and numbers that depend on
/// the name, so that people with one first name are not all offered the same.
fn suffixes(base: &str) -> Vec<String> {
    // FNV-1a: any even spread will do.
    let mut hash = base.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut number = |digits: usize| -> String {
        let digits = (0..digits).map(|_| {
            let digit = DIGITS[usize::try_from(hash % 7).unwrap_or(0)];
            hash /= 7;
            char::from(digit)
        });
        digits.collect()
    };
    let (two, three, other_three, four) = (number(2), number(3), number(3), number(4));
    let mut suffixes: Vec<String> = ["", "2", "3", "7"].map(str::to_owned).to_vec();
    suffixes.extend([format!("_{two}"), two, format!("_{three}"), three, other_three]);
    suffixes.extend([format!("_{four}"), four]);
    suffixes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn texts(wish: &str) -> Vec<String> {
        candidates(wish).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_plain_spelling_comes_first() {
        assert_eq!(texts("Çağrı Öz")[..2], ["cagri_oz", "cagri_oz2"]);
        assert_eq!(texts("ada!")[0], "ada");
    }

    #[test]
    fn a_valid_wish_is_not_offered_itself_nor_a_look_alike_of_it() {
        assert_eq!(texts("ada")[..3], ["ada2", "ada3", "ada7"]);
        assert!(!texts("modern").contains(&"modern".to_owned()));
    }

    #[test]
    fn a_reserved_word_gets_others_that_are_not() {
        let names = texts("admin");
        assert!(
            names.len() >= 3 && names.iter().all(|name| name.starts_with("admin")),
            "{names:?}"
        );
    }

    #[test]
    fn a_long_or_short_wish_is_brought_to_length() {
        assert!(texts(&"x".repeat(100)).iter().all(|name| name.len() <= 30));
        assert!(texts("ab").iter().all(|name| name.starts_with("ab") && name.len() >= 3));
        assert_eq!(texts("山田"), Vec::<String>::new());
        assert_eq!(texts(""), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn candidates_are_valid_and_differ_in_their_keys(wish in any::<String>()) {
            let names = candidates(&wish);
            prop_assert!(names.len() <= CANDIDATES);
            let keys: BTreeSet<_> = names.iter().map(Username::key).collect();
            prop_assert_eq!(keys.len(), names.len());
            for name in &names {
                prop_assert!(Username::parse_handle(name.as_str()).is_ok(), "{}", name);
            }
        }
    }
}
