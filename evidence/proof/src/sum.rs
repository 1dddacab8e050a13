//! What many histories come to.

use std::fmt;
use std::ops::AddAssign;

use crate::history::History;
use crate::wire::Fault;

/// Sums over histories; as text, a table in Markdown.
#[derive(Debug, Default)]
pub struct Sum {
    histories: u64,
    requests: u64,
    renames_asked: u64,
    renames_made: u64,
    unanswered: u64,
    undecided: u64,
    faults: [u64; Fault::ALL.len()],
}

impl AddAssign<&History> for Sum {
    fn add_assign(&mut self, history: &History) {
        self.histories += 1;
        self.requests += history.requests;
        self.renames_asked += history.renames_asked;
        self.renames_made += history.renames_made;
        self.unanswered += history.unanswered;
        self.undecided += u64::from(history.undecided);
        for (sum, faults) in self.faults.iter_mut().zip(history.faults) {
            *sum += faults;
        }
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | |\n|---|--:|")?;
        for (name, number) in [
            ("histories", self.histories),
            ("requests", self.requests),
            ("of these, changes of a name", self.renames_asked),
            ("names changed", self.renames_made),
            ("requests without an answer", self.unanswered),
            ("histories with more orders than could be tried", self.undecided),
            ("faults", self.faults.iter().sum()),
        ] {
            writeln!(f, "| {name} | {number} |")?;
        }
        for (fault, number) in Fault::ALL.iter().zip(self.faults) {
            writeln!(f, "| {fault:?} | {number} |")?;
        }
        Ok(())
    }
}
