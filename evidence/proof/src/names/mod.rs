//! Histories of renames: no name is ever lost, and no name ever has two owners.

use std::error::Error;

use crate::subject::{Histories, History, Subject, in_virtual_time};

pub mod history;
pub mod invariants;
pub mod mutant;
pub mod scenario;
pub mod spec;
pub mod world;

mod subject;
#[cfg(test)]
mod tests;

pub use subject::Names;

impl Histories for Names {
    fn run(
        seed: u64,
        mutant: Option<<Self as Subject>::Mutant>,
    ) -> Result<History, Box<dyn Error>> {
        in_virtual_time(seed, history::run(seed, mutant))
    }
}
