//! Checks the model of the rename protocol, as far as `bounds` says, and finds each deliberate fault:
//! `cargo run --release -p model`.

use std::fmt::{Display, Write};
use std::process::ExitCode;
use std::thread::available_parallelism;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use model::bounds::{LARGE_ONES, SMALL_ONES};
use model::check::{Report, check, counterexample};
use model::drills::{self, STEPS};
use model::regions::{Design, Regions};

/// Checks the model of the rename protocol.
#[derive(Debug, Parser)]
struct Options {
    /// Only what the tests check as well.
    #[arg(long)]
    quick: bool,
    /// On how many processors; all of them, unless said.
    #[arg(long)]
    threads: Option<usize>,
}

#[expect(clippy::print_stdout, reason = "the tables are this command's output")]
fn main() -> ExitCode {
    let options = Options::parse();
    let threads = options.threads.or_else(|| available_parallelism().ok().map(Into::into));
    let progress = progress(&options);
    let mut tables = Tables::default();
    let done = tables.bounds(&options, threads.unwrap_or(1), &progress).and_then(|()| {
        tables.drills(&progress)?;
        tables.regions(&progress)
    });
    progress.finish_and_clear();
    println!("{}", tables.text);
    if tables.holds && done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn progress(options: &Options) -> ProgressBar {
    let large = if options.quick { 0 } else { LARGE_ONES.len() };
    let steps = SMALL_ONES.len() + large + drills::all().len() + Design::ALL.len();
    let progress = ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}") {
        progress.set_style(style);
    }
    progress
}

/// What is printed, and whether everything is as it should be.
struct Tables {
    text: String,
    holds: bool,
}

impl Default for Tables {
    fn default() -> Self {
        Self { text: String::new(), holds: true }
    }
}

impl Tables {
    fn bounds(
        &mut self,
        options: &Options,
        threads: usize,
        progress: &ProgressBar,
    ) -> std::fmt::Result {
        writeln!(
            self.text,
            "| bound | states | depth | seconds | result |\n|---|--:|--:|--:|---|"
        )?;
        let large = LARGE_ONES.into_iter().filter(|_| !options.quick);
        for bound in SMALL_ONES.into_iter().chain(large) {
            let label = bound.label;
            let report = check(&bound, threads, |states| {
                progress.set_message(format!("{label}: {states} states"));
            });
            self.line(label, &report, &[])?;
            progress.inc(1);
        }
        Ok(())
    }

    fn regions(&mut self, progress: &ProgressBar) -> std::fmt::Result {
        writeln!(self.text, "\n| Regions | states | depth | seconds | does not hold |")?;
        writeln!(self.text, "|---|--:|--:|--:|---|")?;
        for design in Design::ALL {
            progress.set_message(format!("{design:?}"));
            let report = check(&Regions::new(design), 1, |_| ());
            self.line(format!("{design:?}"), &report, design.lacks())?;
            progress.inc(1);
        }
        Ok(())
    }

    fn line(
        &mut self,
        label: impl Display,
        report: &Report,
        expected: &[&str],
    ) -> std::fmt::Result {
        let Report { states, depth, time, failures } = report;
        self.holds &= failures == expected;
        let result = if failures.is_empty() { "holds".to_owned() } else { failures.join("; ") };
        let seconds = time.as_secs_f64();
        writeln!(self.text, "| {label} | {states} | {depth} | {seconds:.1} | {result} |")
    }

    fn drills(&mut self, progress: &ProgressBar) -> std::fmt::Result {
        writeln!(self.text, "\n| fault | in | found by | steps |\n|---|---|---|--:|")?;
        for drill in drills::all() {
            let fault = format!("{:?} | {}", drill.faults, drill.bound.label);
            progress.set_message(fault.clone());
            progress.inc(1);
            let Some(property) = drill.breaks else {
                let all_hold = check(&drill.model(), 1, |_| ()).failures.is_empty();
                self.holds &= all_hold;
                let found = if all_hold { "nothing, as expected" } else { "something unexpected" };
                writeln!(self.text, "| {fault} | {found} | |")?;
                continue;
            };
            let found = counterexample(&drill.model(), property, STEPS);
            self.holds &= found.is_some();
            let steps = found.map_or("not found".to_owned(), |steps| steps.len().to_string());
            writeln!(self.text, "| {fault} | {property} | {steps} |")?;
        }
        Ok(())
    }
}
