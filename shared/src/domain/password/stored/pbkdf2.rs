//! PBKDF2 in PHC strings.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2::{self, Algorithm, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA512};

use super::phc::Phc;

/// The most iterations, over all blocks of the output: RFC 8018 section 5.2 makes each block with all
/// iterations.
const MAX_ITERATIONS: u32 = 2_000_000;

pub(in super::super) struct Pbkdf2Hash {
    digest: Digest,
    iterations: NonZeroU32,
    salt: Vec<u8>,
    output: Vec<u8>,
}

/// The hash function in the HMAC.
#[derive(Clone, Copy)]
enum Digest {
    Sha256,
    Sha512,
}

impl Digest {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "pbkdf2-sha256" => Some(Self::Sha256),
            "pbkdf2-sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Self::Sha256 => PBKDF2_HMAC_SHA256,
            Self::Sha512 => PBKDF2_HMAC_SHA512,
        }
    }

    /// The bytes of one block of the output.
    fn block(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl Pbkdf2Hash {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let phc = Phc::parse(text, ["i", "l"])?;
        let [iterations, length] = phc.numbers;
        let fits = length.is_none_or(|length| usize::try_from(length) == Ok(phc.output.len()));
        (phc.version.is_none() && fits).then_some(())?;
        Some(Self {
            digest: Digest::parse(phc.name.as_str())?,
            iterations: iterations?.try_into().ok()?,
            salt: phc.salt,
            output: phc.output,
        })
    }

    pub(super) fn is_within_bounds(&self) -> bool {
        let blocks = u32::try_from(self.output.len().div_ceil(self.digest.block()));
        let all = blocks.ok().and_then(|blocks| self.iterations.get().checked_mul(blocks));
        all.is_some_and(|all| all <= MAX_ITERATIONS)
    }

    pub(super) fn is_hash_of(&self, text: &[u8]) -> bool {
        let algorithm = self.digest.algorithm();
        pbkdf2::verify(algorithm, self.iterations, &self.salt, text, &self.output).is_ok()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::password::stored::{bytes, is_within_bounds};

    /// Hashes of "correct horse" by OpenSSL.
    pub(in super::super) const SAMPLE_SHA256: &str = "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M";
    pub(in super::super) const SAMPLE_SHA512: &str = "$pbkdf2-sha512$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$OM0FAoIqCVK1sWtxDiffVlBejtLa+ks4TP71JiecwuSZCG8iLbnlIEPOMoVX+i2B2wkSxjQ8CRGR9OkNGuIPMQ";

    #[test]
    fn pbkdf2_is_verified_as_rfc_7914_section_11_does() {
        for (text, salt, iterations, output) in [
            (
                "passwd",
                "salt",
                1,
                "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc\
                 49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783",
            ),
            (
                "Password",
                "NaCl",
                80_000,
                "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56\
                 a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d",
            ),
        ] {
            let hash = Pbkdf2Hash {
                digest: Digest::Sha256,
                iterations: NonZeroU32::new(iterations).unwrap(),
                salt: salt.into(),
                output: bytes(output),
            };
            assert!(hash.is_hash_of(text.as_bytes()), "{text}");
            assert!(!hash.is_hash_of(b"password"), "{text}");
        }
    }

    #[test]
    fn pbkdf2_has_at_most_2_million_iterations_over_all_blocks() {
        let within =
            |hash: &str, i: u32| is_within_bounds(&hash.replace("i=1000", &format!("i={i}")));
        for hash in [SAMPLE_SHA256, SAMPLE_SHA512] {
            let bounds = [1, 1_999_999, 2_000_000, 2_000_001, u32::MAX];
            assert_eq!(bounds.map(|i| within(hash, i)), [true, true, true, false, false]);
        }
        // 64 bytes are two blocks of SHA-256.
        let two_blocks = SAMPLE_SHA512.replace("sha512", "sha256");
        let bounds = [999_999, 1_000_000, 1_000_001, u32::MAX];
        assert_eq!(bounds.map(|i| within(&two_blocks, i)), [true, true, false, false]);
    }
}
