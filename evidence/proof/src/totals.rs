//! The totals of many histories.

use std::fmt;
use std::ops::AddAssign;

use crate::fault::Fault;
use crate::subject::History;

/// Totals over histories. Their text is a table in Markdown.
#[derive(Debug, Default)]
pub struct Totals {
    histories: u64,
    requests: u64,
    unanswered: u64,
    figures: Vec<(&'static str, u64)>,
    faults: [u64; Fault::ALL.len()],
}

impl AddAssign<&History> for Totals {
    fn add_assign(&mut self, history: &History) {
        self.histories += 1;
        self.requests += history.requests;
        self.unanswered += history.unanswered;
        for (name, number) in &history.figures {
            match self.figures.iter_mut().find(|(of, _)| of == name) {
                Some((_, total)) => *total += number,
                None => self.figures.push((name, *number)),
            }
        }
        for (total, faults) in self.faults.iter_mut().zip(history.faults) {
            *total += faults;
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| | |\n|---|--:|")?;
        let all = [("histories", self.histories), ("requests", self.requests)];
        let all = all.iter().chain(&self.figures);
        let rest =
            [("requests without an answer", self.unanswered), ("faults", self.faults.iter().sum())];
        for (name, number) in all.chain(&rest) {
            writeln!(f, "| {name} | {number} |")?;
        }
        for (fault, number) in Fault::ALL.iter().zip(self.faults) {
            writeln!(f, "| {fault:?} | {number} |")?;
        }
        Ok(())
    }
}
