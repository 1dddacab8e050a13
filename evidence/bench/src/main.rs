//! Measures how fast the built functions start and respond, compared with a function on the same
//! runtime that does nothing.
//!
//! The command is `cargo run --release -p bench`. `docs/performance.md` describes the measurements.

mod binaries;
mod failures;
mod figures;
mod hashes;
mod instructions;
mod measure;
mod process;
mod report;
mod scenario;
mod sign_in;
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
use report::{Comparison, Pair};
use sandbox::Tls;

use crate::binaries::{Binary, FLOOR};
use crate::measure::{ColdStart, TlsSetup, Warm, cold_start, in_turn};
use crate::process::CpuLimit;
use crate::scenario::Hint;
use crate::upstream::DynamoDb;

/// The function that the benchmark compares with the floor.
const FUNCTION: &str = "change-username";

/// The file name of the picture.
const PICTURE: &str = "performance.svg";

/// Measures the built functions.
#[derive(Debug, Parser)]
struct Options {
    /// The number of cold starts of each binary.
    #[arg(long, default_value_t = 40)]
    cold_starts: u32,
    /// The number of warm invocations of each binary.
    #[arg(long, default_value_t = 4000)]
    invocations: usize,
    /// The number of starts over TLS for each share of a processor, with and without warm-up.
    #[arg(long, default_value_t = 10)]
    tls_starts: u32,
    /// The folder for the picture. The benchmark creates it.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    out: PathBuf,
    #[command(subcommand)]
    command: Option<Command>,
}

/// The other commands.
#[derive(Debug, Subcommand)]
enum Command {
    /// Counts the instructions of a rename. Fails when a count exceeds the budget.
    Instructions,
    /// Measures signing in: sign-ins and refreshes, and the hashes of passwords.
    SignIn,
    /// Measures whether the ways of failing to sign in take the same time. Fails when their medians differ by more than
    /// 5 ms.
    Failures {
        /// The number of failures of each way.
        #[arg(long, default_value_t = 1000)]
        times: usize,
    },
    /// Serves the DynamoDB. The benchmark starts itself with this command.
    #[command(hide = true, name = upstream::COMMAND)]
    DynamoDb,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let result = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| {
        runtime.block_on(async {
            match options.command {
                None => run(&options).await,
                Some(Command::Instructions) => count_instructions().await,
                Some(Command::SignIn) => measure_sign_in(options.invocations).await,
                Some(Command::Failures { times }) => compare_failures(times).await,
                Some(Command::DynamoDb) => upstream::serve().await,
            }
        })
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "errors belong on standard error")]
fn print_error(error: &dyn Error) {
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
    let binaries = Pair { function: binary_of(FUNCTION)?, floor: &floor };
    let comparisons = compare(options, binaries, &progress).await?;
    let tls = over_tls(options, binaries.function, &progress).await?;
    progress.set_message("costs");
    let mut table =
        "| function | size MB | zipped MB | calls | units |\n|---|--:|--:|--:|--:|\n".to_owned();
    for (name, binary) in &built {
        let cost = measure::cost(&binary.path, name).await?;
        let (size, packed) = (megabytes(binary.size), megabytes(binary.packed));
        writeln!(table, "| {name} | {size} | {packed} | {} | {} |", cost.calls, cost.units)?;
        progress.inc(1);
    }
    let hints = without_hint(options, binaries.function).await?;
    let passwords = password_changes(binary_of("update-user")?).await?;
    let tokens = tokens::verification().await?;
    let (log_in, refresh) = (binary_of("log-in")?, binary_of("refresh-session")?);
    let signing_in = sign_in::requests(log_in, refresh, options.invocations).await?;
    let hashes = hashes::verification()?;
    progress.finish_and_clear();
    println!(
        "{}\n{tls}\n{hints}\n{passwords}\n{tokens}\n{signing_in}\n{hashes}\n{table}",
        report::comparison(&comparisons)
    );
    println!("The picture is {}.", options.out.join(PICTURE).display());
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the figures are this command's output")]
async fn count_instructions() -> Result<(), Box<dyn Error>> {
    println!("{}", instructions::check_budget(FUNCTION).await?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the figures are this command's output")]
async fn measure_sign_in(invocations: usize) -> Result<(), Box<dyn Error>> {
    let (log_in, refresh) = (Binary::build("log-in")?, Binary::build("refresh-session")?);
    println!("{}", sign_in::requests(&log_in, &refresh, invocations).await?);
    println!("{}", hashes::verification()?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the figures are this command's output")]
async fn compare_failures(times: usize) -> Result<(), Box<dyn Error>> {
    let [log_in, create_user, update_user] =
        [Binary::build("log-in")?, Binary::build("create-user")?, Binary::build("update-user")?];
    let binaries = failures::Binaries { log_in, create_user, update_user };
    println!("{}", failures::compare(&binaries, times).await?);
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

/// The number of parts of the warm invocations. The function and the floor take turns, part by part.
const CHUNKS: usize = 20;

/// Compares the function with the floor. The two take turns, so that a change of the machine's speed
/// affects both.
async fn compare(
    options: &Options,
    binaries: Pair<&Binary>,
    progress: &ProgressBar,
) -> Result<Vec<Comparison>, Box<dyn Error>> {
    let dynamo_db = DynamoDb::start().await?;
    let settings = scenario::settings(&format!("http://{}", dynamo_db.address), None);
    let renames = scenario::renames(Hint::Given)?;

    progress.set_message("cold starts");
    let mut cold = Pair { function: Vec::new(), floor: Vec::new() };
    for event in renames.iter().cycle().take(usize::try_from(options.cold_starts)?) {
        for (binary, starts) in
            [(binaries.function, &mut cold.function), (binaries.floor, &mut cold.floor)]
        {
            starts.push(cold_start(&binary.path, &settings, event).await?);
            progress.inc(1);
        }
    }

    progress.set_message("warm invocations");
    let chunk = options.invocations / CHUNKS;
    // After an even number of renames, the user has the first name again.
    let renames_of_dynamo_db = chunk * 4 / 2 * 2;
    let dynamo_db_time = measure::dynamo_db_time(
        &binaries.function.path,
        &dynamo_db,
        &renames,
        renames_of_dynamo_db,
    )
    .await?;
    let mut warm = Pair {
        function: Warm::start(&binaries.function.path, &settings, in_turn(renames.clone())).await?,
        floor: Warm::start(&binaries.floor.path, &settings, in_turn(renames.clone())).await?,
    };
    for _ in 0..CHUNKS {
        warm.function.invoke(chunk).await?;
        warm.floor.invoke(chunk).await?;
        progress.inc(1);
    }
    let picture = options.out.join(PICTURE);
    let series = [(FUNCTION, &warm.function.taken[..]), (FLOOR, &warm.floor.taken)];
    report::draw(&picture, &series)?;

    let own_time = median(&warm.function.taken).saturating_sub(median(&dynamo_db_time));
    let mut lines = compare_cold(&cold);
    lines.extend(compare_warm(&warm, own_time)?);
    lines.push(Comparison::of_sizes("zipped, MB", binaries.map(|binary| binary.packed), None));
    Ok(lines)
}

/// Compares the cold starts.
fn compare_cold(cold: &Pair<Vec<ColdStart>>) -> Vec<Comparison> {
    let ready = cold.as_ref().map(|starts| median_of(starts, |start| start.ready));
    let first = cold.as_ref().map(|starts| median_of(starts, |start| start.first));
    vec![
        Comparison::of("start to ready, ms", ready, Some(1.6)),
        Comparison::of("first answer, ms", first, Some(5.0)),
    ]
}

/// Compares the warm invocations. `own_time` is the time of an invocation without the time of DynamoDB.
fn compare_warm(warm: &Pair<Warm>, own_time: Duration) -> Result<Vec<Comparison>, Box<dyn Error>> {
    let middle = warm.as_ref().map(|warm| median(&warm.taken));
    let own_time = Pair { function: own_time, floor: middle.floor };
    let tail = warm.as_ref().map(|warm| quantile(&warm.taken, 0.99));
    let cpu = warm.as_ref().map(Warm::cpu_of_one);
    let peak = Pair { function: warm.function.peak_memory()?, floor: warm.floor.peak_memory()? };
    Ok(vec![
        Comparison::of("warm p50 less DynamoDB's own, ms", own_time, Some(2.5)),
        Comparison::of("warm p50, ms", middle, None),
        Comparison::of("warm p99, ms", tail, None),
        Comparison::of("CPU of an invocation, ms", cpu, Some(3.5)),
        Comparison::of_sizes("peak memory, MB", peak, Some(2.0)),
    ])
}

/// Compares renames by tokens without the user's name with renames by tokens that have it. The two take
/// turns.
async fn without_hint(options: &Options, function: &Binary) -> Result<String, Box<dyn Error>> {
    // Each has a table of its own, for both rename the same user.
    let (named, unnamed) = (DynamoDb::start().await?, DynamoDb::start().await?);
    let start = async |dynamo_db: &DynamoDb, hint| {
        let settings = scenario::settings(&format!("http://{}", dynamo_db.address), None);
        Warm::start(&function.path, &settings, in_turn(scenario::renames(hint)?)).await
    };
    let mut named = start(&named, Hint::Given).await?;
    let mut unnamed = start(&unnamed, Hint::Absent).await?;
    for _ in 0..CHUNKS {
        named.invoke(options.invocations / CHUNKS).await?;
        unnamed.invoke(options.invocations / CHUNKS).await?;
    }
    let mut table =
        "| a rename by a token | warm p50, ms | CPU, ms | ratio |\n|---|--:|--:|--:|\n".to_owned();
    for (name, warm) in [("with the name", &named), ("without the name", &unnamed)] {
        let (middle, cpu) = (median(&warm.taken), warm.cpu_of_one());
        let ratio = figures::ratio(middle, median(&named.taken));
        writeln!(
            table,
            "| {name} | {} | {} | {ratio:.2} × |",
            milliseconds(middle),
            milliseconds(cpu)
        )?;
    }
    Ok(table)
}

/// Measures changes of a password with the processor of several sizes of memory.
async fn password_changes(update_user: &Binary) -> Result<String, Box<dyn Error>> {
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

/// Returns the median of one part of many starts.
fn median_of(starts: &[ColdStart], part: impl Fn(&ColdStart) -> Duration) -> Duration {
    median(&starts.iter().map(part).collect::<Vec<_>>())
}

/// Measures the first rename after init over TLS and with a small share of a processor, with and
/// without the warm-up, which opens the connection in init.
async fn over_tls(
    options: &Options,
    function: &Binary,
    progress: &ProgressBar,
) -> Result<String, Box<dyn Error>> {
    let dynamo_db = DynamoDb::start().await?;
    let tls = Tls::new()?;
    let [there, back] = scenario::renames(Hint::Given)?;
    let mut table = "| over TLS with the CPU of | first rename, ms | without warm-up | ratio | init, ms | without |\n|---|--:|--:|--:|--:|--:|\n".to_owned();
    for megabytes in [128, 512] {
        progress.set_message("starts over TLS");
        let limit = CpuLimit::of_memory(megabytes)?;
        let setup = TlsSetup { binary: &function.path, dynamo_db: &dynamo_db, tls: &tls, limit };
        let (mut warmed, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..options.tls_starts {
            for (event, is_warmed, starts) in
                [(&there, true, &mut warmed), (&back, false, &mut plain)]
            {
                starts.push(setup.first_rename(event, is_warmed).await?);
                progress.inc(1);
            }
        }
        let [first, first_plain] =
            [&warmed, &plain].map(|starts| median_of(starts, |start| start.first));
        let [ready, ready_plain] =
            [&warmed, &plain].map(|starts| median_of(starts, |start| start.ready));
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
