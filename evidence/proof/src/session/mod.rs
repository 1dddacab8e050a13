//! Histories of signing in: who is signed in stays so, who was signed out does not, and guesses are counted.
//!
//! One user has several devices. Each keeps its tokens, refreshes them from one tab or several, repeats what
//! was not answered, reads, logs out, and in some histories logs in and changes the password. An administrator
//! blocks the user, renames the user and sets the password; a thief uses a copied token; strangers guess. The
//! [`judge`] looks at all answers, the [`table`] at the items after every write.

use std::error::Error;

use crate::subject::{Histories, History, Subject, in_virtual_time};

pub mod clients;
pub mod devices;
pub mod history;
pub mod judge;
pub mod mutant;
pub mod record;
pub mod recorder;
pub mod scenario;
pub mod secrets;
pub mod table;
pub mod world;

mod subject;
#[cfg(test)]
mod tests;

pub use subject::Sessions;

impl Histories for Sessions {
    fn run(
        seed: u64,
        mutant: Option<<Self as Subject>::Mutant>,
    ) -> Result<History, Box<dyn Error>> {
        in_virtual_time(seed, history::run(seed, mutant))
    }
}
