//! The hash of a password, which the table holds.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};

use super::parameters::{LANES, MEMORY_KIB, OUTPUT_LENGTH, PASSES};
use super::stored::StoredHash;

/// The hash of 32 random bytes that nobody kept.
const DUMMY: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZP+M/j9f33xtx9VnOe4Yow$jq+amuz1sKc10HFNt9jBFNRZWkZNVXQQ9K/XAF+EZ68";

/// A password's hash as a PHC string (`$argon2id$v=19$m=19456,t=2,p=1$…`), or a hash that came from
/// elsewhere, in one of the forms that [`verify`](super::PasswordText::verify) reads. Stored, never
/// shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Hashes a prepared text with argon2id and a fresh random salt.
    pub(super) fn of(prepared: &str) -> Result<Self, HashingError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(OUTPUT_LENGTH));
        let params = params.map_err(HashingError::new)?;
        let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password(prepared.as_bytes())
            .map_err(HashingError::new)?;
        Ok(Self(hash.to_string()))
    }

    /// The hash of a password that nobody knows, with the parameters of every new hash. Whoever
    /// compares a text with it where there is no user takes as long as where there is one.
    pub fn dummy() -> Self {
        Self(DUMMY.to_owned())
    }

    /// Takes a hash that the table holds.
    pub(crate) fn stored(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, for the table only.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the hash has another algorithm, parameters or lengths than a new hash, so that the
    /// password should be hashed again as soon as it is known.
    pub fn needs_rehash(&self) -> bool {
        !StoredHash::parse(&self.0).is_some_and(|stored| stored.is_like_new())
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([redacted])")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::password::{HashSettings, PasswordText};

    /// The password of the curl command in [the contract](../../../../docs/contract.md)'s source.
    const PAGE: &str = "newStr0ng!P@ssw0rd";

    fn verify(text: &str, hash: &PasswordHash) -> bool {
        PasswordText::prepare(text).verify(hash, &HashSettings::default())
    }

    #[test]
    fn what_is_hashed_is_the_password_in_nfc_with_ascii_spaces() {
        let composed = "Çağrı ile kırmızı köprü";
        let decomposed = "C\u{327}ag\u{306}r\u{131}\u{A0}ile k\u{131}rm\u{131}z\u{131}\u{3000}ko\u{308}pru\u{308}";
        let judged = PasswordText::prepare(composed).judge(&[]).unwrap().hash().unwrap();
        let received = PasswordText::prepare(decomposed).hash().unwrap();
        for hash in [judged, received] {
            assert!(verify(composed, &hash));
            assert!(verify(decomposed, &hash));
            assert!(!verify("çağrı ile kırmızı köprü", &hash));
        }
    }

    #[test]
    fn a_password_is_stored_as_an_argon2id_phc_string_with_its_own_salt() {
        let password = PasswordText::prepare(PAGE).judge(&[]).unwrap();
        let (one, other) = (password.hash().unwrap(), password.hash().unwrap());
        assert!(one.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", one.expose());
        assert_ne!(one, other);
        assert!(verify(PAGE, &one));
        assert!(!verify("newStr0ng!P@ssw0rD", &one));
    }

    #[test]
    fn a_text_that_was_not_judged_is_hashed_as_a_password_is() {
        let hash = PasswordText::prepare("short").hash().unwrap();
        assert!(!hash.needs_rehash());
        assert!(verify("short", &hash));
    }

    #[test]
    fn neither_a_password_nor_its_hash_can_be_printed() {
        let text = PasswordText::prepare(&format!("{PAGE}\u{A0}"));
        let password = text.judge(&[]).unwrap();
        assert!(!format!("{text:?}{password:?}").contains(PAGE));
        assert_eq!(format!("{:?}", password.hash().unwrap()), "PasswordHash([redacted])");
    }

    #[test]
    fn the_dummy_is_a_hash_like_a_new_one_and_of_no_password() {
        assert!(!PasswordHash::dummy().needs_rehash());
        assert!(!verify("", &PasswordHash::dummy()));
        assert!(!verify(PAGE, &PasswordHash::dummy()));
    }

    #[test]
    fn a_hash_that_is_not_like_a_new_one_is_made_again() {
        const SALT: &str = "ZP+M/j9f33xtx9VnOe4Yow";
        const OUTPUT: &str = "jq+amuz1sKc10HFNt9jBFNRZWkZNVXQQ9K/XAF+EZ68";
        let with = |start: &str, salt: &str, output: &str| {
            PasswordHash::stored(format!("{start}${salt}${output}")).needs_rehash()
        };
        assert!(!with("$argon2id$v=19$m=19456,t=2,p=1", SALT, OUTPUT));
        for start in [
            "$argon2i$v=19$m=19456,t=2,p=1",
            "$argon2d$v=19$m=19456,t=2,p=1",
            "$argon2id$v=16$m=19456,t=2,p=1",
            "$argon2id$m=19456,t=2,p=1",
            "$argon2id$v=19$m=19455,t=2,p=1",
            "$argon2id$v=19$m=19457,t=2,p=1",
            "$argon2id$v=19$m=19456,t=1,p=1",
            "$argon2id$v=19$m=19456,t=3,p=1",
            "$argon2id$v=19$m=19456,t=2,p=2",
            "$argon2id$v=19$m=65536,t=3,p=4",
            "$scrypt$ln=17,r=8,p=1",
            "$pbkdf2-sha256$i=600000,l=32",
        ] {
            assert!(with(start, SALT, OUTPUT), "{start}");
        }
        // A salt of 15 and 17 bytes, an output of 31 and 33.
        assert!(with("$argon2id$v=19$m=19456,t=2,p=1", "ZP+M/j9f33xtx9VnOe4Y", OUTPUT));
        assert!(with("$argon2id$v=19$m=19456,t=2,p=1", "ZP+M/j9f33xtx9VnOe4YowE", OUTPUT));
        let [shorter, longer] = [
            "jq+amuz1sKc10HFNt9jBFNRZWkZNVXQQ9K/XAF+EZw",
            "jq+amuz1sKc10HFNt9jBFNRZWkZNVXQQ9K/XAF+EZ68B",
        ];
        assert!(with("$argon2id$v=19$m=19456,t=2,p=1", SALT, shorter));
        assert!(with("$argon2id$v=19$m=19456,t=2,p=1", SALT, longer));
        for other in ["", "x", "$2b$12$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"] {
            assert!(PasswordHash::stored(other.to_owned()).needs_rehash(), "{other}");
        }
    }
}
