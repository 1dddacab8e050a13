//! What a function that signs users in has beside the others.

use super::failures::FirstFailures;
use super::memory::Memory;
use super::settings::SignInSettings;
use super::signer::Signer;
use crate::domain::attempt::AttemptPool;

/// Signing in.
pub struct SignIn {
    /// What operators decide.
    pub settings: SignInSettings,
    /// Signs access tokens.
    pub signer: Signer,
    pub(super) failures: FirstFailures,
    /// The pools that have too many attempts, and until when.
    pub(super) refused: Memory<AttemptPool, ()>,
}

impl SignIn {
    /// Signing in with these settings.
    pub fn new(settings: SignInSettings, signer: Signer) -> Self {
        Self { settings, signer, failures: FirstFailures::new(), refused: Memory::new() }
    }
}
