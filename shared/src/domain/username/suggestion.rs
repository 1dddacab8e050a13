//! Names to offer instead of one that is not available.

use super::handle;
use super::length::MAX_LENGTH;
use super::name::Username;
use super::reserved::{ReservedWords, is_separator};
use super::spelling;

/// How many candidates there are at most.
const CANDIDATES: usize = 10;

/// Digits that no letter looks like.
const DIGITS: &[u8] = b"2345679";

/// Valid handles close to the requested name, the closest first. Their keys differ from one another
/// and from the requested name's. The same name always has the same candidates, so they do not jump
/// about while somebody types. No reserved word can be read in them. The caller finds out which of
/// them are free.
pub fn candidates(requested: &str, reserved: &ReservedWords) -> Vec<Username> {
    let Some(base) = spelling::transliterate(requested) else { return Vec::new() };
    let mut candidates: Vec<Username> = Vec::new();
    let requested = Username::unvalidated(requested.to_owned());
    for suffix in suffixes(&base) {
        let room = MAX_LENGTH - suffix.len();
        let stem = &base[..base.len().min(room)];
        let name = format!("{}{suffix}", stem.trim_end_matches(is_separator));
        let name = Username::unvalidated(name);
        let is_known = |known: &Username| known.key() == name.key();
        let is_new = !is_known(&requested) && !candidates.iter().any(is_known);
        if is_new && handle::may_be_suggested(name.as_str(), reserved) {
            candidates.push(name);
        }
    }
    candidates.truncate(CANDIDATES);
    candidates
}

/// The endings that make other names of one: none, single digits, and numbers that depend on the
/// name, so that people with one first name are not all offered the same.
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

    fn texts(requested: &str) -> Vec<String> {
        candidates(requested, &ReservedWords::default()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_plain_spelling_comes_first() {
        assert_eq!(texts("Çağrı Öz")[..2], ["cagri_oz", "cagri_oz2"]);
        assert_eq!(texts("ada!")[0], "ada");
    }

    #[test]
    fn a_valid_name_is_not_offered_itself_nor_a_look_alike_of_it() {
        assert_eq!(texts("ada")[..3], ["ada2", "ada3", "ada7"]);
        assert!(!texts("modern").contains(&"modern".to_owned()));
    }

    #[test]
    fn nothing_in_which_a_reserved_word_can_be_read_is_suggested() {
        for requested in
            ["admin", "ad min", "yönetici", "mod", "аdmin", "no reply", "supp0rt", "api!"]
        {
            assert_eq!(texts(requested), Vec::<String>::new(), "{requested}");
        }
    }

    #[test]
    fn a_long_or_short_name_is_brought_to_length() {
        assert!(texts(&"x".repeat(100)).iter().all(|name| name.len() <= 30));
        assert!(texts("ab").iter().all(|name| name.starts_with("ab") && name.len() >= 3));
        assert_eq!(texts("山田"), Vec::<String>::new());
        assert_eq!(texts(""), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn candidates_are_valid_and_differ_in_their_keys(requested in any::<String>()) {
            let names = candidates(&requested, &ReservedWords::default());
            prop_assert!(names.len() <= CANDIDATES);
            let keys: BTreeSet<_> = names.iter().map(Username::key).collect();
            prop_assert_eq!(keys.len(), names.len());
            for name in &names {
                prop_assert!(Username::parse_handle(name.as_str()).is_ok(), "{}", name);
            }
        }
    }
}
