//! Guessing at passwords: how many attempts whoever has, and which of them are counted together.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::SignedDuration;

/// The failures in a row after which strangers have one attempt in a window: NIST SP 800-63B-4 section 3.2.2.
pub const MAX_FAILURES_IN_A_ROW: u64 = 100;

/// How many attempts a pool has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptPolicy {
    /// The failures that are counted at once.
    pub attempts: u32,
    /// How long a failure counts after the last attempt.
    pub window: SignedDuration,
}

impl Default for AttemptPolicy {
    fn default() -> Self {
        Self { attempts: 10, window: SignedDuration::from_mins(15) }
    }
}

/// Attempts that are counted together. All strangers to a name are one pool, and each device on which the user has
/// signed in before is another: so strangers cannot lock out the user at home.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AttemptPool(String);

impl AttemptPool {
    /// The pool of everybody who tries the name of that key.
    pub fn strangers(key: &str) -> Self {
        Self(hash(key))
    }

    /// The pool of a device that the user of the name is known on.
    pub fn known_device(key: &str, device: &DeviceHash) -> Self {
        Self(format!("{}#{}", hash(key), device.0))
    }

    /// The pool of everybody at a source address.
    pub fn source(address: &str) -> Self {
        Self(format!("source#{}", hash(address)))
    }

    /// The pool as the table has it. It tells nobody the name.
    pub fn id(&self) -> &str {
        &self.0
    }
}

/// The hash of a device's id, as clients send it in `X-Device-ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceHash(String);

impl DeviceHash {
    /// The hash of that id.
    pub fn of(device_id: &str) -> Self {
        Self(hash(device_id))
    }

    /// The hash as the table has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// SHA-256 in hexadecimal.
fn hash(text: &str) -> String {
    let digest = digest(&SHA256, text.as_bytes());
    digest.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
