//! bcrypt: `$2b$cost$`, and a salt of 22 and a hash of 31 characters.

use std::ops::RangeInclusive;

use base64::Engine;
use base64::alphabet::BCRYPT;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use secrecy::zeroize::Zeroizing;

use super::equal::are_equal;

/// The logarithm of the number of rounds; the algorithm has no lower ones.
const COSTS: RangeInclusive<u32> = 4..=13;
/// The most bytes of a text that bcrypt reads, the NUL at its end included.
const MAX_TEXT: usize = 72;
const SALT_CHARS: usize = 22;

/// Some programs leave bits in a last character that they do not read.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&BCRYPT, NO_PAD.with_decode_allow_trailing_bits(true));

pub(in super::super) struct BcryptHash {
    cost: u32,
    salt: [u8; 16],
    output: [u8; 23],
}

impl BcryptHash {
    /// Reads what follows the prefix.
    pub(super) fn parse(fields: &str) -> Option<Self> {
        let (cost, salt_and_output) = fields.split_once('$')?;
        let (salt, output) = salt_and_output.split_at_checked(SALT_CHARS)?;
        let digits = cost.len() == 2 && cost.bytes().all(|b| b.is_ascii_digit());
        Some(Self {
            cost: digits.then(|| cost.parse().ok())??,
            salt: BASE64.decode(salt).ok()?.try_into().ok()?,
            output: BASE64.decode(output).ok()?.try_into().ok()?,
        })
    }

    pub(super) fn is_within_bounds(&self) -> bool {
        COSTS.contains(&self.cost)
    }

    /// A text with a NUL is no password here: programs in C end it there, others do not.
    pub(super) fn is_hash_of(&self, text: &[u8]) -> bool {
        if text.contains(&0) {
            return false;
        }
        let read = text.iter().copied().chain([0]).take(MAX_TEXT);
        let read = Zeroizing::new(read.collect::<Vec<u8>>());
        let output = ::bcrypt::bcrypt(self.cost, self.salt, &read);
        // Of the 24 bytes, no program writes the last one.
        output.split_last().is_some_and(|(_, output)| are_equal(output, &self.output))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::domain::password::stored::{is_within_bounds, verify};

    /// A hash of "correct horse" by OpenBSD's implementation.
    pub(in super::super) const SAMPLE: &str =
        "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";

    #[test]
    fn bcrypt_is_verified_as_crypt_blowfish_does() {
        let long = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored";
        for (text, hash) in [
            ("U*U", "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
            ("U*U*", "CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"),
            ("U*U*U", "XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
            ("", "CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"),
            (long, "abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"),
        ] {
            for prefix in ["2a", "2b", "2y"] {
                let hash = format!("${prefix}$05${hash}");
                assert!(verify(text, &hash), "{text} {hash}");
                assert!(!verify("U*", &hash), "{hash}");
            }
        }
    }

    #[test]
    fn bits_that_nobody_reads_in_the_last_character_of_a_salt_do_not_matter() {
        assert!(verify("correct horse", &SAMPLE.replace("rstuuj", "rstuvj")));
        assert!(!verify("correct horse", &SAMPLE.replace("rstuuj", "rstvuj")));
    }

    #[test]
    fn bcrypt_has_a_cost_of_4_to_13() {
        let within = |cost: u32| is_within_bounds(&SAMPLE.replace("$04$", &format!("${cost:02}$")));
        assert_eq!([3, 4, 5].map(within), [false, true, true]);
        assert_eq!([12, 13, 14].map(within), [true, true, false]);
        assert_eq!([0, 31, 32, 99].map(within), [false; 4]);
    }

    #[test]
    fn bcrypt_reads_72_bytes() {
        let hash = "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";
        assert!(!verify(&"a".repeat(71), hash));
        assert!(verify(&"a".repeat(72), hash));
        assert!(verify(&"a".repeat(73), hash));
        assert!(verify(&format!("{}b", "a".repeat(72)), hash));
        assert!(!verify(&format!("{}b", "a".repeat(71)), hash));
    }

    #[test]
    fn a_text_with_a_nul_is_the_text_of_no_bcrypt_hash() {
        let empty = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy";
        assert!(verify("", empty));
        for text in ["\0", "\0\0", "\0a"] {
            assert!(!verify(text, empty));
        }
        assert!(!verify("correct horse\0", SAMPLE));
        // Also after the bytes that are read.
        let hash = "$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";
        assert!(!verify(&format!("{}\0", "a".repeat(72)), hash));
    }
}
