//! Suggested spellings for names that a handle cannot be written in.

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::handle::{self, is_separator};
use super::length::MAX_LENGTH;

/// A valid handle close to the requested name. `None` when too little is left, or the result is
/// reserved.
pub(super) fn close_to(requested: &str) -> Option<String> {
    let spelling = transliterate(requested);
    handle::is_valid(&spelling).then_some(spelling)
}

/// Writes the requested name in the letters of a handle, in lower case (`Çağrı Öz` → `cagri_oz`):
/// plain letters replace Turkish and other Latin ones, `_` replaces spaces and hyphens, and every
/// other character is left out. The result is no longer than a handle. Of an e-mail address, it
/// takes the local part.
///
/// The mapping is fixed, whatever the locale of the machine or of the caller: `I`, `İ`, `ı` and `i`
/// all become `i`.
pub(super) fn transliterate(requested: &str) -> String {
    let text = requested.trim_start_matches('@');
    let text = text.split_once('@').map_or(text, |(local, _)| local);
    // A bounded piece of a long text is enough.
    let text: String = text.chars().take(4 * MAX_LENGTH).collect();
    let mut spelling = String::new();
    for c in DecomposingNormalizerBorrowed::new_nfkd().normalize(&text).chars() {
        match c {
            c if is_separator(c) || c.is_whitespace() || is_hyphen(c) => {
                if !spelling.is_empty() && !spelling.ends_with(is_separator) {
                    spelling.push(if c == '.' { '.' } else { '_' });
                }
            }
            c => spelling.push_str(&plain(c)),
        }
    }
    spelling.truncate(MAX_LENGTH);
    spelling.truncate(spelling.trim_end_matches(is_separator).len());
    spelling
}

/// The plain letters for one character of a decomposed text: none for a combining mark or a
/// character of another script.
fn plain(c: char) -> String {
    match c {
        c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase().to_string(),
        // Letters that do not decompose.
        'ı' => "i".to_owned(),
        'ß' | 'ẞ' => "ss".to_owned(),
        'ø' | 'Ø' => "o".to_owned(),
        'ł' | 'Ł' => "l".to_owned(),
        'đ' | 'Đ' | 'ð' | 'Ð' => "d".to_owned(),
        'æ' | 'Æ' => "ae".to_owned(),
        'œ' | 'Œ' => "oe".to_owned(),
        'þ' | 'Þ' => "th".to_owned(),
        'ə' | 'Ə' => "e".to_owned(),
        _ => String::new(),
    }
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn turkish_letters_become_their_plain_ones() {
        for (requested, spelling) in [
            ("çağrı", "cagri"),
            ("Çağrı Öz", "cagri_oz"),
            ("ÇĞİIÖŞÜ", "cgiiosu"),
            ("çğıiöşü", "cgiiosu"),
            ("İstanbul", "istanbul"),
            ("Işık", "isik"),
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
        ] {
            assert_eq!(close_to(requested).as_deref(), Some(spelling), "{requested}");
        }
    }

    #[test]
    fn there_is_no_suggestion_where_too_little_is_left_or_the_word_is_reserved() {
        for requested in ["山田", "🌹🌹🌹", "ü", "", "ädmin", "123 ", "сергей"] {
            assert_eq!(close_to(requested), None, "{requested}");
        }
    }

    proptest! {
        #[test]
        fn a_suggestion_is_always_a_valid_handle(requested in any::<String>()) {
            if let Some(spelling) = close_to(&requested) {
                prop_assert!(handle::is_valid(&spelling));
            }
        }
    }
}
