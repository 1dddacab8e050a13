//! How many instructions a function executes: a figure that does not depend on what else the machine does,
//! so it can have a budget. Counted by Valgrind's callgrind (<https://valgrind.org/docs/manual/cl-manual.html>).
//!
//! The figures are of a processor without instructions for SHA-256, for Valgrind's has none.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::process::Stdio;

use sandbox::lambda::Function;
use tokio::process::Command;

use crate::binaries::{Binary, FLOOR};
use crate::scenario;
use crate::upstream::DynamoDb;

/// Over how many warm invocations the mean is taken.
const INVOCATIONS: usize = 100;

/// The most that something may execute. The counts differ a little from run to run, for which packets
/// arrive together is the kernel's choice.
struct Budget {
    start: u64,
    first: u64,
    warm: u64,
}

/// 8 to 10 % above what was counted when this was last looked at.
const BUDGET: Budget = Budget { start: 1_980_000, first: 1_180_000, warm: 1_170_000 };

/// What a binary executes.
#[derive(Debug, Clone, Copy)]
struct Count {
    /// Until it asks for the first event.
    start: u64,
    /// For the first event.
    first: u64,
    /// For each later one.
    warm: u64,
}

/// Counts, and fails when a budget is exceeded. Gives the figures as a table.
pub(crate) async fn within_budget(function: &str) -> Result<String, Box<dyn Error>> {
    let (binary, floor) = (Binary::build(function)?, Binary::build(FLOOR)?);
    let (count, floor) = (count(&binary.path).await?, count(&floor.path).await?);
    let lines = [
        ("start to ready", count.start, floor.start, BUDGET.start),
        ("first answer", count.first, floor.first, BUDGET.first),
        ("warm", count.warm, floor.warm, BUDGET.warm),
    ];
    let mut table =
        format!("| thousand instructions | {function} | floor | budget |\n|---|--:|--:|--:|\n");
    for (name, count, floor, budget) in lines {
        let [count, floor, budget] = [count, floor, budget].map(|number| number / 1000);
        writeln!(table, "| {name} | {count} | {floor} | {budget} |")?;
    }
    if lines.iter().any(|(_, count, _, budget)| count > budget) {
        return Err(format!("more instructions than the budget allows:\n\n{table}").into());
    }
    Ok(table)
}

async fn count(binary: &Path) -> Result<Count, Box<dyn Error>> {
    let start = of_invocations(binary, 0).await?;
    let once = of_invocations(binary, 1).await?;
    let often = of_invocations(binary, 1 + INVOCATIONS).await?;
    let more = |count: u64, than: u64| count.checked_sub(than).ok_or("more events took less");
    let warm = more(often, once)? / u64::try_from(INVOCATIONS)?;
    Ok(Count { start, first: more(once, start)?, warm })
}

/// The instructions from the start of the process until that many renames are answered.
async fn of_invocations(binary: &Path, times: usize) -> Result<u64, Box<dyn Error>> {
    let dynamo_db = DynamoDb::start().await?;
    let settings = scenario::settings(&format!("http://{}", dynamo_db.address), None);
    let profile = std::env::temp_dir().join(format!("nameplate-callgrind-{}", std::process::id()));
    let mut command = Command::new("valgrind");
    command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", profile.display()));
    command.arg(binary).stdout(Stdio::null()).stderr(Stdio::null());
    let mut function = Function::start_by(&mut command, &settings).await?;
    function.ready().await?;
    for event in scenario::renames()?.iter().cycle().take(times) {
        scenario::check(&function.invoke(event.as_bytes()).await?)?;
    }
    function.terminate().await?;
    let content = std::fs::read_to_string(&profile)?;
    std::fs::remove_file(&profile)?;
    let total = content.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("callgrind gives no total")?.trim().parse()?)
}
