//! Argon2 in PHC strings.

use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::zeroize::Zeroizing;

use super::equal::are_equal;
use super::phc::Phc;
use crate::domain::password::parameters::{LANES, MEMORY_KIB, OUTPUT_LENGTH, PASSES, SALT_LENGTH};

/// The most memory in KiB: 128 MiB.
const MAX_MEMORY_KIB: u32 = 128 * 1024;
const MAX_PASSES: u32 = 4;
const MAX_LANES: u32 = 4;

pub(in super::super) struct Argon2Hash {
    algorithm: Algorithm,
    version: Version,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Argon2Hash {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let phc = Phc::parse(text, ["m", "t", "p"])?;
        let [memory_kib, passes, lanes] = phc.numbers;
        Some(Self {
            algorithm: Algorithm::new(phc.name).ok()?,
            // Strings from before the version was written are of the first one.
            version: phc.version.map_or(Some(Version::V0x10), |v| v.try_into().ok())?,
            memory_kib: memory_kib?,
            passes: passes?,
            lanes: lanes?,
            salt: phc.salt,
            output: phc.output,
        })
    }

    pub(super) fn is_within_bounds(&self) -> bool {
        self.memory_kib <= MAX_MEMORY_KIB && self.passes <= MAX_PASSES && self.lanes <= MAX_LANES
    }

    pub(super) fn is_like_new(&self) -> bool {
        (self.algorithm, self.version) == (Algorithm::Argon2id, Version::V0x13)
            && (self.memory_kib, self.passes, self.lanes) == (MEMORY_KIB, PASSES, LANES)
            && (self.salt.len(), self.output.len()) == (SALT_LENGTH, OUTPUT_LENGTH)
    }

    pub(super) fn is_hash_of(&self, text: &[u8]) -> bool {
        let length = Some(self.output.len());
        let Ok(params) = Params::new(self.memory_kib, self.passes, self.lanes, length) else {
            return false;
        };
        let mut output = Zeroizing::new(vec![0; self.output.len()]);
        let argon2 = Argon2::new(self.algorithm, self.version, params);
        argon2.hash_password_into(text, &self.salt, &mut output).is_ok()
            && are_equal(&output, &self.output)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::domain::password::stored::{is_within_bounds, verify};

    /// A hash of "correct horse" by the reference implementation, as the others below.
    pub(in super::super) const SAMPLE: &str = "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$dPtrHTEawLtMiR9+/XloAkXZ+EtyrY+bvmHIbiufhk0";

    #[test]
    fn each_type_and_version_of_argon2_is_verified_as_the_reference_implementation_does() {
        for hash in [
            "$argon2i$v=16$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$5UIo77LDgbv5O+UdBR1fnnduzjsy4skDtBlCu+8VAzk",
            "$argon2i$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$5UIo77LDgbv5O+UdBR1fnnduzjsy4skDtBlCu+8VAzk",
            "$argon2i$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$+ZM6qIHKWUY4ZEkMSTQpzAefvkLMgPC7fLokalwJpuI",
            "$argon2d$v=16$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$jc4WWTL8gxyhI1LRnnu3fxN380d481e3hH1uCNBLufk",
            "$argon2d$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$8lhcvhjSIY6fPoLaURksQi2UXOTKBgu3qS4cG5SkmjA",
            "$argon2id$v=16$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MR+nMXBuOmf+jVmbaxLUxEfDX+l0gK8Zultoq498Rbg",
            "$argon2id$v=19$m=64,t=1,p=4$MDEyMzQ1Njc4OWFiY2RlZg$S/FBi8fKE/9UD4vtTkRFHLeCHpAVF7T4Uv7hV6/8lko",
        ] {
            assert!(verify("correct horse", hash), "{hash}");
            assert!(!verify("correct horsf", hash), "{hash}");
        }
        // The reference implementation's own test.
        let own =
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert!(verify("password", own));
    }

    #[test]
    fn argon2_has_at_most_128_mib_4_passes_and_4_lanes() {
        let within = |m: u32, t: u32, p: u32| {
            is_within_bounds(&format!(
                "$argon2id$v=19$m={m},t={t},p={p}$MDEyMzQ1Njc4OWFiY2RlZg$dPtrHTEawLtMiR9+/XloAkXZ+EtyrY+bvmHIbiufhk0"
            ))
        };
        assert_eq!([131_071, 131_072, 131_073].map(|m| within(m, 2, 1)), [true, true, false]);
        assert_eq!([3, 4, 5].map(|t| within(19_456, t, 1)), [true, true, false]);
        assert_eq!([3, 4, 5].map(|p| within(19_456, 2, p)), [true, true, false]);
        assert!(!within(u32::MAX, u32::MAX, u32::MAX));
    }

    #[test]
    fn parameters_that_argon2_does_not_have_are_those_of_no_text() {
        for hash in [
            SAMPLE.replace("m=64", "m=7"),
            SAMPLE.replace("m=64", "m=0"),
            SAMPLE.replace("t=2", "t=0"),
            SAMPLE.replace("p=1", "p=0"),
            SAMPLE.replace("m=64,t=2,p=1", "m=31,t=2,p=4"),
        ] {
            assert!(!verify("correct horse", &hash), "{hash}");
        }
    }
}
