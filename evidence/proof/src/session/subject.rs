//! What the histories are about.

use super::mutant::Mutant;
use super::table::Rules;
use crate::subject::Subject;

/// The histories of signing in.
#[derive(Debug)]
pub struct Sessions;

impl Subject for Sessions {
    type Mutant = Mutant;
    type Invariants = Rules;
    const TEARS_BATCHES: bool = true;
    const LATENCY: u64 = 300;
}
