//! The number of instructions that a function executes.
//!
//! This number hardly depends on what else the machine does, so it can have a budget. Valgrind's
//! callgrind counts the instructions (<https://valgrind.org/docs/manual/cl-manual.html>). Valgrind's
//! processor has no instructions for SHA-256.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::process::Stdio;

use sandbox::lambda::Function;
use tokio::process::Command;

use crate::binaries::{Binary, FLOOR};
use crate::scenario::{self, Hint};
use crate::upstream::DynamoDb;

/// The number of warm invocations in the mean.
const INVOCATIONS: usize = 100;

/// The greatest number of instructions that each phase may execute. The counts differ a little from run
/// to run, because the kernel decides which packets arrive together.
struct Budget {
    /// From the start of the process to the first answer. How much of it comes before the function asks
    /// for the event depends on when DynamoDB answers the warm-up: a busy machine moves a sixth.
    first: u64,
    warm: u64,
    /// Warm, by tokens without the user's name: a rename reads the user first.
    unnamed: u64,
}

/// The budget is 8 to 10 % above the counts at the time of its last revision.
const BUDGET: Budget = Budget { first: 3_160_000, warm: 1_170_000, unnamed: 1_790_000 };

/// The number of instructions of a binary in each phase.
#[derive(Debug, Clone, Copy)]
struct Count {
    /// From the start of the process until it asks for the first event.
    start: u64,
    /// For the first event.
    first: u64,
    /// For each later event.
    warm: u64,
}

/// Counts the instructions and returns them as a table. Fails when a count exceeds the budget.
pub(crate) async fn check_budget(function: &str) -> Result<String, Box<dyn Error>> {
    let (binary, floor) = (Binary::build(function)?, Binary::build(FLOOR)?);
    let unnamed = count(&binary.path, Hint::Absent).await?.warm;
    let count_named = async |binary: &Binary| count(&binary.path, Hint::Given).await;
    let (count, floor) = (count_named(&binary).await?, count_named(&floor).await?);
    let first = |count: Count| count.start + count.first;
    let lines = [
        ("start to ready", count.start, floor.start, None),
        ("first answer after that", count.first, floor.first, None),
        ("start to first answer", first(count), first(floor), Some(BUDGET.first)),
        ("warm", count.warm, floor.warm, Some(BUDGET.warm)),
        ("warm, no name in the token", unnamed, floor.warm, Some(BUDGET.unnamed)),
    ];
    let mut table =
        format!("| thousand instructions | {function} | floor | budget |\n|---|--:|--:|--:|\n");
    for (name, count, floor, budget) in lines {
        let budget = budget.map(|budget| (budget / 1000).to_string()).unwrap_or_default();
        writeln!(table, "| {name} | {} | {} | {budget} |", count / 1000, floor / 1000)?;
    }
    if lines.iter().any(|(_, count, _, budget)| budget.is_some_and(|budget| *count > budget)) {
        return Err(format!("more instructions than the budget allows:\n\n{table}").into());
    }
    Ok(table)
}

/// Counts the instructions of a binary.
async fn count(binary: &Path, hint: Hint) -> Result<Count, Box<dyn Error>> {
    let start = count_invocations(binary, hint, 0).await?;
    let once = count_invocations(binary, hint, 1).await?;
    let often = count_invocations(binary, hint, 1 + INVOCATIONS).await?;
    let less = "more events took fewer instructions";
    let first = once.checked_sub(start).ok_or(less)?;
    let warm = often.checked_sub(once).ok_or(less)? / u64::try_from(INVOCATIONS)?;
    Ok(Count { start, first, warm })
}

/// Counts the instructions from the start of the process until it has responded to that many renames.
async fn count_invocations(binary: &Path, hint: Hint, times: usize) -> Result<u64, Box<dyn Error>> {
    let dynamo_db = DynamoDb::start().await?;
    let settings = scenario::settings(&format!("http://{}", dynamo_db.address), None);
    let profile = std::env::temp_dir().join(format!("nameplate-callgrind-{}", std::process::id()));
    let mut command = Command::new("valgrind");
    command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", profile.display()));
    command.arg(binary).stdout(Stdio::null()).stderr(Stdio::null());
    let mut function = Function::start_by(&mut command, &settings).await?;
    function.ready().await?;
    for event in scenario::renames(hint)?.iter().cycle().take(times) {
        scenario::check(&function.invoke(event.as_bytes()).await?)?;
    }
    function.terminate().await?;
    let content = std::fs::read_to_string(&profile)?;
    std::fs::remove_file(&profile)?;
    let total = content.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("callgrind gives no total")?.trim().parse()?)
}
