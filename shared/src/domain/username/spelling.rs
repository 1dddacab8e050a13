//! Suggested spellings for names that a handle cannot be written in.

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::handle;
use super::length::MAX_LENGTH;
use super::reserved::{ReservedWords, is_separator};

/// Latin letters that do not decompose, in lower case, with the plain letters for each.
const LATIN: &[(&str, &str)] = &[
    ("ɐɑ", "a"),
    ("æ", "ae"),
    ("ƀɓƃ", "b"),
    ("ƈȼɕ", "c"),
    ("đðɖɗƌȡ", "d"),
    ("ǝəɛɇɘɜ", "e"),
    ("ƒ", "f"),
    ("ɠɡǥɣ", "g"),
    ("ħɦⱨ", "h"),
    ("ıɨɩɪ", "i"),
    ("ɉʝ", "j"),
    ("ƙĸⱪ", "k"),
    ("łƚɫɬɭȴⱡ", "l"),
    ("ɯɱ", "m"),
    ("ŋɲƞɳȵ", "n"),
    ("øɔɵ", "o"),
    ("œ", "oe"),
    ("ƥᵽ", "p"),
    ("ɋ", "q"),
    ("ɍɽɾʀ", "r"),
    ("ʂȿ", "s"),
    ("ʃ", "sh"),
    ("ß", "ss"),
    ("ŧƫƭʈȶⱦ", "t"),
    ("þ", "th"),
    ("ʉʊ", "u"),
    ("ʋʌⱱ", "v"),
    ("ⱳ", "w"),
    ("ƴɏ", "y"),
    ("ƶʒȥɀⱬ", "z"),
];

/// Cyrillic and Greek letters that look like a Latin one, with that letter (UTS #39, confusables). The
/// letters whose capital alone looks like one stand in upper case.
const LOOK_ALIKES: &[(&str, &str)] = &[
    ("аα", "a"),
    ("ВΒ", "b"),
    ("сϲ", "c"),
    ("ԁ", "d"),
    ("еЕΕ", "e"),
    ("һНΗ", "h"),
    ("іι", "i"),
    ("јϳ", "j"),
    ("кκ", "k"),
    ("ӏ", "l"),
    ("МΜ", "m"),
    ("Ν", "n"),
    ("оο", "o"),
    ("рρ", "p"),
    ("ԛ", "q"),
    ("ѕ", "s"),
    ("ТΤτ", "t"),
    ("υ", "u"),
    ("ѵν", "v"),
    ("ԝω", "w"),
    ("хχ", "x"),
    ("уүγΥ", "y"),
    ("Ζ", "z"),
];

/// A valid handle close to the requested name. `None` when a letter has no plain form, too little is
/// left, or a reserved word can be read in the result.
pub(super) fn close_to(requested: &str, reserved: &ReservedWords) -> Option<String> {
    let spelling = transliterate(requested)?;
    handle::may_be_suggested(&spelling, reserved).then_some(spelling)
}

/// Writes the requested name in the letters of a handle, in lower case (`Çağrı Öz` → `cagri_oz`):
/// plain letters replace Turkish and other Latin ones and their look-alikes, `_` replaces spaces and
/// hyphens, and symbols are left out. The result is no longer than a handle. Of an e-mail address, it
/// takes the local part. `None` when a letter or digit has no plain form: without it, the result would
/// be another name.
///
/// The mapping is fixed, whatever the locale of the machine or of the caller: `I`, `İ`, `ı` and `i`
/// all become `i`.
pub(super) fn transliterate(requested: &str) -> Option<String> {
    let text = requested.trim_start_matches('@');
    let text = text.split_once('@').map_or(text, |(local, _)| local);
    // A bounded piece of a long text is enough.
    let text: String = text.chars().take(4 * MAX_LENGTH).collect();
    let mut spelling = String::new();
    // A look-alike stays what it looks like: NFKD makes another letter of `ϲ`.
    let nfkd = DecomposingNormalizerBorrowed::new_nfkd();
    let decompose = |c: char| {
        let letter = c.to_string();
        if is_look_alike(c) { letter } else { nfkd.normalize(&letter).into_owned() }
    };
    let decomposed: String = text.chars().map(decompose).collect();
    for c in decomposed.chars() {
        match c {
            c if (is_separator(c) || c.is_whitespace() || is_hyphen(c))
                && !spelling.is_empty()
                && !spelling.ends_with(is_separator) =>
            {
                spelling.push(if c == '.' { '.' } else { '_' });
            }
            c if c.is_ascii_alphanumeric() => spelling.push(c.to_ascii_lowercase()),
            c if c.is_alphanumeric() && !is_modifier(c) => spelling.push_str(plain(c)?),
            _ => {}
        }
    }
    spelling.truncate(MAX_LENGTH);
    spelling.truncate(spelling.trim_end_matches(is_separator).len());
    Some(spelling)
}

/// The characters of a text with plain letters, in lower case, for Latin letters and their look-alikes.
pub fn plain_letters(text: &str) -> impl Iterator<Item = char> {
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(text).into_owned();
    let plain = |c: char| match plain(c) {
        Some(letters) => letters.chars().collect::<Vec<_>>(),
        None => vec![c.to_ascii_lowercase()],
    };
    decomposed.chars().collect::<Vec<_>>().into_iter().flat_map(plain)
}

/// Whether the letter of another script looks like a Latin one.
fn is_look_alike(c: char) -> bool {
    LOOK_ALIKES.iter().any(|(letters, _)| letters.contains(c))
}

/// The plain letters for a letter of a decomposed text.
fn plain(c: char) -> Option<&'static str> {
    let find = |c: char| {
        let tables = LATIN.iter().chain(LOOK_ALIKES);
        tables.into_iter().find(|(letters, _)| letters.contains(c)).map(|(_, plain)| *plain)
    };
    // Not the locale's lower case: that of Unicode.
    find(c).or_else(|| c.to_lowercase().next().and_then(find))
}

/// Whether the character only modifies a letter: an apostrophe of Hawaiian, a combining vowel sign.
fn is_modifier(c: char) -> bool {
    matches!(c, '\u{2B0}'..='\u{2FF}' | '\u{300}'..='\u{36F}' | '\u{A78C}')
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close_to(requested: &str) -> Option<String> {
        super::close_to(requested, &ReservedWords::default())
    }

    #[test]
    fn turkish_letters_become_their_plain_ones() {
        for (requested, spelling) in [
            ("çağrı", "cagri"),
            ("Çağrı Öz", "cagri_oz"),
            ("ÇĞİIÖŞÜ", "cgiiosu"),
            ("çğıiöşü", "cgiiosu"),
            ("İstanbul", "istanbul"),
            ("Işık", "isik"),
            ("c\u{327}ag\u{306}r\u{131}", "cagri"),
        ] {
            assert_eq!(close_to(requested).as_deref(), Some(spelling), "{requested}");
        }
    }

    #[test]
    fn other_latin_letters_spaces_and_hyphens_find_a_spelling_too() {
        for (requested, spelling) in [
            ("Straße", "strasse"),
            ("Ærø", "aero"),
            ("Łukasz  K.", "lukasz_k"),
            ("jean-luc", "jean_luc"),
            ("  ada . b ", "ada_b"),
            ("ａｄａ", "ada"),
            ("@ayse.k", "ayse.k"),
            ("O’Neill", "oneill"),
            ("Kaʻiulani", "kaiulani"),
            ("Nguyễn", "nguyen"),
        ] {
            assert_eq!(close_to(requested).as_deref(), Some(spelling), "{requested}");
        }
    }

    #[test]
    fn no_letter_is_dropped_so_that_another_name_comes_out() {
        for (requested, spelling) in [
            ("Ħamrun", Some("hamrun")),
            ("Ħal", Some("hal")),
            ("Ŋgala", Some("ngala")),
            ("Ɓala", Some("bala")),
            ("Ƙano", Some("kano")),
            ("ŧom", Some("tom")),
            ("Əli", Some("eli")),
            ("Þóra", Some("thora")),
            ("anna山", None),
            ("sana٣", None),
            ("добрый", None),
        ] {
            assert_eq!(close_to(requested).as_deref(), spelling, "{requested}");
        }
    }

    #[test]
    fn a_look_alike_of_another_script_becomes_the_latin_letter_that_it_imitates() {
        for (requested, spelling) in [
            ("pаypal", "paypal"),
            ("аррӏе", "apple"),
            ("gооgle", "google"),
            ("miсrоsоft", "microsoft"),
            ("ΝΙΚΕ", "nike"),
            ("ѕkуре", "skype"),
        ] {
            assert_eq!(close_to(requested).as_deref(), Some(spelling), "{requested}");
        }
    }

    #[test]
    fn there_is_no_suggestion_where_too_little_is_left_or_a_reserved_word_can_be_read() {
        for requested in [
            "山田",
            "🌹🌹🌹",
            "ü",
            "",
            "ädmin",
            "123 ",
            "сергей",
            "ad min",
            "аdmin",
            "no-reply",
            "mod!",
            "yönetici",
            "the admin",
        ] {
            assert_eq!(close_to(requested), None, "{requested}");
        }
    }

    #[test]
    fn a_look_alike_that_nfkd_would_change_becomes_the_latin_letter_that_it_imitates() {
        for (requested, spelling) in [("ϲat", "cat"), ("pаypal", "paypal"), ("g\u{306}ul", "gul")]
        {
            assert_eq!(close_to(requested).as_deref(), Some(spelling));
        }
    }

    #[test]
    fn each_letter_of_the_tables_stands_there_once_and_becomes_plain_letters() {
        let letters: Vec<char> =
            LATIN.iter().chain(LOOK_ALIKES).flat_map(|(letters, _)| letters.chars()).collect();
        for (at, letter) in letters.iter().enumerate() {
            assert!(!letter.is_ascii() && !letters[..at].contains(letter), "{letter}");
        }
        for (_, plain) in LATIN.iter().chain(LOOK_ALIKES) {
            assert!(plain.bytes().all(|b| b.is_ascii_lowercase()), "{plain}");
        }
    }

    proptest! {
        #[test]
        fn a_suggestion_is_always_a_valid_handle_without_a_reserved_word(requested in any::<String>()) {
            if let Some(spelling) = close_to(&requested) {
                let reserved = ReservedWords::default();
                prop_assert!(handle::is_valid(&spelling, &reserved));
                prop_assert!(!reserved.can_be_read_in(&spelling));
            }
        }
    }
}
