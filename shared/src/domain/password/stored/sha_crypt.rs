//! SHA-crypt, after Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512": `$5$` or `$6$`, `rounds=…$`
//! where there are not 5000, a salt and a hash.

use std::ops::RangeInclusive;

use argon2::password_hash::phc::Value;
use sha_crypt::{Params, sha256_crypt, sha512_crypt};

use super::equal::are_equal;

/// The specification has no fewer rounds.
const ROUNDS: RangeInclusive<u32> = 1000..=500_000;
const DEFAULT_ROUNDS: u32 = 5000;
/// The most bytes of a salt; whatever writes a hash cuts it there.
const MAX_SALT: usize = 16;
/// The most bytes of a text, four for each of 128 characters. Each round reads the text several times,
/// so a long text would multiply the work (CVE-2016-20013).
const MAX_TEXT: usize = 512;
/// The characters of the hash, by their value.
const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

pub(in super::super) struct ShaCryptHash {
    digest: Digest,
    rounds: u32,
    salt: String,
    output: String,
}

#[derive(Clone, Copy)]
enum Digest {
    Sha256,
    Sha512,
}

impl ShaCryptHash {
    /// Reads what follows the name, `5` or `6`.
    pub(super) fn parse(name: &str, fields: &str) -> Option<Self> {
        let digest = match name {
            "5" => Digest::Sha256,
            "6" => Digest::Sha512,
            _ => return None,
        };
        let (rounds, fields) = match fields.strip_prefix("rounds=") {
            Some(fields) => {
                let (rounds, fields) = fields.split_once('$')?;
                (Value::new(rounds).ok()?.decimal().ok()?, fields)
            }
            None => (DEFAULT_ROUNDS, fields),
        };
        let (salt, output) = fields.split_once('$')?;
        let [salt, output] = [salt, output].map(str::to_owned);
        (salt.len() <= MAX_SALT).then_some(Self { digest, rounds, salt, output })
    }

    pub(super) fn is_within_bounds(&self) -> bool {
        ROUNDS.contains(&self.rounds)
    }

    pub(super) fn is_hash_of(&self, text: &[u8]) -> bool {
        let (Ok(params), true) = (Params::new(self.rounds), text.len() <= MAX_TEXT) else {
            return false;
        };
        let salt = self.salt.as_bytes();
        let output = match self.digest {
            // The bytes stand in two orders that turn in opposite directions.
            Digest::Sha256 => encode(&sha256_crypt(text, salt, params), 2),
            Digest::Sha512 => encode(&sha512_crypt(text, salt, params), 1),
        };
        are_equal(&output, self.output.as_bytes())
    }
}

/// Writes a digest as step 22 of the specification does: from each third of it one
/// byte, beginning with the next third (`turn` is 1) or the one after (2) each time, then the rest.
fn encode(digest: &[u8], turn: usize) -> Vec<u8> {
    let third = digest.len() / 3;
    let mut output = Vec::new();
    let byte = |at: usize| digest.get(at).copied().map_or(0, u32::from);
    for at in 0..third {
        let [high, middle, low] = [0, 1, 2].map(|i| byte(at + (i + at * turn) % 3 * third));
        push(&mut output, high << 16 | middle << 8 | low, 4);
    }
    let rest = digest.get(3 * third..).unwrap_or_default();
    let word = rest.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
    push(&mut output, word, rest.len() + 1);
    output
}

/// Writes the lowest bits of a word, six in each character.
fn push(output: &mut Vec<u8>, word: u32, chars: usize) {
    let sixes = (0..chars).map(|i| (word >> (6 * i)) as usize % ALPHABET.len());
    output.extend(sixes.filter_map(|six| ALPHABET.get(six)));
}

#[cfg(test)]
pub(super) mod tests {
    use crate::domain::password::stored::{is_within_bounds, verify};

    /// Hashes of "correct horse" by libxcrypt.
    pub(in super::super) const SAMPLE_SHA256: &str =
        "$5$rounds=1000$abc$/cRuvrIiQqQvcPwD.a/LO47x90cA9f8oqYBouKihds1";
    pub(in super::super) const SAMPLE_SHA512: &str = "$6$rounds=1000$abc$3EgFb4AlyVHHbB8rZGsx.UO9EloeRJkmmCazg5i8FYgCDMmLggphTmz.lZDeWybZ2DY3jFUtB1pLy87i2YoZr.";

    #[test]
    fn sha_crypt_is_verified_as_its_specification_does() {
        let long =
            "a very much longer text to encrypt.  This one even stretches over morethan one line.";
        let short = "we have a short salt string but not a short password";
        for (text, hash) in [
            ("Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
            (
                "Hello world!",
                "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
            ),
            (
                "Hello world!",
                "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA",
            ),
            (
                "Hello world!",
                "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
            ),
            (
                "This is just a test",
                "$5$rounds=5000$toolongsaltstrin$Un/5jzAHMgOGZ5.mWJpuVolil07guHPvOW8mGRcvxa5",
            ),
            (
                "This is just a test",
                "$6$rounds=5000$toolongsaltstrin$lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0",
            ),
            (long, "$5$rounds=1400$anotherlongsalts$Rx.j8H.h8HjEDGomFU8bDkXm3XIUnzyxf12oP84Bnq1"),
            (
                long,
                "$6$rounds=1400$anotherlongsalts$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd8p4ur1",
            ),
            (short, "$5$rounds=77777$short$JiO1O3ZpDAxGJeaDIuqCoEFysAe1mZNJRs3pw0KQRd/"),
            (
                short,
                "$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0",
            ),
            ("correct horse", "$5$rounds=1000$$Qq2SZC3NeUzIDXheJm.s6eO00IPVPLvCg7WU75UqFx."),
            ("", "$5$rounds=1000$abc$sP9FmVrTEqPcRDE7OxGDY0efugGF1dtCtqYcUsX9wmD"),
        ] {
            assert!(verify(text, hash), "{text} {hash}");
            assert!(!verify("hello world!", hash), "{hash}");
        }
    }

    #[test]
    fn sha_crypt_has_1000_to_500_000_rounds() {
        for hash in [SAMPLE_SHA256, SAMPLE_SHA512] {
            let within = |rounds: u32| is_within_bounds(&hash.replace("1000", &rounds.to_string()));
            assert_eq!([999, 1000, 1001].map(within), [false, true, true]);
            assert_eq!([499_999, 500_000, 500_001].map(within), [true, true, false]);
            assert_eq!([0, u32::MAX].map(within), [false; 2]);
        }
    }

    #[test]
    fn a_text_of_more_than_512_bytes_is_the_text_of_no_sha_crypt_hash() {
        for (bytes, verified) in [(511, true), (512, true), (513, false)] {
            let text = "x".repeat(bytes);
            let params = super::Params::new(1000).unwrap();
            let output = super::encode(&super::sha256_crypt(text.as_bytes(), b"abc", params), 2);
            let hash = format!("$5$rounds=1000$abc${}", String::from_utf8(output).unwrap());
            assert_eq!(verify(&text, &hash), verified, "{bytes}");
        }
    }
}
