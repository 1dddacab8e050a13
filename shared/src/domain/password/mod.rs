//! Passwords: judged as plain text, kept as a hash.
//!
//! A hash that came from elsewhere is verified as well, where [`HashSettings`] allow its kind.

mod estimate;
mod hash;
mod invalid;
mod parameters;
mod settings;
mod stored;

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

pub use hash::{HashingError, PasswordHash};
pub use invalid::{InvalidPassword, MAX_LENGTH, MIN_LENGTH};
pub use settings::{HashKind, HashSettings, SignerKey};

use self::estimate::estimate;
use self::stored::StoredHash;
use super::own_data;
use super::text::{is_space, is_typed, nfc};

/// A text that somebody wants for a password, not judged yet. It cannot be printed, and it is
/// overwritten in memory when dropped.
#[derive(Debug, Clone)]
pub struct PasswordText {
    prepared: SecretString,
    /// As it was received, where that is another text.
    received: Option<SecretString>,
}

/// A password that was judged. It cannot be printed, and it is overwritten in memory when dropped.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl PasswordText {
    /// Prepares a text as RFC 8265 section 4.2.2 does (`OpaqueString`): every space becomes an ASCII
    /// space, and the text is brought to NFC.
    pub fn prepare(text: &str) -> Self {
        let spaces = text.chars().map(|c| if is_space(c) { ' ' } else { c });
        let spaces = Zeroizing::new(spaces.collect::<String>());
        let prepared = SecretString::from(nfc(&spaces).into_owned());
        let received = (prepared.expose_secret() != text).then(|| SecretString::from(text));
        Self { prepared, received }
    }

    /// Judges the text for a user whose names and usernames are `own_data`.
    ///
    /// # Errors
    /// Every [`InvalidPassword`] the text has; at least one.
    pub fn judge(&self, own_data: &[&str]) -> Result<Password, Vec<InvalidPassword>> {
        let mut invalid = self.form_violations(own_data);
        if invalid.is_empty() {
            invalid.extend(estimate(self.prepared.expose_secret(), own_data).err());
        }
        if invalid.is_empty() { Ok(Password(self.prepared.clone())) } else { Err(invalid) }
    }

    /// Judges what takes no time: everything but how many guesses the text needs.
    pub fn form_violations(&self, own_data: &[&str]) -> Vec<InvalidPassword> {
        let text = self.prepared.expose_secret();
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

    /// Hashes the text without judging it, as [`Password::hash`] does: to replace a hash that
    /// [needs it](PasswordHash::needs_rehash), once the text was verified.
    ///
    /// # Errors
    /// [`HashingError`] when the operating system gives no random bytes or no memory.
    pub fn hash(&self) -> Result<PasswordHash, HashingError> {
        PasswordHash::of(self.prepared.expose_secret())
    }

    /// Whether the text is the password of that hash. This takes as long as hashing it, and twice as
    /// long when the text was received in another form than the prepared one.
    ///
    /// A hash is read in these forms, of up to 512 bytes:
    ///
    /// - PHC strings: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, also `argon2i` and `argon2d`;
    ///   `$scrypt$ln=…,r=…,p=…$salt$hash`; `$pbkdf2-sha256$i=…,l=…$salt$hash`, also
    ///   `pbkdf2-sha512`, `l` being optional. The salt has 8 to 48 bytes, the hash 10 to 64. The forms
    ///   of Passlib and Django for PBKDF2 are no PHC strings and are not read;
    /// - bcrypt: `$2b$…`, also `2a` and `2y`;
    /// - SHA-crypt: `$5$…` and `$6$…`, with and without `rounds=`;
    /// - Firebase's scrypt, in a PHC string of our own: `$firebase-scrypt$r=…,m=…,s=…$salt$hash`, where
    ///   `r` is the project's `rounds`, `m` its `mem_cost` and `s` its `base64_salt_separator`, all in
    ///   base64 without padding.
    ///
    /// A hash that cannot be read, of a kind that `settings` do not allow, or that takes more work than
    /// is allowed for its kind is the hash of no text.
    pub fn verify(&self, hash: &PasswordHash, settings: &HashSettings) -> bool {
        let Some(stored) = StoredHash::verifiable(hash.expose(), settings) else { return false };
        // Our own hashes are of the prepared text. Nobody knows what others have hashed.
        let mut texts: Vec<_> = self.received.iter().chain([&self.prepared]).collect();
        if stored.is_like_new() {
            texts.reverse();
        }
        texts.iter().any(|text| stored.is_hash_of(text.expose_secret().as_bytes(), settings))
    }
}

impl PasswordText {
    /// Whether our own hash of the text, which is the password of that hash, should take its place. bcrypt does not read
    /// what comes after 72 bytes, so there the text may have a mistake.
    pub fn should_replace(&self, hash: &PasswordHash) -> bool {
        let texts = self.received.iter().chain([&self.prepared]);
        let longest = texts.map(|text| text.expose_secret().len()).max().unwrap_or(0);
        hash.needs_rehash() && !(hash.expose().starts_with("$2") && longest > 72)
    }

    /// Whether the hash is one that this version of the code made of the text. It takes as long as hashing it.
    pub fn is_of_own(&self, hash: &PasswordHash) -> bool {
        !hash.needs_rehash() && stored::is_argon2_of(&self.prepared, hash.expose())
    }
}

impl PasswordHash {
    /// Whether texts can be verified with the hash: it can be read, is of a kind that the settings allow, and takes no
    /// more work than is allowed for its kind.
    pub fn can_be_verified(&self, settings: &HashSettings) -> bool {
        StoredHash::verifiable(self.expose(), settings).is_some()
    }
}

impl Password {
    /// Hashes the password with argon2id and a fresh random salt. By design this takes tens of
    /// milliseconds and 19 MiB of memory.
    ///
    /// # Errors
    /// [`HashingError`] when the operating system gives no random bytes or no memory.
    pub fn hash(&self) -> Result<PasswordHash, HashingError> {
        PasswordHash::of(self.0.expose_secret())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(text: &str, own_data: &[&str]) -> Result<(), Vec<InvalidPassword>> {
        PasswordText::prepare(text).judge(own_data).map(drop)
    }

    /// The password of the curl command in [the contract](../../../../docs/contract.md)'s source.
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
    fn a_password_made_of_the_user_s_own_data_is_refused() {
        assert_eq!(judge("hypatia_alexandria", &[]), Ok(()));
        let weak = Err(vec![InvalidPassword::TooWeak]);
        assert_eq!(judge("hypatia_alexandria", &["hypatia_alexandria"]), weak);
        // Also a short one, which is told of both.
        let both = Err(vec![InvalidPassword::TooShort, InvalidPassword::TooWeak]);
        assert_eq!(judge("HansZimmer2026", &["Hans", "Florian", "Zimmer"]), both);
    }
}
