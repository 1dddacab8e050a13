//! Fingerprints of personal data, for the log.

use aws_lc_rs::hmac;

/// The key of a deployment's fingerprints. With another key the same text has another fingerprint, so
/// nobody can tell from a log whose it is by trying addresses.
#[derive(Clone)]
pub struct FingerprintKey(hmac::Key);

impl FingerprintKey {
    /// The key that is that text.
    pub fn new(text: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes()))
    }

    /// The first 64 bits of the text's HMAC-SHA-256, in hexadecimal: it tells two texts apart.
    pub fn fingerprint(&self, text: &str) -> String {
        let tag = hmac::sign(&self.0, text.as_bytes());
        let half: [u8; 8] = std::array::from_fn(|at| tag.as_ref().get(at).copied().unwrap_or(0));
        format!("{:016x}", u64::from_be_bytes(half))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_texts_apart_and_depends_on_the_key() {
        let [one, other] = ["one", "other"].map(FingerprintKey::new);
        assert_eq!(one.fingerprint("ada@example.com"), one.fingerprint("ada@example.com"));
        assert_ne!(one.fingerprint("ada@example.com"), one.fingerprint("bob@example.com"));
        assert_ne!(one.fingerprint("ada@example.com"), other.fingerprint("ada@example.com"));
        assert_eq!(one.fingerprint("").len(), 16);
    }
}
