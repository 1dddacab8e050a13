//! The parameters of our own hashes.

/// Memory of one argon2id hash, in KiB: 19 MiB, with 2 passes and 1 lane the first choice of
/// OWASP's Password Storage Cheat Sheet.
pub(super) const MEMORY_KIB: u32 = 19 * 1024;
pub(super) const PASSES: u32 = 2;
pub(super) const LANES: u32 = 1;
/// The lengths of the salt and of the hash, in bytes: RFC 9106 section 4.
pub(super) const SALT_LENGTH: usize = 16;
pub(super) const OUTPUT_LENGTH: usize = 32;
