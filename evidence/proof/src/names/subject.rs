//! What the histories are about.

use super::invariants::Rules;
use super::mutant::Mutant;
use crate::subject::Subject;

/// The histories of renames.
#[derive(Debug)]
pub struct Names;

impl Subject for Names {
    type Mutant = Mutant;
    type Invariants = Rules;
    const TEARS_BATCHES: bool = false;
    const LATENCY: u64 = 1;
}
