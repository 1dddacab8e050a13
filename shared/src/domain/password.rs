//! Passwords: judged as plain text, kept as a hash.

use std::fmt;

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use zxcvbn::{Score, zxcvbn};

use super::own_data;
use super::text::{is_space, is_typed, nfc};

/// The fewest characters of a password: NIST SP 800-63B-4 section 3.1.1.2, for a password that is the
/// only factor.
pub const MIN_LENGTH: usize = 15;
/// The most characters of a password.
pub const MAX_LENGTH: usize = 128;

/// The lengths of the beginnings that are estimated first.
const BEGINNINGS: [usize; 5] = [16, 20, 24, 28, 32];
/// The fewest characters that count as own data.
const MIN_OWN_DATA: usize = 3;
/// The most work of an estimate, as [`work`] counts it: some 150 ms of a whole processor. A text of up to
/// 32 characters never needs more.
const MAX_WORK: usize = 600_000;

/// Memory of one argon2id hash, in KiB: 19 MiB, with 2 passes and 1 lane the first choice of
/// OWASP's Password Storage Cheat Sheet.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A text that somebody wants for a password, not judged yet. It cannot be printed, and it is
/// overwritten in memory when dropped.
#[derive(Debug, Clone)]
pub struct PasswordText(SecretString);

/// A password that was judged. It cannot be printed, and it is overwritten in memory when dropped.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

/// Why a text is refused as a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// Fewer than [`MIN_LENGTH`] characters.
    #[error("too short")]
    TooShort,
    /// More than [`MAX_LENGTH`] characters.
    #[error("too long")]
    TooLong,
    /// A control character, a line break, or a character that nobody sees.
    #[error("control character")]
    ControlCharacter {
        /// The first such character.
        character: char,
    },
    /// zxcvbn gives it a score below 3, or it is made of the user's own data.
    #[error("easy to guess")]
    TooWeak,
    /// Its digits and symbols can be read as letters in more ways than can be tried in time.
    #[error("too complex to judge")]
    TooComplex,
}

impl PasswordText {
    /// Prepares a text as RFC 8265 section 4.2.2 does (`OpaqueString`): every space becomes an ASCII
    /// space, and the text is brought to NFC.
    pub fn prepare(text: &str) -> Self {
        let spaces: String = text.chars().map(|c| if is_space(c) { ' ' } else { c }).collect();
        Self(SecretString::from(nfc(&spaces).into_owned()))
    }

    /// Judges the text for a user whose names and usernames are `own_data`.
    ///
    /// # Errors
    /// Every [`InvalidPassword`] the text has; at least one.
    pub fn judge(&self, own_data: &[&str]) -> Result<Password, Vec<InvalidPassword>> {
        let mut invalid = self.form_violations(own_data);
        if invalid.is_empty() {
            invalid.extend(estimate(self.0.expose_secret(), own_data).err());
        }
        if invalid.is_empty() { Ok(Password(self.0.clone())) } else { Err(invalid) }
    }

    /// Judges what takes no time: everything but how many guesses the text needs.
    pub fn form_violations(&self, own_data: &[&str]) -> Vec<InvalidPassword> {
        let text = self.0.expose_secret();
        let mut invalid = Vec::new();
        let length = text.chars().count();
        if let Some(character) = text.chars().find(|c| !is_typed(*c)) {
            invalid.push(InvalidPassword::ControlCharacter { character });
        }
        if length < MIN_LENGTH {
            invalid.push(InvalidPassword::TooShort);
        }
        if length > MAX_LENGTH {
            // Longer texts are not looked at.
            invalid.push(InvalidPassword::TooLong);
        } else if own_data::is_made_of(text, own_data) {
            invalid.push(InvalidPassword::TooWeak);
        }
        invalid
    }

    /// Whether the text is the password of that hash. This takes as long as hashing it.
    pub fn matches(&self, hash: &PasswordHash) -> bool {
        let parsed = phc::PasswordHash::new(hash.expose());
        let text = self.0.expose_secret().as_bytes();
        parsed.is_ok_and(|parsed| Argon2::default().verify_password(text, &parsed).is_ok())
    }
}

/// Estimates with zxcvbn how hard the text is to guess for somebody who knows `own_data`.
///
/// # Errors
/// [`InvalidPassword::TooWeak`] when the score is below 3 of 4 (under 10⁸ guesses), and
/// [`InvalidPassword::TooComplex`] when the estimate would take too long.
fn estimate(text: &str, own_data: &[&str]) -> Result<(), InvalidPassword> {
    if begins_strong(text, own_data) {
        return Ok(());
    }
    if work(text) > MAX_WORK {
        return Err(InvalidPassword::TooComplex);
    }
    if zxcvbn(text, own_data).score() < Score::Three {
        return Err(InvalidPassword::TooWeak);
    }
    Ok(())
}

/// Whether the beginning of a long text needs over 10¹⁰ guesses, so that the rest need not be
/// estimated. The check cuts at several lengths, because one may cut a word, and counts every part of
/// the own data, for the same reason.
fn begins_strong(text: &str, own_data: &[&str]) -> bool {
    let beginning = |length| {
        let end = text.char_indices().nth(length).map(|(end, _)| end);
        end.and_then(|end| text.get(..end))
    };
    let Some(beginnings) = BEGINNINGS.into_iter().map(beginning).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let parts: Vec<&str> = own_data.iter().flat_map(|data| parts(data)).collect();
    beginnings.iter().map(|text| work(text)).sum::<usize>() <= MAX_WORK
        && beginnings.iter().all(|text| zxcvbn(text, &parts).score() == Score::Four)
}

/// How much work an estimate is: zxcvbn tries each way to read digits and symbols as letters, and looks
/// up each part of the text in each. It cannot be interrupted, so its work is counted before.
fn work(text: &str) -> usize {
    /// zxcvbn's own table of digits and symbols for each letter.
    const SUBSTITUTES: [&str; 12] =
        ["4@", "8", "({[<", "3", "69", "1!|", "1|7", "0", "$5", "+7", "%", "2"];
    let found =
        |substitutes: &str| substitutes.chars().filter(|c| text.contains(*c)).count().max(1);
    let ways: usize = SUBSTITUTES.into_iter().map(found).product();
    let length = text.chars().count();
    ways * length * length
}

impl Password {
    /// Hashes the password with argon2id and a fresh random salt. By design this takes tens of
    /// milliseconds and 19 MiB of memory.
    ///
    /// # Errors
    /// [`HashingError`] when the operating system gives no random bytes or no memory.
    pub fn hash(&self) -> Result<PasswordHash, HashingError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(HashingError::new)?;
        let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password(self.0.expose_secret().as_bytes())
            .map_err(HashingError::new)?;
        Ok(PasswordHash(hash.to_string()))
    }
}

/// The password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashingError(String);

impl HashingError {
    fn new(cause: impl fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

/// A password's hash as a PHC string (`$argon2id$v=19$m=19456,t=2,p=1$…`). Stored, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a hash that the table holds.
    pub(crate) fn stored(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, for the table only.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([redacted])")
    }
}

/// The text, and each of its beginnings and ends that is long enough to count as own data.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let cuts = text.char_indices().map(|(at, _)| at).skip(1);
    let parts = cuts.flat_map(|at| [text.get(..at), text.get(at..)]).flatten();
    parts.chain([text]).filter(|part| part.chars().count() >= MIN_OWN_DATA)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str, own_data: &[&str]) -> Result<(), Vec<InvalidPassword>> {
        PasswordText::prepare(text).judge(own_data).map(drop)
    }

    /// The password of the curl command in [the contract](../../../docs/contract.md)'s source.
    const PAGE: &str = "newStr0ng!P@ssw0rd";

    #[test]
    fn a_password_has_15_to_128_characters() {
        let strong = "uX4#kQz9!rTf2@Lw7$ş";
        let cut = |n: usize| strong.chars().cycle().take(n).collect::<String>();
        assert_eq!(judge(&cut(14), &[]), Err(vec![InvalidPassword::TooShort]));
        assert_eq!(judge(&cut(15), &[]), Ok(()));
        assert_eq!(judge(&cut(16), &[]), Ok(()));
        assert_eq!(judge(&cut(127), &[]), Ok(()));
        assert_eq!(judge(&cut(128), &[]), Ok(()));
        assert_eq!(judge(&cut(129), &[]), Err(vec![InvalidPassword::TooLong]));
    }

    #[test]
    fn a_password_that_is_easy_to_guess_is_refused() {
        for weak in ["password12345678", "aaaaaaaaaaaaaaaa", "qwertyuiop12345", "123456789012345"] {
            assert_eq!(judge(weak, &[]), Err(vec![InvalidPassword::TooWeak]), "{weak}");
        }
        for strong in [PAGE, "correct horse battery staple", "tavuk-göğsü kazandibi 7"] {
            assert_eq!(judge(strong, &[]), Ok(()), "{strong}");
        }
    }

    #[test]
    fn a_password_has_no_control_character_no_line_break_and_nothing_that_nobody_sees() {
        let text = "Kırmızı-köprü-şelale";
        assert_eq!(judge(text, &[]), Ok(()));
        for character in ['\n', '\r', '\0', '\t', '\u{FEFF}', '\u{200B}', '\u{2028}', '\u{E000}'] {
            let invalid = Err(vec![InvalidPassword::ControlCharacter { character }]);
            assert_eq!(judge(&format!("{text}{character}"), &[]), invalid, "{character:?}");
            assert_eq!(judge(&format!("{character}{text}"), &[]), invalid, "{character:?}");
        }
        for typed in [" ", "👩\u{200D}💻", "می\u{200C}نا", "ß€→"] {
            assert_eq!(judge(&format!("{text}{typed}"), &[]), Ok(()), "{typed}");
        }
    }

    #[test]
    fn what_is_hashed_is_the_password_in_nfc_with_ascii_spaces() {
        let composed = "Çağrı ile kırmızı köprü";
        let decomposed = "C\u{327}ag\u{306}r\u{131}\u{A0}ile k\u{131}rm\u{131}z\u{131}\u{3000}ko\u{308}pru\u{308}";
        let hash = PasswordText::prepare(composed).judge(&[]).unwrap().hash().unwrap();
        assert!(PasswordText::prepare(decomposed).matches(&hash));
        assert!(!PasswordText::prepare("çağrı ile kırmızı köprü").matches(&hash));
    }

    #[test]
    fn a_password_too_complex_to_judge_is_refused_and_costs_nothing() {
        // Every digit and symbol that reads as a letter, and too little to begin strong.
        let complex = format!("{}4@8({{[<369 1!|70$5+%2", "a".repeat(100));
        assert!(work(&complex) > MAX_WORK);
        assert_eq!(judge(&complex, &[]), Err(vec![InvalidPassword::TooComplex]));
    }

    #[test]
    fn a_password_made_of_the_user_s_own_data_is_refused() {
        assert_eq!(judge("hypatia_alexandria", &[]), Ok(()));
        let weak = Err(vec![InvalidPassword::TooWeak]);
        assert_eq!(judge("hypatia_alexandria", &["hypatia_alexandria"]), weak);
        // Also a short one, which is told of both.
        let both = Err(vec![InvalidPassword::TooShort, InvalidPassword::TooWeak]);
        assert_eq!(judge("HansZimmer2026", &["Hans", "Florian", "Zimmer"]), both);
    }

    #[test]
    fn a_long_password_is_as_weak_as_all_of_it_and_as_strong_as_its_beginning() {
        let weak = || Err(vec![InvalidPassword::TooWeak]);
        let random = "uX4#kQz9!rTf2@Lw7$";
        assert_eq!(judge(&"a".repeat(128), &[]), weak());
        assert_eq!(judge(&format!("{}{random}", "a".repeat(33)), &[]), Ok(()));
        assert_eq!(judge(&format!("{random}{}", "a".repeat(33)), &[]), Ok(()));
        // Cut after 32 characters it would be strong.
        let cut = "passwordpasswordpasswordresponsibilities";
        assert_eq!(judge(cut, &[]), weak());
        // Its first 32 characters alone would be strong.
        let own = "hypatia.of.the.great.library@alexandria.example";
        let reversed: String = own.chars().rev().collect();
        for text in [own, &own.to_uppercase(), &format!("{}{own}", "a".repeat(20)), &reversed] {
            assert_eq!(judge(text, &[]), Ok(()), "{text}");
            assert_eq!(judge(text, &[own]), weak(), "{text}");
        }
        let names = ["Wolfeschlegelsteinhau", "Bergerdorffwelche"];
        let disguised = "W0lfeschlegel5teinh4uBerg3rdorffw3lche";
        assert_eq!(judge(disguised, &[]), Ok(()));
        assert_eq!(judge(disguised, &names), weak());
    }

    #[test]
    fn a_password_is_stored_as_an_argon2id_phc_string_with_its_own_salt() {
        let password = PasswordText::prepare(PAGE).judge(&[]).unwrap();
        let (one, other) = (password.hash().unwrap(), password.hash().unwrap());
        assert!(one.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.expose());
        assert_ne!(one, other);
        assert!(PasswordText::prepare(PAGE).matches(&one));
        assert!(!PasswordText::prepare("newStr0ng!P@ssw0rD").matches(&one));
    }

    #[test]
    fn neither_a_password_nor_its_hash_can_be_printed() {
        let text = PasswordText::prepare(PAGE);
        let password = text.judge(&[]).unwrap();
        assert!(!format!("{text:?}{password:?}").contains(PAGE));
        assert_eq!(format!("{:?}", password.hash().unwrap()), "PasswordHash([redacted])");
    }
}
