//! Checks the model of the rename protocol in every bound, and finds each deliberate fault.
//!
//! The command is `cargo run --release -p model`.

use std::fmt::Write;
use std::process::ExitCode;
use std::thread::available_parallelism;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use model::bounds::{LARGE_ONES, SMALL_ONES};
use model::check::{Report, check, counterexample};
use model::fault_tests::{self, FaultTest, STEPS};

/// Checks the model of the rename protocol.
#[derive(Debug, Parser)]
struct Options {
    /// Check only the bounds that the tests check as well.
    #[arg(long)]
    quick: bool,
    /// The number of threads. By default, one for each processor.
    #[arg(long)]
    threads: Option<usize>,
}

#[expect(clippy::print_stdout, reason = "the tables are this command's output")]
fn main() -> ExitCode {
    let options = Options::parse();
    let threads = options.threads.or_else(|| available_parallelism().ok().map(Into::into));
    let progress = progress(&options);
    let mut tables = Tables::default();
    let done = tables
        .bounds(&options, threads.unwrap_or(1), &progress)
        .and_then(|()| tables.fault_tests(&progress));
    progress.finish_and_clear();
    println!("{}", tables.text);
    if tables.as_expected && done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn progress(options: &Options) -> ProgressBar {
    let large = if options.quick { 0 } else { LARGE_ONES.len() };
    let steps = SMALL_ONES.len() + large + fault_tests::all().len();
    let progress = ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}") {
        progress.set_style(style);
    }
    progress
}

/// The printed tables.
struct Tables {
    text: String,
    /// Whether every result is as expected.
    as_expected: bool,
}

impl Default for Tables {
    fn default() -> Self {
        Self { text: String::new(), as_expected: true }
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
            self.line(label, &report)?;
            progress.inc(1);
        }
        Ok(())
    }

    fn line(&mut self, label: &str, report: &Report) -> std::fmt::Result {
        let Report { states, depth, time, failures } = report;
        self.as_expected &= failures.is_empty();
        let result = if failures.is_empty() { "holds".to_owned() } else { failures.join("; ") };
        let seconds = time.as_secs_f64();
        writeln!(self.text, "| {label} | {states} | {depth} | {seconds:.1} | {result} |")
    }

    fn fault_tests(&mut self, progress: &ProgressBar) -> std::fmt::Result {
        writeln!(self.text, "\n| fault | in | found by | steps |\n|---|---|---|--:|")?;
        for test in fault_tests::all() {
            let fault = format!("{:?} | {}", test.faults, test.bound.label);
            progress.set_message(fault.clone());
            progress.inc(1);
            let result = self.fault_test(&test);
            writeln!(self.text, "| {fault} | {result} |")?;
        }
        Ok(())
    }

    /// Runs a fault test. Returns the last two cells of its line.
    fn fault_test(&mut self, test: &FaultTest) -> String {
        let Some(property) = test.violated else {
            let all_hold = check(&test.model(), 1, |_| ()).failures.is_empty();
            self.as_expected &= all_hold;
            let found = if all_hold { "nothing, as expected" } else { "something unexpected" };
            return format!("{found} | ");
        };
        let found = counterexample(&test.model(), property, STEPS);
        self.as_expected &= found.is_some();
        let steps = found.map_or("not found".to_owned(), |steps| steps.len().to_string());
        format!("{property} | {steps}")
    }
}
