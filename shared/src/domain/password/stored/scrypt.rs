//! scrypt in PHC strings.

use std::ops::RangeInclusive;

use secrecy::zeroize::Zeroizing;

use super::equal::are_equal;
use super::phc::Phc;

/// The logarithm of the cost *N*. With the largest block size, 2¹⁷ takes 128 MiB.
const LOG_COSTS: RangeInclusive<u32> = 1..=17;
/// The block size *r*.
const BLOCK_SIZES: RangeInclusive<u32> = 1..=8;
/// The only parallelization *p*: each one more takes as long again.
const PARALLELIZATION: u32 = 1;

pub(in super::super) struct ScryptHash {
    log_cost: u32,
    block_size: u32,
    parallelization: u32,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl ScryptHash {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let phc = Phc::parse(text, ["ln", "r", "p"])?;
        let [log_cost, block_size, parallelization] = phc.numbers;
        phc.version.is_none().then_some(())?;
        Some(Self {
            log_cost: log_cost?,
            block_size: block_size?,
            parallelization: parallelization?,
            salt: phc.salt,
            output: phc.output,
        })
    }

    pub(super) fn is_within_bounds(&self) -> bool {
        LOG_COSTS.contains(&self.log_cost)
            && BLOCK_SIZES.contains(&self.block_size)
            && self.parallelization == PARALLELIZATION
    }

    pub(super) fn is_hash_of(&self, text: &[u8]) -> bool {
        let mut output = Zeroizing::new(vec![0; self.output.len()]);
        derive(text, &self.salt, self.log_cost, self.block_size, &mut output).is_some()
            && are_equal(&output, &self.output)
    }
}

/// Fills `output` with the scrypt of the text, *p* being 1.
pub(super) fn derive(
    text: &[u8],
    salt: &[u8],
    log_cost: u32,
    block_size: u32,
    output: &mut [u8],
) -> Option<()> {
    let log_cost = log_cost.try_into().ok()?;
    let params = ::scrypt::Params::new(log_cost, block_size, PARALLELIZATION).ok()?;
    ::scrypt::scrypt(text, salt, &params, output).ok()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::password::stored::{bytes, is_within_bounds, verify};

    /// A hash of "correct horse" by OpenSSL.
    pub(in super::super) const SAMPLE: &str =
        "$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$OAkZqUBelG6VIYdTJfYSENL5OmZRxMa3GwXn5oFliTg";

    #[test]
    fn scrypt_is_verified_as_rfc_7914_section_12_does() {
        for (text, salt, log_cost, block_size, output) in [
            (
                "",
                "",
                4,
                1,
                "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442\
                 fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
            ),
            (
                "pleaseletmein",
                "SodiumChloride",
                14,
                8,
                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2\
                 d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
            ),
        ] {
            let (salt, output) = (salt.into(), bytes(output));
            let hash = ScryptHash { log_cost, block_size, parallelization: 1, salt, output };
            assert!(hash.is_hash_of(text.as_bytes()), "{text}");
            assert!(!hash.is_hash_of(b"pleaseletmeout"), "{text}");
        }
        // The same as a PHC string.
        assert!(verify(
            "pleaseletmein",
            "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw"
        ));
    }

    #[test]
    fn scrypt_has_at_most_2_to_the_17_blocks_of_8_and_one_lane() {
        let within = |ln: u32, r: u32, p: u32| {
            is_within_bounds(&SAMPLE.replace("ln=4,r=8,p=1", &format!("ln={ln},r={r},p={p}")))
        };
        assert_eq!([0, 1, 2].map(|ln| within(ln, 8, 1)), [false, true, true]);
        assert_eq!([16, 17, 18].map(|ln| within(ln, 8, 1)), [true, true, false]);
        assert_eq!([0, 1, 2].map(|r| within(14, r, 1)), [false, true, true]);
        assert_eq!([7, 8, 9].map(|r| within(14, r, 1)), [true, true, false]);
        assert_eq!([0, 1, 2].map(|p| within(14, 8, p)), [false, true, false]);
        assert!(!within(u32::MAX, u32::MAX, u32::MAX));
    }
}
