//! Histories of renames: no name is ever lost, and no name ever has two owners.

use std::error::Error;

use crate::subject::{History, Subject, in_virtual_time};

pub mod history;
pub mod invariants;
pub mod mutant;
pub mod scenario;
pub mod spec;
pub mod world;

#[cfg(test)]
mod tests;

/// The histories of renames.
#[derive(Debug)]
pub struct Names;

impl Subject for Names {
    type Mutant = mutant::Mutant;
    type Invariants = invariants::Rules;
    const TEARS_BATCHES: bool = false;
    const LATENCY: u64 = 1;

    fn run(seed: u64, mutant: Option<Self::Mutant>) -> Result<History, Box<dyn Error>> {
        in_virtual_time(seed, history::run(seed, mutant))
    }
}
