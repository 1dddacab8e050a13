//! Checks the models of the rename protocol and of signing in in every bound, and finds each deliberate
//! fault.
//!
//! The command is `cargo run --release -p model`.

use std::fmt::{Debug, Write};
use std::hash::Hash;
use std::process::ExitCode;
use std::thread::available_parallelism;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use model::check::{Report, check, counterexample};
use model::session::keys;
use model::{bounds, fault_tests, session};
use stateright::Model;

/// Checks the models of the rename protocol and of signing in.
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
    let mut tables = Tables {
        text: String::new(),
        as_expected: true,
        threads: threads.unwrap_or(1),
        progress: progress(&options),
    };
    let done = tables
        .renames(&options)
        .and_then(|()| tables.rename_faults())
        .and_then(|()| tables.sessions(&options))
        .and_then(|()| tables.session_faults());
    tables.progress.finish_and_clear();
    println!("{}", tables.text);
    if tables.as_expected && done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn progress(options: &Options) -> ProgressBar {
    let large = bounds::LARGE_ONES.len() + session::large_bounds::LARGE_ONES.len();
    let small = bounds::SMALL_ONES.len() + session::bounds::SMALL_ONES.len() + KEYS.len();
    let faults = fault_tests::all().len() + session::fault_tests::all().len();
    let steps = small + faults + keys::Fault::ALL.len() + if options.quick { 0 } else { large };
    let progress = ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}") {
        progress.set_style(style);
    }
    progress
}

/// The schedules of signing keys.
const KEYS: [keys::Schedule; 2] = [keys::HOUR, keys::TWO_ROTATIONS];

/// The printed tables.
struct Tables {
    text: String,
    /// Whether every result is as expected.
    as_expected: bool,
    threads: usize,
    progress: ProgressBar,
}

impl Tables {
    fn renames(&mut self, options: &Options) -> std::fmt::Result {
        self.bounds_head("The rename protocol")?;
        let large = bounds::LARGE_ONES.into_iter().filter(|_| !options.quick);
        for bound in bounds::SMALL_ONES.into_iter().chain(large) {
            self.bound(bound.label, &bound)?;
        }
        Ok(())
    }

    fn sessions(&mut self, options: &Options) -> std::fmt::Result {
        self.bounds_head("Signing in")?;
        let large = session::large_bounds::LARGE_ONES.into_iter().filter(|_| !options.quick);
        for bound in session::bounds::SMALL_ONES.into_iter().chain(large) {
            self.bound(bound.label, &bound)?;
        }
        for schedule in KEYS {
            self.bound(schedule.label, &schedule)?;
        }
        Ok(())
    }

    fn rename_faults(&mut self) -> std::fmt::Result {
        self.faults_head()?;
        for test in fault_tests::all() {
            let fault = format!("{:?} | {}", test.faults, test.bound.label);
            self.fault(&fault, &test.model(), test.violated, fault_tests::STEPS)?;
        }
        Ok(())
    }

    fn session_faults(&mut self) -> std::fmt::Result {
        self.faults_head()?;
        for test in session::fault_tests::all() {
            let fault = format!("{:?} | {}", test.faults, test.bound.label);
            self.fault(&fault, &test.model(), test.violated, session::fault_tests::STEPS)?;
        }
        for fault in keys::Fault::ALL {
            let schedule = fault.schedule();
            let fault = format!("[{fault:?}] | {}", schedule.label);
            self.fault(&fault, &schedule, Some(keys::VERIFIED), keys::STEPS)?;
        }
        Ok(())
    }

    fn bounds_head(&mut self, title: &str) -> std::fmt::Result {
        let head = "| bound | states | depth | seconds | result |\n|---|--:|--:|--:|---|";
        writeln!(self.text, "\n{title}\n\n{head}")
    }

    fn faults_head(&mut self) -> std::fmt::Result {
        writeln!(self.text, "\n| fault | in | found by | steps |\n|---|---|---|--:|")
    }

    fn bound<M>(&mut self, label: &str, model: &M) -> std::fmt::Result
    where
        M: Model + Clone + Send + Sync + 'static,
        M::State: Clone + Debug + Eq + Hash + Send + Sync,
        M::Action: Clone + Debug + Eq + Send + Sync,
    {
        let report = check(model, self.threads, |states| {
            self.progress.set_message(format!("{label}: {states} states"));
        });
        self.progress.inc(1);
        let Report { states, depth, time, failures } = report;
        self.as_expected &= failures.is_empty();
        let result = if failures.is_empty() { "holds".to_owned() } else { failures.join("; ") };
        let seconds = time.as_secs_f64();
        writeln!(self.text, "| {label} | {states} | {depth} | {seconds:.1} | {result} |")
    }

    /// Runs a fault test and adds its line.
    fn fault<M>(
        &mut self,
        fault: &str,
        model: &M,
        violated: Option<&'static str>,
        max_steps: usize,
    ) -> std::fmt::Result
    where
        M: Model + Clone + Send + Sync + 'static,
        M::State: Clone + Debug + Eq + Hash + Send + Sync,
        M::Action: Clone + Debug + Eq + Send + Sync,
    {
        self.progress.set_message(fault.to_owned());
        self.progress.inc(1);
        let Some(property) = violated else {
            let all_hold = check(model, 1, |_| ()).failures.is_empty();
            self.as_expected &= all_hold;
            let found = if all_hold { "nothing, as expected" } else { "something unexpected" };
            return writeln!(self.text, "| {fault} | {found} | |");
        };
        let found = counterexample(model, property, max_steps);
        self.as_expected &= found.is_some();
        let steps = found.map_or("not found".to_owned(), |steps| steps.len().to_string());
        writeln!(self.text, "| {fault} | {property} | {steps} |")
    }
}
