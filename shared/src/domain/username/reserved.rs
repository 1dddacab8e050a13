//! Whether a handle is a reserved word, and whether one can be read in it.

use super::key::{fold, skeleton};
use super::length::MAX_LENGTH;
use super::words::RESERVED;

/// The fewest letters of a word that can be read anywhere in a name; a shorter word only stands out as
/// a part of its own.
const READ_ANYWHERE: usize = 5;
/// The endings of plurals, English and Turkish, in the letters of keys.
const PLURALS: [&[u8]; 5] = [b"", b"s", b"es", b"ler", b"lar"];

/// The reserved words: the built-in ones, and those that the operator adds.
///
/// A handle is reserved when its key, with the separators left out, is that of a word or of a word's
/// plural. A word that is added later is refused from then on; a user who has the name keeps it, but
/// cannot send it again.
#[derive(Debug, Clone, Default)]
pub struct ReservedWords {
    added: Vec<Word>,
}

/// A reserved word, by its key.
#[derive(Debug, Clone, Copy)]
struct Word {
    /// The key, and zeros.
    key: [u8; 2 * MAX_LENGTH],
    key_length: usize,
    /// Whether the word can be read anywhere in a name.
    is_long: bool,
}

/// The built-in words. The compiler makes their keys, so that starting costs nothing.
static BUILT_IN: [Word; RESERVED.len()] = {
    let mut words = [Word::new(""); RESERVED.len()];
    let mut at = 0;
    while at < words.len() {
        words[at] = Word::new(RESERVED[at]);
        at += 1;
    }
    words
};

impl Word {
    /// A word of at most [`MAX_LENGTH`] ASCII letters and digits.
    const fn new(word: &str) -> Self {
        let (mut key, mut key_length) = ([0; 2 * MAX_LENGTH], 0);
        let mut at = 0;
        while at < word.len() {
            let (first, second) = fold(word.as_bytes()[at] as char);
            key[key_length] = first as u8;
            key_length += 1;
            if let Some(second) = second {
                key[key_length] = second as u8;
                key_length += 1;
            }
            at += 1;
        }
        Self { key, key_length, is_long: word.len() >= READ_ANYWHERE }
    }

    fn key(&self) -> &[u8] {
        &self.key[..self.key_length]
    }

    /// Whether a joined key is that of the word or of its plural.
    fn is_in_any_number(&self, joined: &str) -> bool {
        let after = |key| joined.as_bytes().strip_prefix(key);
        let is_plural = after(self.key()).is_some_and(|end| PLURALS.contains(&end));
        // `i` is `l` in keys: -ies.
        is_plural || self.key().strip_suffix(b"y").and_then(after) == Some(b"les")
    }

    /// Whether a joined key has the key of the word in it.
    fn is_inside(&self, joined: &str) -> bool {
        std::str::from_utf8(self.key()).is_ok_and(|key| joined.contains(key))
    }
}

/// A text that cannot be reserved: it needs a letter, and has at most [`MAX_LENGTH`] ASCII letters, digits,
/// `_` and `.`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a word of at most {MAX_LENGTH} ASCII letters and digits")]
pub struct NotAWord(pub String);

impl ReservedWords {
    /// The built-in words and these.
    ///
    /// # Errors
    /// [`NotAWord`] when one of them cannot be a handle.
    pub fn with<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, NotAWord> {
        let read = |word: &str| {
            let is_allowed = |c: char| c.is_ascii_alphanumeric() || is_separator(c);
            let has_letter = word.contains(|c: char| c.is_ascii_alphabetic());
            let is_word = has_letter && word.len() <= MAX_LENGTH && word.chars().all(is_allowed);
            is_word
                .then(|| Word::new(&word.replace(is_separator, "")))
                .ok_or_else(|| NotAWord(word.to_owned()))
        };
        Ok(Self { added: words.into_iter().map(read).collect::<Result<_, _>>()? })
    }

    fn iter(&self) -> impl Iterator<Item = &Word> {
        BUILT_IN.iter().chain(&self.added)
    }

    /// Whether the handle is a reserved word, a plural of one, or looks like either.
    pub(super) fn contains(&self, handle: &str) -> bool {
        let key = joined_key(handle);
        self.iter().any(|word| word.is_in_any_number(&key))
    }

    /// Whether a person could read a reserved word in the handle: a word from five letters anywhere, a
    /// shorter one as the whole name, or as a part between separators or digits.
    pub(super) fn can_be_read_in(&self, handle: &str) -> bool {
        let whole = joined_key(handle);
        let parts = |is_end: fn(char) -> bool| handle.split(is_end).map(joined_key);
        // In the key, a digit is none that could be read as a letter.
        let between_digits = whole.split(|c: char| c.is_ascii_digit()).map(str::to_owned);
        let parts: Vec<String> = parts(is_separator)
            .chain(parts(|c| is_separator(c) || c.is_ascii_digit()))
            .chain(between_digits)
            .collect();
        self.iter().any(|word| {
            let is_part = || parts.iter().any(|part| word.is_in_any_number(part));
            let is_inside = || word.is_long && word.is_inside(&whole);
            word.is_in_any_number(&whole) || is_part() || is_inside()
        })
    }
}

/// The key of a handle with the separators left out.
fn joined_key(handle: &str) -> String {
    skeleton(handle).filter(|c| !is_separator(*c)).collect()
}

/// Whether the character separates the parts of a handle.
pub(super) fn is_separator(c: char) -> bool {
    matches!(c, '_' | '.')
}

/// The built-in words.
pub fn reserved_words() -> impl Iterator<Item = &'static str> {
    RESERVED.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::username::{InvalidUsername, Username, handle};

    fn is_reserved(handle: &str) -> bool {
        ReservedWords::default().contains(handle)
    }

    #[test]
    fn reserved_words_are_refused_in_any_case_and_as_look_alikes() {
        for name in ["admin", "Admin", "adrnin", "ADM1N", "r00t", "supp0rt", "api", "vvebmaster"] {
            assert_eq!(
                Username::parse_handle(name),
                Err(vec![InvalidUsername::Reserved]),
                "{name}"
            );
        }
    }

    #[test]
    fn a_reserved_word_is_refused_with_separators_in_it() {
        for name in [
            "no.reply",
            "no_reply",
            "ad.min",
            "a.d_m.i.n",
            "power.user",
            "mailer.daemon",
            "api_user",
            "post.master",
            "sys.administrator",
            "musteri_hizmetleri",
            "resmi.hesap",
            "do_not.reply",
        ] {
            assert_eq!(
                Username::parse_handle(name),
                Err(vec![InvalidUsername::Reserved]),
                "{name}"
            );
        }
    }

    #[test]
    fn the_plural_of_a_reserved_word_is_refused_in_english_and_turkish() {
        for name in [
            "admins",
            "moderators",
            "ad.mins",
            "news_es",
            "bosses",
            "privacies",
            "yoneticiler",
            "hesaplar",
            "satislar",
            "ADM1NS",
            "adrninler",
            "boxes",
        ] {
            let expected = !["bosses", "boxes"].contains(&name);
            assert_eq!(is_reserved(name), expected, "{name}");
        }
    }

    #[test]
    fn names_that_only_contain_a_reserved_word_are_free() {
        for name in
            ["rooted", "supporter", "admin1st", "administratively", "homer", "botan", "newton"]
        {
            assert!(Username::parse_handle(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn common_first_names_are_free() {
        for name in ["mali", "Mail", "edit", "Edit", "ping", "Ping", "dev", "ada", "ayse", "mehmet"]
        {
            assert!(Username::parse_handle(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn every_mailbox_of_rfc_2142_is_reserved() {
        for name in [
            "info",
            "marketing",
            "sales",
            "support",
            "abuse",
            "noc",
            "security",
            "postmaster",
            "hostmaster",
            "usenet",
            "news",
            "webmaster",
            "www",
            "uucp",
            "ftp",
        ] {
            assert!(is_reserved(name), "{name}");
        }
    }

    #[test]
    fn what_well_known_lists_reserve_is_reserved() {
        for name in [
            "moderators",
            "sysadministrator",
            "ssladmin",
            "donotreply",
            "mailerdaemon",
            "webadmin",
            "null",
            "true",
            "false",
            "none",
            "nan",
            "bilgi",
            "satis",
            "fatura",
            "odeme",
            "hesap",
            "giris",
            "kayit",
            "sifre",
            "ayarlar",
            "gizlilik",
            "kvkk",
            "musteri_hizmetleri",
            "resmi_hesap",
        ] {
            assert!(is_reserved(name), "{name}");
        }
    }

    #[test]
    fn every_word_is_in_lower_case_without_separators_stands_once_and_could_be_a_handle() {
        for (at, word) in RESERVED.iter().enumerate() {
            assert!(word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{word}");
            assert!(!RESERVED[..at].contains(word), "{word} stands twice");
            let others =
                handle::violations(word, &ReservedWords::default()).into_iter().filter(|v| {
                    !matches!(v, InvalidUsername::Reserved | InvalidUsername::TooShort { .. })
                });
            assert_eq!(others.count(), 0, "{word}");
        }
    }

    #[test]
    fn an_operator_adds_words_and_they_are_refused_like_the_others() {
        let words = ReservedWords::with(["Acme_Corp", "okul"]).unwrap();
        for name in ["acmecorp", "acrne.corp", "acme_corps", "OKUL", "okullar", "admin"] {
            assert!(words.contains(name), "{name}");
        }
        assert!(!is_reserved("acmecorp"));
        for word in ["", "a b", "çay", "___"] {
            assert_eq!(
                ReservedWords::with([word]).err(),
                Some(NotAWord(word.to_owned())),
                "{word}"
            );
        }
    }

    #[test]
    fn a_name_in_which_a_reserved_word_can_be_read_is_not_to_be_suggested() {
        for name in [
            "admin2",
            "ad_min3",
            "the_admin",
            "xadminx",
            "yonetici7",
            "mod2",
            "mod_37",
            "37.mod",
            "api.ada",
            "ada_me",
            "rn0d",
            "supp0rt_team",
            "noreply1",
            "r00t2",
            "m0d7",
            "b0t_37",
            "m.o.d2",
            "in_fo_37",
            "ro.ot2",
        ] {
            assert!(ReservedWords::default().can_be_read_in(name), "{name}");
        }
        for name in ["modern", "ada_37", "romeo", "botany2", "capital", "newton"] {
            assert!(!ReservedWords::default().can_be_read_in(name), "{name}");
        }
    }
}
