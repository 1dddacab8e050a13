//! The operation that a request asks for.

use crate::limit::CallerQuota;

/// An operation, as the door finds it for a request's method and path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operation {
    /// Its name.
    pub(super) name: &'static str,
    /// How often one caller may use it.
    pub(super) quota: CallerQuota,
}
