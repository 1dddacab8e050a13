//! The scrypt of Firebase Authentication, in a PHC string of our own. Firebase publishes the algorithm in
//! its repository `scrypt`: the project's key is encrypted with what scrypt makes of the password, and the
//! result is the hash.

use std::ops::RangeInclusive;

use argon2::password_hash::phc::{PasswordHash, Value};
use aws_lc_rs::cipher::{
    AES_256, AES_256_KEY_LEN, EncryptingKey, EncryptionContext, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use secrecy::zeroize::Zeroizing;

use super::equal::are_equal;
use super::{phc, scrypt};
use crate::domain::password::settings::SignerKey;

/// Firebase's `rounds`, which is scrypt's block size *r*.
const ROUNDS: RangeInclusive<u32> = 1..=8;
/// Firebase's `mem_cost`, the logarithm of scrypt's cost *N*.
const MEMORY_COSTS: RangeInclusive<u32> = 1..=14;

pub(in super::super) struct FirebaseHash {
    rounds: u32,
    memory_cost: u32,
    /// The user's salt, and after it the project's separator.
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl FirebaseHash {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let parsed = PasswordHash::new(text).ok()?;
        let [rounds, memory_cost, separator] = phc::values(&parsed, ["r", "m", "s"])?;
        parsed.version.is_none().then_some(())?;
        let mut buffer = [0; Value::MAX_LENGTH];
        let separator = separator?.b64_decode(&mut buffer).ok()?;
        Some(Self {
            rounds: rounds?.decimal().ok()?,
            memory_cost: memory_cost?.decimal().ok()?,
            salt: [parsed.salt.as_deref()?, separator].concat(),
            output: parsed.hash?.as_bytes().to_vec(),
        })
    }

    pub(super) fn is_within_bounds(&self) -> bool {
        ROUNDS.contains(&self.rounds) && MEMORY_COSTS.contains(&self.memory_cost)
    }

    pub(super) fn is_hash_of(&self, text: &[u8], signer_key: &SignerKey) -> bool {
        let mut derived = Zeroizing::new([0; AES_256_KEY_LEN]);
        scrypt::derive(text, &self.salt, self.memory_cost, self.rounds, &mut *derived)
            .and_then(|()| encrypt(&derived, signer_key))
            .is_some_and(|output| are_equal(&output, &self.output))
    }
}

/// Encrypts the signer key with AES-256 in counter mode, the counter beginning at 0. One key encrypts
/// one text only, so the counter need not differ.
fn encrypt(key: &[u8; AES_256_KEY_LEN], signer_key: &SignerKey) -> Option<Zeroizing<Vec<u8>>> {
    let mut text = Zeroizing::new(signer_key.expose().to_vec());
    let key = EncryptingKey::ctr(UnboundCipherKey::new(&AES_256, key).ok()?).ok()?;
    let counter = EncryptionContext::Iv128(FixedLength::from([0; 16]));
    key.less_safe_encrypt(&mut text, counter).ok()?;
    Some(text)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::password::stored::{is_within_bounds, verify};
    use crate::domain::password::{HashKind, HashSettings, PasswordText};

    /// The key of the example in Firebase's repository `scrypt`.
    pub(in super::super) const SIGNER_KEY: &str =
        "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
    /// The example's hash.
    const EXAMPLE: &str = "$firebase-scrypt$r=8,m=14,s=Bw$42xEC+ixf3L2lw$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ";
    /// A hash of "correct horse", by OpenSSL.
    pub(in super::super) const SAMPLE: &str = "$firebase-scrypt$r=1,m=1,s=Bw$MDEyMzQ1Njc4OWFiY2RlZg$OU8UVQ0VyChatVacaXnu3lV5Ml2jnsKZM7EhsvxrLuJCAHYruCvnK+SVfAByx4+xyi6i0I8FfeDcXSKGnY/RqQ";

    #[test]
    fn firebase_s_example_is_verified() {
        assert!(verify("user1password", EXAMPLE));
        assert!(!verify("user1passwore", EXAMPLE));
        assert!(!verify("user1password", &EXAMPLE.replace("s=Bw", "s=Bg")));
        assert!(!verify("user1password", &EXAMPLE.replace("42xE", "43xE")));
    }

    #[test]
    fn without_the_project_s_key_no_text_is_verified() {
        let hash = crate::domain::password::PasswordHash::stored(EXAMPLE.to_owned());
        let text = PasswordText::prepare("user1password");
        let other = SignerKey::parse(&SIGNER_KEY.replace("jxsp", "jxsq"));
        assert!(other.is_some());
        for firebase_signer_key in [None, other] {
            let allowed = vec![HashKind::FirebaseScrypt];
            assert!(!text.verify(&hash, &HashSettings { allowed, firebase_signer_key }));
        }
    }

    #[test]
    fn firebase_s_scrypt_has_at_most_8_rounds_and_a_memory_cost_of_14() {
        let within = |r: u32, m: u32| {
            is_within_bounds(&EXAMPLE.replace("r=8,m=14", &format!("r={r},m={m}")))
        };
        assert_eq!([0, 1, 2].map(|r| within(r, 14)), [false, true, true]);
        assert_eq!([7, 8, 9].map(|r| within(r, 14)), [true, true, false]);
        assert_eq!([0, 1, 2].map(|m| within(8, m)), [false, true, true]);
        assert_eq!([13, 14, 15].map(|m| within(8, m)), [true, true, false]);
        assert!(!within(u32::MAX, u32::MAX));
    }
}
