//! How long a username may be.

/// The fewest characters of a handle.
pub const MIN_LENGTH: usize = 3;
/// The most characters of a handle.
pub const MAX_LENGTH: usize = 30;
/// The most characters of an e-mail address: a path of 256 (RFC 5321 section 4.5.3.1.3) less its
/// brackets.
pub const MAX_EMAIL_LENGTH: usize = 254;
