//! Comparing hashes.

use aws_lc_rs::constant_time;

/// Whether two hashes are equal, in a time that does not depend on where they differ.
pub(super) fn are_equal(one: &[u8], other: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, other).is_ok()
}
