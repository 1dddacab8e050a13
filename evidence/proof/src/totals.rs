//! The totals of many histories.

use std::fmt;
use std::ops::AddAssign;

use crate::history::History;
use crate::wire::Fault;

/// Totals over histories. Their text is a table in Markdown.
#[derive(Debug, Default)]
pub struct Totals {
    histories: u64,
    requests: u64,
    renames_requested: u64,
    renames_committed: u64,
    unanswered: u64,
    undecided: u64,
    faults: [u64; Fault::ALL.len()],
}

impl AddAssign<&History> for Totals {
    fn add_assign(&mut self, history: &History) {
        self.histories += 1;
        self.requests += history.requests;
        self.renames_requested += history.renames_requested;
        self.renames_committed += history.renames_committed;
        self.unanswered += history.unanswered;
        self.undecided += u64::from(history.undecided);
        for (total, faults) in self.faults.iter_mut().zip(history.faults) {
            *total += faults;
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | |\n|---|--:|")?;
        for (name, number) in [
            ("histories", self.histories),
            ("requests", self.requests),
            ("of these, changes of a name", self.renames_requested),
            ("names changed", self.renames_committed),
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
