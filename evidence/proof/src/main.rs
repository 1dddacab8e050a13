//! `cargo run --release -p proof`: lives through many histories of concurrent requests under faults, and
//! says whether each is right. `docs/evidence.md` has what it has shown so far.

use std::error::Error;
use std::fmt::Write;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use proof::history::{self, History};
use proof::mutant::Mutant;
use proof::sum::Sum;

/// Checks histories of concurrent requests under faults.
#[derive(Debug, Parser)]
struct Options {
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many seeds, one after the other.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// Until when, instead of how many.
    #[arg(long, conflicts_with = "seeds")]
    minutes: Option<u64>,
    /// How many threads; as many as there are processors unless said.
    #[arg(long)]
    threads: Option<usize>,
    /// Put a deliberate fault in; then a violation is what is wanted.
    #[arg(long)]
    mutant: Option<Mutant>,
    /// Show what happens in the history of the first seed.
    #[arg(long)]
    trace: bool,
    /// Try every deliberate fault, and say what catches it.
    #[arg(long)]
    mutants: bool,
}

#[expect(clippy::print_stderr, reason = "this is where a person reads it")]
fn main() -> ExitCode {
    let options = Options::parse();
    let done = if options.trace {
        trace(&options)
    } else if options.mutants {
        mutants(&options)
    } else {
        check(&options)
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("proof: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the history is this command's output")]
fn trace(options: &Options) -> Result<(), Box<dyn Error>> {
    let history = history::run(options.seed, options.mutant)?;
    println!("{}", history.trace.join("\n"));
    history.violation.map_or(Ok(()), |violation| Err(violation.into()))
}

/// A seed whose history is wrong, and why.
type Violation = (u64, String);

#[expect(clippy::print_stdout, reason = "the figures are this command's output")]
fn check(options: &Options) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    let (sum, violation) = run(options)?;
    println!("{sum}| seconds | {} |", begun.elapsed().as_secs());
    let Some((seed, violation)) = violation else { return Ok(()) };
    let mut replay = format!("cargo run --release -p proof -- --trace --seed {seed}");
    if let Some(mutant) = options.mutant.and_then(|mutant| mutant.to_possible_value()) {
        write!(replay, " --mutant {}", mutant.get_name())?;
    }
    Err(format!("seed {seed}: {violation}\nLook at it: {replay}").into())
}

/// What the histories have shown so far.
#[derive(Default)]
struct Found {
    sum: Sum,
    violation: Option<Violation>,
    failure: Option<String>,
}

impl Found {
    fn take_in(&mut self, seed: u64, history: Result<History, String>) {
        match history {
            Ok(history) => {
                self.sum += &history;
                if let Some(wrong) = history.violation {
                    self.violation.get_or_insert((seed, wrong));
                }
            }
            Err(failure) => self.failure = Some(failure),
        }
    }

    fn is_over(&self) -> bool {
        self.violation.is_some() || self.failure.is_some()
    }
}

/// Lives through the histories, on all threads, until one is wrong.
fn run(options: &Options) -> Result<(Sum, Option<Violation>), Box<dyn Error>> {
    let begun = Instant::now();
    let end = options.minutes.map(|minutes| begun + Duration::from_secs(60 * minutes));
    let seeds = if end.is_some() { u64::MAX - options.seed } else { options.seeds };
    let bar = bar(options.minutes, seeds);
    let (next, found) = (AtomicU64::new(0), Mutex::new(Found::default()));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= seeds || end.is_some_and(|end| Instant::now() >= end) {
                return;
            }
            let seed = options.seed + number;
            let history = history::run(seed, options.mutant).map_err(|error| error.to_string());
            bar.set_position(if end.is_some() { begun.elapsed().as_secs() } else { number });
            let Ok(mut found) = found.lock() else { return };
            found.take_in(seed, history);
            if found.is_over() {
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
    let Found { sum, violation, failure } =
        found.into_inner().map_err(|_| "a thread has panicked")?;
    failure.map_or(Ok((sum, violation)), |failure| Err(failure.into()))
}

fn bar(minutes: Option<u64>, seeds: u64) -> ProgressBar {
    let bar = ProgressBar::new(minutes.map_or(seeds, |minutes| minutes * 60));
    let unit = if minutes.is_some() { "s" } else { "seeds" };
    let style = format!("{{bar:40}} {{percent:>3}} % {{pos}} {unit} ({{eta}} left)");
    if let Ok(style) = ProgressStyle::with_template(&style) {
        bar.set_style(style);
    }
    bar
}

/// Every deliberate fault has to be found.
#[expect(clippy::print_stdout, reason = "the table is this command's output")]
fn mutants(options: &Options) -> Result<(), Box<dyn Error>> {
    println!("| deliberate fault | caught by | seeds |\n|---|---|--:|");
    let mut missed = Vec::new();
    for mutant in Mutant::value_variants() {
        let value = mutant.to_possible_value().ok_or("a fault without a name")?;
        let name = value.get_name().to_owned();
        let mut tried = options.seed..options.seed + options.seeds;
        let found = tried.find_map(|seed| match history::run(seed, Some(*mutant)) {
            Ok(history) => history.violation.map(|violation| Ok((seed, violation))),
            Err(error) => Some(Err(error)),
        });
        match found.transpose()? {
            Some((seed, violation)) => {
                let help = value.get_help().map(ToString::to_string).unwrap_or_default();
                let kind = violation.split(':').next().unwrap_or_default();
                println!("| `{name}`: {help} | {kind} | {} |", seed - options.seed + 1);
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
