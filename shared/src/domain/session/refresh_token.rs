//! Refresh tokens: `npr_`, then in base64url the version, the session's id, the number, the secret, the tag, the
//! user's id and a CRC.
//!
//! The tag proves that the session made this very token once, of whatever age, so that a made-up one can
//! neither end a session nor write anything. Prefix and CRC let scanners for leaked secrets recognise a token,
//! and refuse junk before anything is read.

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;

use super::bytes::{Bytes32, SessionId};
use crate::domain::user_id::{self, UserId};

/// What every refresh token begins with.
const PREFIX: &str = "npr_";
const VERSION: u8 = 1;
/// The bytes of a tag.
pub(super) const TAG_LENGTH: usize = 16;
/// The bytes before the user's id.
const FIXED: usize = 1 + 16 + 4 + 32 + TAG_LENGTH;
const CRC: usize = 4;

/// The secret of one refresh token.
#[derive(Clone)]
pub(super) struct Secret(pub(super) [u8; 32]);

impl Secret {
    pub(super) fn hash(&self) -> Bytes32 {
        Bytes32(first(digest::digest(&digest::SHA256, &self.0).as_ref()))
    }

    /// The tag of the token with that number.
    pub(super) fn tag(&self, key: &Bytes32, generation: u32) -> [u8; TAG_LENGTH] {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key.0));
        context.update(b"tag");
        context.update(&generation.to_be_bytes());
        context.update(&self.0);
        first(context.sign().as_ref())
    }

    /// The secret of the token after this one, which has that number.
    pub(super) fn successor(&self, nonce: &Bytes32, id: SessionId, generation: u32) -> Self {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.0));
        context.update(&nonce.0);
        context.update(&id.0);
        context.update(&generation.to_be_bytes());
        Self(first(context.sign().as_ref()))
    }
}

/// The first bytes of a longer text.
fn first<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut first = [0; N];
    first.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    first
}

/// A refresh token that has the form of one. It is never printed.
#[derive(Clone)]
pub struct RefreshToken {
    /// The session that it claims to be of.
    pub session_id: SessionId,
    /// The user that it claims to be of.
    pub user_id: UserId,
    /// Its number in the session, counted from 0.
    pub(super) generation: u32,
    pub(super) secret: Secret,
    pub(super) tag: [u8; TAG_LENGTH],
}

impl RefreshToken {
    /// The most characters of a refresh token.
    pub const MAX_LENGTH: usize =
        PREFIX.len() + (FIXED + user_id::MAX_LENGTH + CRC).div_ceil(3) * 4;

    /// Reads a token. Junk is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > Self::MAX_LENGTH {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let (token, sum) = bytes.split_last_chunk::<CRC>()?;
        if crc32fast::hash(token).to_be_bytes() != *sum {
            return None;
        }
        let (version, rest) = token.split_first()?;
        let (session_id, rest) = rest.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        let (secret, rest) = rest.split_first_chunk::<32>()?;
        let (tag, user_id) = rest.split_first_chunk::<TAG_LENGTH>()?;
        (*version == VERSION).then_some(())?;
        Some(Self {
            session_id: SessionId(*session_id),
            user_id: UserId::parse(std::str::from_utf8(user_id).ok()?).ok()?,
            generation: u32::from_be_bytes(*generation),
            secret: Secret(*secret),
            tag: *tag,
        })
    }

    /// The token as the client gets it.
    pub fn expose(&self) -> SecretString {
        let mut bytes = vec![VERSION];
        bytes.extend(self.session_id.0);
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.secret.0);
        bytes.extend(self.tag);
        bytes.extend(self.user_id.as_str().bytes());
        bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
        SecretString::from(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshToken([redacted])")
    }
}
