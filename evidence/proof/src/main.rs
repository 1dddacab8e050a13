//! Runs many histories of concurrent requests under faults, and checks each.
//!
//! The command is `cargo run --release -p proof`. `docs/evidence.md` has its results.

use std::error::Error;
use std::fmt::Write;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use proof::call::Mutation;
use proof::names::Names;
use proof::session::Sessions;
use proof::subject::{Histories, History};
use proof::totals::Totals;

/// Checks histories of concurrent requests under faults.
#[derive(Debug, Parser)]
struct Options {
    /// The histories are of signing in, not of names.
    #[arg(long)]
    sign_in: bool,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The number of seeds.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// Run for this many minutes instead of for a number of seeds.
    #[arg(long, conflicts_with = "seeds")]
    minutes: Option<u64>,
    /// The number of threads. By default, one for each processor.
    #[arg(long)]
    threads: Option<usize>,
    /// Put a deliberate fault in. The histories should then have a violation.
    #[arg(long)]
    mutant: Option<String>,
    /// Show the events of the history of the first seed.
    #[arg(long)]
    trace: bool,
    /// Try every deliberate fault, and show the check that finds it.
    #[arg(long)]
    mutants: bool,
}

#[expect(clippy::print_stderr, reason = "errors belong on standard error")]
fn main() -> ExitCode {
    let options = Options::parse();
    let result =
        if options.sign_in { command::<Sessions>(&options) } else { command::<Names>(&options) };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("proof: {error}");
            ExitCode::FAILURE
        }
    }
}

fn command<S: Histories>(options: &Options) -> Result<(), Box<dyn Error>> {
    if options.trace {
        show_trace::<S>(options)
    } else if options.mutants {
        check_mutants::<S>(options)
    } else {
        check_histories::<S>(options)
    }
}

/// The deliberate fault that the options name.
fn mutant<S: Histories>(options: &Options) -> Result<Option<S::Mutant>, String> {
    let read = |name: &String| {
        S::Mutant::from_str(name, false).map_err(|_| {
            let known = S::Mutant::value_variants().iter().map(name_of);
            format!(
                "no deliberate fault {name}; there are {}",
                known.collect::<Vec<_>>().join(", ")
            )
        })
    };
    options.mutant.as_ref().map(read).transpose()
}

fn name_of(mutant: &impl ValueEnum) -> String {
    mutant.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

#[expect(clippy::print_stdout, reason = "the history is this command's output")]
fn show_trace<S: Histories>(options: &Options) -> Result<(), Box<dyn Error>> {
    let history = S::run(options.seed, mutant::<S>(options)?)?;
    println!("{}", history.trace.join("\n"));
    history.violation.map_or(Ok(()), |violation| Err(violation.into()))
}

/// A violation, and the seed of the history that has it.
struct FoundViolation {
    seed: u64,
    violation: String,
}

#[expect(clippy::print_stdout, reason = "the figures are this command's output")]
fn check_histories<S: Histories>(options: &Options) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let (totals, found) = run::<S>(options)?;
    println!("{totals}| seconds | {} |", start.elapsed().as_secs());
    let Some(FoundViolation { seed, violation }) = found else { return Ok(()) };
    let sign_in = if options.sign_in { " --sign-in" } else { "" };
    let mut replay = format!("cargo run --release -p proof --{sign_in} --trace --seed {seed}");
    if let Some(mutant) = &options.mutant {
        write!(replay, " --mutant {mutant}")?;
    }
    Err(format!("seed {seed}: {violation}\nLook at it: {replay}").into())
}

/// The results of the histories so far.
#[derive(Default)]
struct Results {
    totals: Totals,
    violation: Option<FoundViolation>,
    error: Option<String>,
}

impl Results {
    fn add(&mut self, seed: u64, history: Result<History, String>) {
        match history {
            Ok(history) => {
                self.totals += &history;
                if let Some(violation) = history.violation {
                    self.violation.get_or_insert(FoundViolation { seed, violation });
                }
            }
            Err(error) => self.error = Some(error),
        }
    }

    /// Whether the threads should stop.
    fn is_final(&self) -> bool {
        self.violation.is_some() || self.error.is_some()
    }
}

/// Runs the histories on all threads until one has a violation.
fn run<S: Histories>(
    options: &Options,
) -> Result<(Totals, Option<FoundViolation>), Box<dyn Error>> {
    let mutant = mutant::<S>(options)?;
    let start = Instant::now();
    let end = options.minutes.map(|minutes| start + Duration::from_secs(60 * minutes));
    let seeds = if end.is_some() { u64::MAX - options.seed } else { options.seeds };
    let bar = progress_bar(options.minutes, seeds);
    let (next, results) = (AtomicU64::new(0), Mutex::new(Results::default()));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= seeds || end.is_some_and(|end| Instant::now() >= end) {
                return;
            }
            let seed = options.seed + number;
            if mutant.is_some_and(|mutant| !mutant.can_show_in(seed)) {
                continue;
            }
            let history = S::run(seed, mutant).map_err(|error| error.to_string());
            bar.set_position(if end.is_some() { start.elapsed().as_secs() } else { number });
            let Ok(mut results) = results.lock() else { return };
            results.add(seed, history);
            if results.is_final() {
                return;
            }
        }
    };
    let available = std::thread::available_parallelism().map_or(1, Into::into);
    std::thread::scope(|scope| {
        for _ in 0..options.threads.unwrap_or(available) {
            scope.spawn(work);
        }
    });
    bar.finish_and_clear();
    let Results { totals, violation, error } =
        results.into_inner().map_err(|_| "a thread has panicked")?;
    error.map_or(Ok((totals, violation)), |error| Err(error.into()))
}

fn progress_bar(minutes: Option<u64>, seeds: u64) -> ProgressBar {
    let bar = ProgressBar::new(minutes.map_or(seeds, |minutes| minutes * 60));
    let unit = if minutes.is_some() { "s" } else { "seeds" };
    let style = format!("{{bar:40}} {{percent:>3}} % {{pos}} {unit} ({{eta}} left)");
    if let Ok(style) = ProgressStyle::with_template(&style) {
        bar.set_style(style);
    }
    bar
}

/// Checks that every deliberate fault is found.
#[expect(clippy::print_stdout, reason = "the table is this command's output")]
fn check_mutants<S: Histories>(options: &Options) -> Result<(), Box<dyn Error>> {
    println!("| deliberate fault | caught by | seeds |\n|---|---|--:|");
    let mut missed = Vec::new();
    for mutant in S::Mutant::value_variants() {
        let seeds = options.seed..options.seed + options.seeds;
        let mut tried = 0;
        let found = seeds.filter(|seed| mutant.can_show_in(*seed)).find_map(|seed| {
            tried += 1;
            match S::run(seed, Some(*mutant)) {
                Ok(history) => history.violation.map(Ok),
                Err(error) => Some(Err(error)),
            }
        });
        let (name, value) = (name_of(mutant), mutant.to_possible_value());
        match found.transpose()? {
            Some(violation) => {
                let help = value.as_ref().and_then(|value| value.get_help());
                let help = help.map(ToString::to_string).unwrap_or_default();
                let kind = violation.split(':').next().unwrap_or_default();
                println!("| `{name}`: {help} | {kind} | {tried} |");
            }
            None => missed.push(name),
        }
    }
    if missed.is_empty() {
        Ok(())
    } else {
        Err(format!("not caught: {}", missed.join(", ")).into())
    }
}
