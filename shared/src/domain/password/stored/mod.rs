//! The hashes that are verified, and the most work that each kind may take.

mod argon2;
mod bcrypt;
mod equal;
mod firebase;
mod pbkdf2;
mod phc;
mod scrypt;
mod sha_crypt;

use secrecy::{ExposeSecret, SecretString};

use self::argon2::Argon2Hash;
use self::bcrypt::BcryptHash;
use self::firebase::FirebaseHash;
use self::pbkdf2::Pbkdf2Hash;
use self::scrypt::ScryptHash;
use self::sha_crypt::ShaCryptHash;
use super::settings::{HashKind, HashSettings};

/// The most bytes of a hash that is read.
const MAX_LENGTH: usize = 512;

/// Whether the text, a PHC string, is an Argon2 hash of the prepared password.
pub(super) fn is_argon2_of(prepared: &SecretString, text: &str) -> bool {
    let hash = Argon2Hash::parse(text).filter(Argon2Hash::is_within_bounds);
    hash.is_some_and(|hash| hash.is_hash_of(prepared.expose_secret().as_bytes()))
}

/// A hash that was read.
pub(super) enum StoredHash {
    Argon2(Argon2Hash),
    Bcrypt(BcryptHash),
    Scrypt(ScryptHash),
    Pbkdf2(Pbkdf2Hash),
    FirebaseScrypt(FirebaseHash),
    ShaCrypt(ShaCryptHash),
}

impl StoredHash {
    /// Reads a hash; `None` when it has none of the forms.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let (name, fields) = text.strip_prefix('$')?.split_once('$')?;
        match name {
            "2a" | "2b" | "2y" => BcryptHash::parse(fields).map(Self::Bcrypt),
            "5" | "6" => ShaCryptHash::parse(name, fields).map(Self::ShaCrypt),
            "scrypt" => ScryptHash::parse(text).map(Self::Scrypt),
            "pbkdf2-sha256" | "pbkdf2-sha512" => Pbkdf2Hash::parse(text).map(Self::Pbkdf2),
            "firebase-scrypt" => FirebaseHash::parse(text).map(Self::FirebaseScrypt),
            "argon2id" | "argon2i" | "argon2d" => Argon2Hash::parse(text).map(Self::Argon2),
            _ => None,
        }
    }

    /// Reads a hash that may be verified: of a kind that is allowed, and within the bounds of its kind.
    pub(super) fn verifiable(text: &str, settings: &HashSettings) -> Option<Self> {
        Self::parse(text).filter(|hash| settings.allows(hash.kind()) && hash.is_within_bounds())
    }

    /// The kind of the hash.
    pub(super) fn kind(&self) -> HashKind {
        match self {
            Self::Argon2(_) => HashKind::Argon2,
            Self::Bcrypt(_) => HashKind::Bcrypt,
            Self::Scrypt(_) => HashKind::Scrypt,
            Self::Pbkdf2(_) => HashKind::Pbkdf2,
            Self::FirebaseScrypt(_) => HashKind::FirebaseScrypt,
            Self::ShaCrypt(_) => HashKind::ShaCrypt,
        }
    }

    /// Whether the hash takes no more work than is allowed for its kind. One absurd hash in the table
    /// must not cost a processor's seconds at every sign-in.
    pub(super) fn is_within_bounds(&self) -> bool {
        match self {
            Self::Argon2(hash) => hash.is_within_bounds(),
            Self::Bcrypt(hash) => hash.is_within_bounds(),
            Self::Scrypt(hash) => hash.is_within_bounds(),
            Self::Pbkdf2(hash) => hash.is_within_bounds(),
            Self::FirebaseScrypt(hash) => hash.is_within_bounds(),
            Self::ShaCrypt(hash) => hash.is_within_bounds(),
        }
    }

    /// Whether the hash has the algorithm, the parameters and the lengths of a new hash.
    pub(super) fn is_like_new(&self) -> bool {
        matches!(self, Self::Argon2(hash) if hash.is_like_new())
    }

    /// Whether the hash, which is [within bounds](Self::is_within_bounds), is that of the text. Hashes
    /// are compared in constant time.
    pub(super) fn is_hash_of(&self, text: &[u8], settings: &HashSettings) -> bool {
        match self {
            Self::Argon2(hash) => hash.is_hash_of(text),
            Self::Bcrypt(hash) => hash.is_hash_of(text),
            Self::Scrypt(hash) => hash.is_hash_of(text),
            Self::Pbkdf2(hash) => hash.is_hash_of(text),
            Self::FirebaseScrypt(hash) => {
                let key = settings.firebase_signer_key.as_ref();
                key.is_some_and(|key| hash.is_hash_of(text, key))
            }
            Self::ShaCrypt(hash) => hash.is_hash_of(text),
        }
    }
}

/// A verification with the key of Firebase's example, all kinds being allowed.
#[cfg(test)]
fn verify(text: &str, hash: &str) -> bool {
    use super::{PasswordHash, PasswordText, SignerKey};

    let firebase_signer_key = SignerKey::parse(firebase::tests::SIGNER_KEY);
    let settings = HashSettings { allowed: HashKind::ALL.to_vec(), firebase_signer_key };
    PasswordText::prepare(text).verify(&PasswordHash::stored(hash.to_owned()), &settings)
}

/// Whether a hash that can be read is within bounds.
#[cfg(test)]
fn is_within_bounds(hash: &str) -> bool {
    let parsed = StoredHash::parse(hash);
    parsed.unwrap_or_else(|| panic!("{hash} cannot be read")).is_within_bounds()
}

/// The bytes of a vector in hexadecimal.
#[cfg(test)]
fn bytes(hex: &str) -> Vec<u8> {
    let pairs = (0..hex.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{PasswordHash, PasswordText};
    use super::*;

    /// Hashes of "correct horse" of each kind.
    const SAMPLES: [(HashKind, &str); 8] = [
        (HashKind::Argon2, argon2::tests::SAMPLE),
        (HashKind::Bcrypt, bcrypt::tests::SAMPLE),
        (HashKind::Scrypt, scrypt::tests::SAMPLE),
        (HashKind::Pbkdf2, pbkdf2::tests::SAMPLE_SHA256),
        (HashKind::Pbkdf2, pbkdf2::tests::SAMPLE_SHA512),
        (HashKind::FirebaseScrypt, firebase::tests::SAMPLE),
        (HashKind::ShaCrypt, sha_crypt::tests::SAMPLE_SHA256),
        (HashKind::ShaCrypt, sha_crypt::tests::SAMPLE_SHA512),
    ];
    /// A text whose bytes differ in NFC and NFD, in NFD.
    const DECOMPOSED: &str = "C\u{327}ag\u{306}r\u{131} ile ko\u{308}pru\u{308}";
    const COMPOSED: &str = "Çağrı ile köprü";

    #[test]
    fn a_hash_of_each_kind_is_that_of_its_text_only() {
        for (kind, hash) in SAMPLES {
            assert!(StoredHash::parse(hash).is_some_and(|stored| stored.kind() == kind), "{hash}");
            assert!(verify("correct horse", hash), "{hash}");
            for other in ["", "correct horsf", "correct hors", "correct horse ", "Correct horse"] {
                assert!(!verify(other, hash), "{other} {hash}");
            }
            assert!(PasswordHash::stored(hash.to_owned()).needs_rehash(), "{hash}");
        }
    }

    #[test]
    fn a_hash_of_a_kind_that_is_not_allowed_is_that_of_no_text() {
        let text = PasswordText::prepare("correct horse");
        let key = super::super::SignerKey::parse(firebase::tests::SIGNER_KEY);
        for (kind, hash) in SAMPLES {
            let hash = PasswordHash::stored(hash.to_owned());
            assert_eq!(text.verify(&hash, &HashSettings::default()), kind == HashKind::Argon2);
            for allowed in HashKind::ALL {
                let firebase_signer_key = key.clone();
                let settings = HashSettings { allowed: vec![allowed], firebase_signer_key };
                let expected = kind == allowed || kind == HashKind::Argon2;
                assert_eq!(text.verify(&hash, &settings), expected, "{kind:?} {allowed:?}");
            }
        }
    }

    #[test]
    fn a_text_is_verified_as_it_was_received_and_as_it_is_prepared() {
        // All four are of the bytes in NFD; the last has the parameters of a new hash.
        for hash in [
            "$2b$04$abcdefghijklmnopqrstuu58KAylI0Fzf43hNYqv6/QOO9iq58obi",
            "$pbkdf2-sha256$i=1,l=32$MDEyMzQ1Njc4OWFiY2RlZg$2UAmBmBFLmkfzlJtqwAKlVcSHUBn6gRDr2b6qyrFvKE",
            "$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$YVV8bPeCeMmvMm2rqOPDhbqDcr7QeW7KY9qeFZhfAMs",
            "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$QjcaUSDffobCAxDc2Rvzqxi1l/LBms7MQzPqdczWLzo",
        ] {
            assert!(verify(DECOMPOSED, hash), "{hash}");
            assert!(!verify(COMPOSED, hash), "{hash}");
        }
        // Both are of the bytes in NFC.
        for hash in [
            "$pbkdf2-sha256$i=1,l=32$MDEyMzQ1Njc4OWFiY2RlZg$q91M6MCKMHEcZhYtR1bo53IZJ4QBSlGz/JFhQrn0VkY",
            "$2b$04$abcdefghijklmnopqrstuunTahXHNZQcH4DHDOZxqte9EveoNbIfy",
        ] {
            assert!(verify(DECOMPOSED, hash), "{hash}");
            assert!(verify(COMPOSED, hash), "{hash}");
            assert!(verify(&COMPOSED.replace(' ', "\u{A0}"), hash), "{hash}");
        }
    }

    #[test]
    fn a_text_of_128_characters_of_four_bytes_is_verified() {
        let text = "😀".repeat(128);
        for hash in [
            "$2b$04$abcdefghijklmnopqrstuufmqG4mHlwnaPKycLAC9vbeB2HW7lGYC",
            "$pbkdf2-sha256$i=1,l=32$MDEyMzQ1Njc4OWFiY2RlZg$PfX84sxBlcVenYDksCiHSAu27Gf9i575BXKc7+G7nEE",
            "$scrypt$ln=1,r=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$Hb+QmQWfe+JHuKEGWR1A/hPWZouSWUcoMYJT3zAYcQY",
            "$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$IMlYHnlSqQ+LagmRYVhxdd5v/gy/enfTG64ymxusYn8",
            "$5$rounds=1000$abc$sW5Bnpeb86JcY9uIE0KI5xX3qo8oqHFJjQnqFjZXxr4",
            "$6$rounds=1000$abc$ZWyLv4vyxDpzXe0lf1y1jfbSEeJD0PXXCWFbxH1AOvrZsPRAI6Mqxw6W5eniSCduCocAav08vo7CUOUZJGDOI0",
        ] {
            assert!(verify(&text, hash), "{hash}");
        }
    }

    #[test]
    fn a_hash_that_cannot_be_read_is_that_of_no_text() {
        for hash in [
            "",
            "$",
            "$$",
            "x",
            "correct horse",
            "$1$abc$x",
            "$2b$",
            "$2x$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
            "$2$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
            "$2b$4$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
            "$2b$+4$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
            "$2b$04$abcdefghijklmnopqrstuşjydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
            "$5$rounds=$abc$x",
            "$5$rounds=+1000$abc$x",
            "$5$rounds=01000$abc$x",
            "$5$rounds=99999999999$abc$x",
            "$5$seventeen bytes..$x",
            "$argon2id$v=18$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$dPtrHTEawLtMiR9+/XloAkXZ+EtyrY+bvmHIbiufhk0",
            "$argon2id$v=19$m=64,t=2$MDEyMzQ1Njc4OWFiY2RlZg$dPtrHTEawLtMiR9+/XloAkXZ+EtyrY+bvmHIbiufhk0",
            "$argon2id$v=19$m=64,t=2,p=1,m=64$MDEyMzQ1Njc4OWFiY2RlZg$dPtrHTEawLtMiR9+/XloAkXZ+EtyrY+bvmHIbiufhk0",
            "$argon2id$v=19$m=64,t=2,p=1,keyid=AAAA$MDEyMzQ1Njc4OWFiY2RlZg$dPtrHTEawLtMiR9+/XloAkXZ+EtyrY+bvmHIbiufhk0",
            "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg",
            "$argon2$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$dPtrHTEawLtMiR9+/XloAkXZ+EtyrY+bvmHIbiufhk0",
            "$scrypt$v=1$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$OAkZqUBelG6VIYdTJfYSENL5OmZRxMa3GwXn5oFliTg",
            "$scrypt$ln=4,r=8,p=x$MDEyMzQ1Njc4OWFiY2RlZg$OAkZqUBelG6VIYdTJfYSENL5OmZRxMa3GwXn5oFliTg",
            "$pbkdf2-sha1$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
            "$pbkdf2-sha256$i=0,l=32$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
            "$pbkdf2-sha256$i=1000,l=31$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
            "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
            "pbkdf2_sha256$1000$0123456789ab$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M=",
        ] {
            assert!(StoredHash::parse(hash).is_none(), "{hash}");
            assert!(!verify("correct horse", hash), "{hash}");
            assert!(!verify("", hash), "{hash}");
        }
    }

    #[test]
    fn a_hash_out_of_bounds_is_that_of_no_text_and_costs_nothing() {
        // With the work that they ask for, each would take minutes at least.
        for (_, hash) in SAMPLES {
            let parameters = [("m=64,t=2", "m=4294967295,t=4294967295"), ("$04$", "$31$")];
            let more = [("ln=4", "ln=30"), ("i=1000", "i=4294967295"), ("m=1,", "m=30,")];
            let rounds = [("rounds=1000", "rounds=999999999")];
            let changed = [&parameters[..], &more, &rounds].concat();
            let absurd =
                changed.iter().fold(hash.to_owned(), |hash, (from, to)| hash.replace(from, to));
            assert!(!is_within_bounds(&absurd), "{absurd}");
            assert!(!verify("correct horse", &absurd), "{absurd}");
        }
    }

    #[test]
    fn a_hash_has_at_most_512_bytes() {
        let long = |length: usize| StoredHash::parse(&format!("$5$abc${}", "x".repeat(length - 7)));
        assert!(long(511).is_some() && long(512).is_some() && long(513).is_none());
    }

    #[test]
    fn no_part_of_a_hash_and_no_change_of_one_makes_it_panic() {
        for (_, hash) in SAMPLES {
            for end in 0..hash.len() {
                let _ = StoredHash::parse(&hash[..end]).map(|stored| stored.is_within_bounds());
                let _ = StoredHash::parse(&hash[end..]).map(|stored| stored.is_within_bounds());
                for put in ["$", "=", ",", "9", "é", "\0", "$$", ""] {
                    let changed = format!("{}{put}{}", &hash[..end], &hash[end + 1..]);
                    let _ = StoredHash::parse(&changed).map(|stored| stored.is_within_bounds());
                }
            }
            let without_output = &hash[..=hash.rfind('$').unwrap()];
            assert!(!verify("correct horse", without_output), "{without_output}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(
            name in prop::sample::select(SAMPLES.to_vec()),
            fields in "[$=,a-z0-9/.é]{0,60}|.{0,60}",
        ) {
            let prefix = name.1.split('$').nth(1).unwrap();
            for text in [format!("${prefix}${fields}"), fields] {
                let _ = StoredHash::parse(&text).map(|stored| stored.is_within_bounds());
            }
        }
    }
}
