//! How fast the built functions start and answer, beside a function on the same runtime that does
//! nothing: `cargo run --release -p bench`. What it measures and how is in `docs/performance.md`.

mod binaries;
mod figures;
mod instructions;
mod measure;
mod process;
mod report;
mod scenario;
mod tokens;
mod upstream;

use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use figures::{median, megabytes, milliseconds, quantile};
use indicatif::{ProgressBar, ProgressStyle};
use report::Comparison;
use sandbox::Tls;

use crate::binaries::{Binary, FLOOR};
use crate::measure::{ColdStart, Warm, cold_start};
use crate::process::CpuLimit;
use crate::upstream::DynamoDb;

/// The function that is compared with the floor.
const FUNCTION: &str = "change-username";

/// The picture's file name.
const PICTURE: &str = "performance.svg";

/// Measures the built functions.
#[derive(Debug, Parser)]
struct Options {
    /// How often each binary is started.
    #[arg(long, default_value_t = 40)]
    cold_starts: u32,
    /// How often each warm binary is asked.
    #[arg(long, default_value_t = 4000)]
    invocations: usize,
    /// How often each start over TLS with little processor is tried.
    #[arg(long, default_value_t = 10)]
    tls_starts: u32,
    /// The folder for the picture; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    out: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What else it can do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Counts the instructions of a rename, and fails when there are more than the budget allows.
    Instructions,
    /// Is the DynamoDB: how this program starts itself.
    #[command(hide = true, name = upstream::COMMAND)]
    DynamoDb,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let done = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| {
        runtime.block_on(async {
            match options.command {
                None => run(&options).await,
                Some(Command::Instructions) => count_instructions().await,
                Some(Command::DynamoDb) => upstream::serve().await,
            }
        })
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "this is where a person reads it")]
fn complain(error: &dyn Error) {
    eprintln!("bench: {error}");
}

#[expect(clippy::print_stdout, reason = "the figures are this command's output")]
async fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(&options.out)?;
    let functions = binaries::functions()?;
    let progress = progress(options, functions.len());
    progress.set_message("building");
    let floor = Binary::build(FLOOR)?;
    let mut built = Vec::new();
    for name in functions {
        let binary = Binary::build(&name)?;
        built.push((name, binary));
        progress.inc(1);
    }
    let binary_of = |function: &str| {
        let found = built.iter().find(|(name, _)| name == function);
        found.map(|(_, binary)| binary).ok_or_else(|| format!("there is no {function}"))
    };
    let comparisons = compare(options, binary_of(FUNCTION)?, &floor, &progress).await?;
    let tls = over_tls(options, binary_of(FUNCTION)?, &progress).await?;
    progress.set_message("costs");
    let mut table =
        "| function | size MB | zipped MB | calls | units |\n|---|--:|--:|--:|--:|\n".to_owned();
    for (name, binary) in &built {
        let cost = measure::cost(&binary.path, name).await?;
        let (size, packed) = (megabytes(binary.size), megabytes(binary.packed));
        writeln!(table, "| {name} | {size} | {packed} | {} | {} |", cost.calls, cost.units)?;
        progress.inc(1);
    }
    let passwords = passwords(binary_of("update-user")?).await?;
    let tokens = tokens::verification().await?;
    progress.finish_and_clear();
    println!("{}\n{tls}\n{passwords}\n{tokens}\n{table}", report::comparison(&comparisons));
    println!("The picture is {}.", options.out.join(PICTURE).display());
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the figures are this command's output")]
async fn count_instructions() -> Result<(), Box<dyn Error>> {
    println!("{}", instructions::within_budget(FUNCTION).await?);
    Ok(())
}

fn progress(options: &Options, functions: usize) -> ProgressBar {
    let steps = 2 * functions
        + usize::try_from(2 * options.cold_starts + 4 * options.tls_starts).unwrap_or(0)
        + CHUNKS;
    let progress = ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX));
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} % {msg} ({eta} left)");
    if let Ok(style) = style {
        progress.set_style(style);
    }
    progress
}

/// Into how many parts the warm invocations are divided, by turns with the floor's.
const CHUNKS: usize = 20;

/// The function beside the floor, by turns, so that a change of the machine's speed is the same for both.
async fn compare(
    options: &Options,
    function: &Binary,
    floor: &Binary,
    progress: &ProgressBar,
) -> Result<Vec<Comparison>, Box<dyn Error>> {
    let dynamo_db = DynamoDb::start().await?;
    let settings = scenario::settings(&format!("http://{}", dynamo_db.address), None);
    let renames = scenario::renames()?;

    progress.set_message("cold starts");
    let (mut cold, mut cold_floor) = (Vec::new(), Vec::new());
    for event in renames.iter().cycle().take(usize::try_from(options.cold_starts)?) {
        for (binary, starts) in [(function, &mut cold), (floor, &mut cold_floor)] {
            starts.push(cold_start(&binary.path, &settings, event).await?);
            progress.inc(1);
        }
    }

    progress.set_message("warm invocations");
    let chunk = options.invocations / CHUNKS;
    // An even number leaves the user with the name that the next one begins with.
    let dynamo_db_time =
        measure::dynamo_db_time(&function.path, &dynamo_db, &renames, chunk * 4 / 2 * 2).await?;
    let mut warm = Warm::start(&function.path, &settings, renames.to_vec()).await?;
    let mut warm_floor = Warm::start(&floor.path, &settings, renames.to_vec()).await?;
    for _ in 0..CHUNKS {
        warm.ask(chunk).await?;
        warm_floor.ask(chunk).await?;
        progress.inc(1);
    }
    let picture = options.out.join(PICTURE);
    report::draw(&picture, &[(FUNCTION, &warm.taken), (FLOOR, &warm_floor.taken)])?;

    let own = median(&warm.taken).saturating_sub(median(&dynamo_db_time));
    let mut lines = of_cold(&cold, &cold_floor);
    lines.extend(of_warm(&warm, &warm_floor, own)?);
    lines.push(Comparison::of_sizes("zipped, MB", function.packed, floor.packed, None));
    Ok(lines)
}

fn of_cold(cold: &[ColdStart], floor: &[ColdStart]) -> Vec<Comparison> {
    let [ready, ready_floor] = [cold, floor].map(|starts| of(starts, |start| start.ready));
    let [first, first_floor] = [cold, floor].map(|starts| of(starts, |start| start.first));
    vec![
        Comparison::of("start to ready, ms", ready, ready_floor, Some(1.6)),
        Comparison::of("first answer, ms", first, first_floor, Some(5.0)),
    ]
}

/// `own` is what an invocation takes beyond DynamoDB's own time.
fn of_warm(warm: &Warm, floor: &Warm, own: Duration) -> Result<Vec<Comparison>, Box<dyn Error>> {
    let [middle, middle_floor] = [warm, floor].map(|warm| median(&warm.taken));
    let [tail, tail_floor] = [warm, floor].map(|warm| quantile(&warm.taken, 0.99));
    let [cpu, cpu_floor] = [warm, floor].map(Warm::cpu_of_one);
    let (peak, peak_floor) = (warm.peak_memory()?, floor.peak_memory()?);
    Ok(vec![
        Comparison::of("warm p50 less DynamoDB's own, ms", own, middle_floor, Some(2.5)),
        Comparison::of("warm p50, ms", middle, middle_floor, None),
        Comparison::of("warm p99, ms", tail, tail_floor, None),
        Comparison::of("CPU of an invocation, ms", cpu, cpu_floor, Some(3.5)),
        Comparison::of_sizes("peak memory, MB", peak, peak_floor, Some(2.0)),
    ])
}

/// What a change of a password takes, by the memory of the function.
async fn passwords(update_user: &Binary) -> Result<String, Box<dyn Error>> {
    let mut table =
        "| password change with the CPU of | ms | peak memory, MB |\n|---|--:|--:|\n".to_owned();
    for memory in [256, 512, 1024, 1769] {
        let limit = CpuLimit::of_memory(memory)?;
        let (taken, peak) = measure::password_changes(&update_user.path, &limit, 5).await?;
        let (taken, peak) = (milliseconds(median(&taken)), megabytes(peak));
        writeln!(table, "| {memory} MB | {taken} | {peak} |")?;
    }
    Ok(table)
}

/// The middle value of something of many starts.
fn of(starts: &[ColdStart], part: impl Fn(&ColdStart) -> Duration) -> Duration {
    median(&starts.iter().map(part).collect::<Vec<_>>())
}

/// The first rename after init, over TLS and with little processor: with the connection opened in
/// init, and without.
async fn over_tls(
    options: &Options,
    function: &Binary,
    progress: &ProgressBar,
) -> Result<String, Box<dyn Error>> {
    let dynamo_db = DynamoDb::start().await?;
    let tls = Tls::new()?;
    let [there, back] = scenario::renames()?;
    let mut table = "| over TLS with the CPU of | first rename, ms | without warm-up | ratio | init, ms | without |\n|---|--:|--:|--:|--:|--:|\n".to_owned();
    for megabytes in [128, 512] {
        progress.set_message("starts over TLS");
        let limit = CpuLimit::of_memory(megabytes)?;
        let (mut warmed, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..options.tls_starts {
            for (event, is_warmed, starts) in
                [(&there, true, &mut warmed), (&back, false, &mut plain)]
            {
                let binary = &function.path;
                let start =
                    measure::first_over_tls(binary, &dynamo_db, &tls, &limit, event, is_warmed);
                starts.push(start.await?);
                progress.inc(1);
            }
        }
        let [first, first_plain] = [&warmed, &plain].map(|starts| of(starts, |start| start.first));
        let [ready, ready_plain] = [&warmed, &plain].map(|starts| of(starts, |start| start.ready));
        writeln!(
            table,
            "| {megabytes} MB | {} | {} | {:.1} × | {} | {} |",
            milliseconds(first),
            milliseconds(first_plain),
            figures::ratio(first_plain, first),
            milliseconds(ready),
            milliseconds(ready_plain),
        )?;
    }
    Ok(table)
}
