//! Passwords: checked as plain text, kept as a hash.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use secrecy::{ExposeSecret, SecretString};
use zxcvbn::{Score, zxcvbn};

/// The fewest characters of a password.
pub const MIN_LENGTH: usize = 12;
/// The most characters of a password.
pub const MAX_LENGTH: usize = 128;

/// The lengths of the beginnings that are estimated first.
const BEGINNINGS: [usize; 5] = [16, 20, 24, 28, 32];
/// The fewest characters that count as own data.
const MIN_OWN_DATA: usize = 3;

/// Memory of one argon2id hash, in KiB: 19 MiB, with 2 passes and 1 lane the first choice of
/// OWASP's Password Storage Cheat Sheet.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A new password of the right length, in plain text. It cannot be printed, and it is overwritten in
/// memory when dropped.
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
    /// zxcvbn gives it a score below 3, given the user's own data.
    #[error("easy to guess")]
    TooWeak,
}

impl Password {
    /// Takes a password of 12–128 characters.
    ///
    /// # Errors
    /// [`InvalidPassword::TooShort`] or [`InvalidPassword::TooLong`].
    pub fn parse(text: &str) -> Result<Self, InvalidPassword> {
        match text.chars().count() {
            length if length < MIN_LENGTH => Err(InvalidPassword::TooShort),
            length if length > MAX_LENGTH => Err(InvalidPassword::TooLong),
            _ => Ok(Self(SecretString::from(text))),
        }
    }

    /// Estimates with zxcvbn how hard the password is to guess for somebody who knows `own_data`: the
    /// user's names and usernames.
    ///
    /// # Errors
    /// [`InvalidPassword::TooWeak`] when the score is below 3 of 4 (under 10⁸ guesses).
    pub fn check_strength(&self, own_data: &[&str]) -> Result<(), InvalidPassword> {
        let is_weak = || zxcvbn(self.0.expose_secret(), own_data).score() < Score::Three;
        if !self.begins_strong(own_data) && is_weak() {
            return Err(InvalidPassword::TooWeak);
        }
        Ok(())
    }

    /// Whether the beginning of a long password needs over 10¹⁰ guesses, so that the rest need not be
    /// estimated. zxcvbn reads digits and symbols as letters in every combination, which takes seconds
    /// for 100 characters. The check cuts at several lengths, because one may cut a word, and counts
    /// every part of the own data, for the same reason. A password that begins weak is estimated whole,
    /// however long that takes.
    fn begins_strong(&self, own_data: &[&str]) -> bool {
        let password = self.0.expose_secret();
        let parts: Vec<&str> = own_data.iter().flat_map(|data| parts(data)).collect();
        BEGINNINGS.into_iter().all(|length| {
            let end = password.char_indices().nth(length).map(|(end, _)| end);
            let beginning = end.and_then(|end| password.get(..end));
            beginning.is_some_and(|text| zxcvbn(text, &parts).score() == Score::Four)
        })
    }

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
    use argon2::PasswordVerifier;
    use argon2::password_hash::phc;

    use super::*;

    /// The password of the curl command in [the contract](../../../docs/contract.md)'s source.
    const PAGE: &str = "newStr0ng!P@ssw0rd";

    #[test]
    fn a_password_has_12_to_128_characters() {
        let fault = |n: usize| Password::parse(&"ş".repeat(n)).err();
        assert_eq!(fault(11), Some(InvalidPassword::TooShort));
        assert_eq!(fault(12), None);
        assert_eq!(fault(13), None);
        assert_eq!(fault(127), None);
        assert_eq!(fault(128), None);
        assert_eq!(fault(129), Some(InvalidPassword::TooLong));
    }

    #[test]
    fn a_password_that_is_easy_to_guess_is_refused() {
        for weak in ["password1234", "aaaaaaaaaaaaaaaa", "qwertyuiop123", "123456789012"] {
            let password = Password::parse(weak).unwrap();
            assert_eq!(password.check_strength(&[]), Err(InvalidPassword::TooWeak), "{weak}");
        }
        for strong in [PAGE, "correct horse battery staple", "tavuk-göğsü kazandibi 7"] {
            assert_eq!(Password::parse(strong).unwrap().check_strength(&[]), Ok(()), "{strong}");
        }
    }

    #[test]
    fn a_password_made_of_the_user_s_own_data_is_refused() {
        let password = Password::parse("hypatia_alexandria").unwrap();
        assert_eq!(password.check_strength(&[]), Ok(()));
        assert_eq!(password.check_strength(&["hypatia_alexandria"]), Err(InvalidPassword::TooWeak));
    }

    #[test]
    fn a_long_password_is_as_weak_as_all_of_it_and_as_strong_as_its_beginning() {
        let check =
            |text: &str, own_data: &[&str]| Password::parse(text).unwrap().check_strength(own_data);
        let random = "uX4#kQz9!rTf2@Lw7$";
        assert_eq!(check(&"a".repeat(128), &[]), Err(InvalidPassword::TooWeak));
        assert_eq!(check(&format!("{}{random}", "a".repeat(33)), &[]), Ok(()));
        assert_eq!(check(&format!("{random}{}", "a".repeat(33)), &[]), Ok(()));
        // Cut after 32 characters it would be strong.
        let cut = "passwordpasswordpasswordresponsibilities";
        assert_eq!(check(cut, &[]), Err(InvalidPassword::TooWeak));
        // Its first 32 characters alone would be strong.
        let own = "hypatia.of.the.great.library@alexandria.example";
        let reversed: String = own.chars().rev().collect();
        for text in [own, &own.to_uppercase(), &format!("{}{own}", "a".repeat(20)), &reversed] {
            assert_eq!(check(text, &[]), Ok(()), "{text}");
            assert_eq!(check(text, &[own]), Err(InvalidPassword::TooWeak), "{text}");
        }
        let names = ["Wolfeschlegelsteinhau", "Bergerdorffwelche"];
        let disguised = "W0lfeschlegel5teinh4uBerg3rdorffw3lche";
        assert_eq!(check(disguised, &[]), Ok(()));
        assert_eq!(check(disguised, &names), Err(InvalidPassword::TooWeak));
    }

    #[test]
    fn a_password_is_stored_as_an_argon2id_phc_string_with_its_own_salt() {
        let password = Password::parse(PAGE).unwrap();
        let (one, other) = (password.hash().unwrap(), password.hash().unwrap());
        assert!(one.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.expose());
        assert_ne!(one, other);
        let verify = |text: &str| {
            let hash = phc::PasswordHash::new(one.expose()).unwrap();
            Argon2::default().verify_password(text.as_bytes(), &hash).is_ok()
        };
        assert!(verify(PAGE));
        assert!(!verify("newStr0ng!P@ssw0rD"));
    }

    #[test]
    fn neither_a_password_nor_its_hash_can_be_printed() {
        let password = Password::parse(PAGE).unwrap();
        assert!(!format!("{password:?}").contains(PAGE));
        assert_eq!(format!("{:?}", password.hash().unwrap()), "PasswordHash([redacted])");
    }
}
