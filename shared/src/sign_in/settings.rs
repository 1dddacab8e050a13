//! The settings of signing in.

use crate::domain::attempt::AttemptPolicy;
use crate::domain::password::HashSettings;
use crate::domain::session::SessionPolicy;
use crate::token::{OwnTokens, SigningAlgorithm};

/// What operators decide about signing in.
#[derive(Debug, Clone)]
pub struct SignInSettings {
    /// What our tokens say of us.
    pub tokens: OwnTokens,
    /// How long sessions and tokens last.
    pub sessions: SessionPolicy,
    /// How many guesses at a password whoever has.
    pub attempts: AttemptPolicy,
    /// Which hashes that came from elsewhere are verified.
    pub hashes: HashSettings,
    /// What new keys are for.
    pub algorithm: SigningAlgorithm,
}
