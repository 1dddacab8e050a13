//! Which hashes that came from elsewhere are verified.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretSlice};

/// The length of a signer key in bytes. Firebase gives 64; a PHC string has room for no more.
const SIGNER_KEY_LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;

/// An algorithm that made a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashKind {
    /// Argon2id, Argon2i and Argon2d (RFC 9106).
    Argon2,
    /// bcrypt, as OpenBSD's and Openwall's `crypt` write it.
    Bcrypt,
    /// scrypt (RFC 7914).
    Scrypt,
    /// PBKDF2 (RFC 8018) with HMAC-SHA-256 or HMAC-SHA-512.
    Pbkdf2,
    /// The scrypt of Firebase Authentication, which encrypts the project's key with the result.
    FirebaseScrypt,
    /// SHA-crypt with SHA-256 or SHA-512, as the C library's `crypt` writes it.
    ShaCrypt,
}

impl HashKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Argon2,
        Self::Bcrypt,
        Self::Scrypt,
        Self::Pbkdf2,
        Self::FirebaseScrypt,
        Self::ShaCrypt,
    ];

    /// Reads the kind's name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The kind's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Argon2 => "argon2",
            Self::Bcrypt => "bcrypt",
            Self::Scrypt => "scrypt",
            Self::Pbkdf2 => "pbkdf2",
            Self::FirebaseScrypt => "firebase-scrypt",
            Self::ShaCrypt => "sha-crypt",
        }
    }
}

/// Which hashes are verified. By default, Argon2's only.
#[derive(Debug, Clone)]
pub struct HashSettings {
    /// The kinds that are verified. [`HashKind::Argon2`] always is, also when it is not among them.
    pub allowed: Vec<HashKind>,
    /// The key of the Firebase project that the hashes of [`HashKind::FirebaseScrypt`] come from.
    /// Without it, none of them is verified.
    pub firebase_signer_key: Option<SignerKey>,
}

impl HashSettings {
    /// Whether hashes of the kind are verified.
    pub fn allows(&self, kind: HashKind) -> bool {
        kind == HashKind::Argon2 || self.allowed.contains(&kind)
    }
}

impl Default for HashSettings {
    fn default() -> Self {
        Self { allowed: vec![HashKind::Argon2], firebase_signer_key: None }
    }
}

/// The key with which a Firebase project hashes passwords (`base64_signer_key` in its console). It
/// cannot be printed, and it is overwritten in memory when dropped.
#[derive(Debug, Clone)]
pub struct SignerKey(SecretSlice<u8>);

impl SignerKey {
    /// Reads the key in base64, as Firebase shows it; `None` when it is not base64 of 16 to 64 bytes.
    pub fn parse(base64: &str) -> Option<Self> {
        let key = SecretSlice::from(STANDARD.decode(base64).ok()?);
        SIGNER_KEY_LENGTHS.contains(&key.expose_secret().len()).then_some(Self(key))
    }

    /// The key, to hash with.
    pub(super) fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_that_is_read_back() {
        for kind in HashKind::ALL {
            assert_eq!(HashKind::parse(kind.as_str()), Some(kind));
        }
        for name in ["", "Argon2", "argon2id", "md5", "bcrypt "] {
            assert_eq!(HashKind::parse(name), None, "{name}");
        }
    }

    #[test]
    fn argon2_is_always_allowed_and_nothing_else_by_default() {
        let none = HashSettings { allowed: vec![], ..HashSettings::default() };
        for settings in [none, HashSettings::default()] {
            for kind in HashKind::ALL {
                assert_eq!(settings.allows(kind), kind == HashKind::Argon2, "{kind:?}");
            }
        }
    }

    #[test]
    fn a_signer_key_is_base64_of_16_to_64_bytes() {
        let parsed = |length| SignerKey::parse(&STANDARD.encode(vec![7; length])).is_some();
        assert_eq!([15, 16, 17, 63, 64, 65].map(parsed), [false, true, true, true, true, false]);
        for text in ["", "=", "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVM*", "ş"] {
            assert!(SignerKey::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_signer_key_cannot_be_printed() {
        let key = SignerKey::parse(&STANDARD.encode([77; 64]));
        let settings = HashSettings { firebase_signer_key: key, ..HashSettings::default() };
        assert!(!format!("{settings:?}").contains("77"), "{settings:?}");
    }
}
