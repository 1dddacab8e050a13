//! Who the caller is, from the token's verification to the log.

use std::sync::{Arc, OnceLock};

use crate::domain::user_id::UserId;

/// The caller's id once the token is verified. Copies share it.
#[derive(Debug, Clone, Default)]
pub(super) struct VerifiedCaller(Arc<OnceLock<UserId>>);

impl VerifiedCaller {
    /// Sets the id; a request sets it once.
    pub(super) fn set(&self, id: &UserId) {
        let _ = self.0.set(id.clone());
    }

    /// The id, if the token is verified.
    pub(super) fn get(&self) -> Option<&UserId> {
        self.0.get()
    }
}
