//! The measurements.

use std::error::Error;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use sandbox::Tls;
use sandbox::lambda::Function;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::process::{self, CpuLimit};
use crate::scenario;
use crate::upstream::{DynamoDb, Tap};

/// A start and the first answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ColdStart {
    /// From the start of the process until it asks for an event.
    pub(crate) ready: Duration,
    /// From the first event to its answer.
    pub(crate) first: Duration,
}

/// Starts a function and asks it once.
pub(crate) async fn cold_start(
    binary: &Path,
    settings: &[(&str, String)],
    event: &str,
) -> Result<ColdStart, Box<dyn Error>> {
    let mut function = Function::start(binary, settings).await?;
    let ready = function.ready().await?;
    let first = timed(&mut function, event).await?;
    Ok(ColdStart { ready, first })
}

/// One invocation.
async fn timed(function: &mut Function, event: &str) -> Result<Duration, Box<dyn Error>> {
    let asked = Instant::now();
    let answer = function.invoke(event).await?;
    let taken = asked.elapsed();
    scenario::check(&answer)?;
    Ok(taken)
}

/// A function that is asked again and again.
pub(crate) struct Warm {
    function: Function,
    events: Vec<String>,
    asked: usize,
    /// How long each invocation took.
    pub(crate) taken: Vec<Duration>,
    /// The processor time of all these.
    pub(crate) cpu: Duration,
}

impl Warm {
    /// Starts it, and asks it a hundred times before anything counts.
    pub(crate) async fn start(
        binary: &Path,
        settings: &[(&str, String)],
        events: Vec<String>,
    ) -> Result<Self, Box<dyn Error>> {
        let function = Function::start(binary, settings).await?;
        let mut warm = Self { function, events, asked: 0, taken: Vec::new(), cpu: Duration::ZERO };
        warm.ask(100).await?;
        warm.taken.clear();
        warm.cpu = Duration::ZERO;
        Ok(warm)
    }

    /// Asks it that often, one after the other.
    pub(crate) async fn ask(&mut self, times: usize) -> Result<(), Box<dyn Error>> {
        let id = self.function.id().ok_or("the function has ended")?;
        let before = process::cpu_time(id)?;
        for _ in 0..times {
            let event = self.events.get(self.asked % self.events.len()).ok_or("no event")?;
            self.taken.push(timed(&mut self.function, event).await?);
            self.asked += 1;
        }
        self.cpu += process::cpu_time(id)?.saturating_sub(before);
        Ok(())
    }

    /// The processor time of one invocation.
    pub(crate) fn cpu_of_one(&self) -> Duration {
        self.cpu / u32::try_from(self.taken.len()).unwrap_or(u32::MAX).max(1)
    }

    /// The most memory it has had.
    pub(crate) fn peak_memory(&self) -> Result<u64, Box<dyn Error>> {
        Ok(process::peak_memory(self.function.id().ok_or("the function has ended")?)?)
    }
}

/// How long the DynamoDB itself takes for each of that many renames, and how often it is asked.
pub(crate) async fn dynamo_db_time(
    binary: &Path,
    dynamo_db: &DynamoDb,
    events: &[String],
    times: usize,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let tap = Tap::start(dynamo_db.address).await?;
    let settings = scenario::settings(&format!("http://{}", tap.address), None);
    let mut warm = Warm::start(binary, &settings, events.to_vec()).await?;
    tap.take_waits();
    warm.ask(times).await?;
    Ok(tap.take_waits())
}

/// A few of the periods by which the kernel counts a share of a processor.
const PERIODS: Duration = Duration::from_millis(100);

/// The first rename after init over TLS, with the processor of a function of that much memory.
/// `is_warmed` lets the function open its connection in init; without, DynamoDB cannot be reached yet
/// then, so that the first request has to open it.
pub(crate) async fn first_over_tls(
    binary: &Path,
    dynamo_db: &DynamoDb,
    tls: &Tls,
    limit: &CpuLimit,
    event: &str,
    is_warmed: bool,
) -> Result<ColdStart, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let settings =
        scenario::settings(&format!("https://localhost:{}", address.port()), Some(&tls.root));
    let mut server = is_warmed.then(|| tls.serve(listener, dynamo_db.address));
    let mut command = process::command(binary, limit);
    let mut function = Function::start_by(&mut command, &settings).await?;
    let ready = function.ready().await?;
    if server.is_none() {
        server = Some(tls.serve(TcpListener::bind(address).await?, dynamo_db.address));
    }
    // Else what init has used of its share would count for the first event: Lambda gives init a whole
    // processor, and counts from the event on.
    tokio::time::sleep(PERIODS).await;
    let first = timed(&mut function, event).await;
    if let Some(server) = server {
        server.abort();
    }
    Ok(ColdStart { ready, first: first? })
}

/// How long a change of a password takes, and the most memory that it takes, with the processor of a
/// function of that much memory.
pub(crate) async fn password_changes(
    binary: &Path,
    limit: &CpuLimit,
    times: u32,
) -> Result<(Vec<Duration>, u64), Box<dyn Error>> {
    let dynamo_db = DynamoDb::start().await?;
    let settings = scenario::settings(&format!("http://{}", dynamo_db.address), None);
    let mut command = process::command(binary, limit);
    let mut function = Function::start_by(&mut command, &settings).await?;
    let event = scenario::success("update-user")?;
    let mut taken = Vec::new();
    for _ in 0..times {
        taken.push(timed(&mut function, &event).await?);
    }
    let peak = process::peak_memory(function.id().ok_or("the function has ended")?)?;
    Ok((taken, peak))
}

/// What a request costs at DynamoDB: calls, and capacity units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// Calls.
    pub(crate) calls: f64,
    /// Capacity units, of writing and of reading alike.
    pub(crate) units: f64,
}

/// Asks a function once, and reads from its log what that cost.
pub(crate) async fn cost(binary: &Path, function: &str) -> Result<Cost, Box<dyn Error>> {
    let dynamo_db = DynamoDb::start().await?;
    let settings = scenario::settings(&format!("http://{}", dynamo_db.address), None);
    let path = std::env::temp_dir().join(format!("nameplate-bench-{}.log", std::process::id()));
    let mut command = Command::new(binary);
    command.stdout(std::fs::File::create(&path)?).stderr(Stdio::null());
    let mut running = Function::start_by(&mut command, &settings).await?;
    scenario::check(&running.invoke(scenario::success(function)?).await?)?;
    let log = std::fs::read_to_string(&path)?;
    std::fs::remove_file(&path)?;
    let line =
        log.lines().find(|line| line.contains("CapacityUnits")).ok_or("nothing is logged")?;
    let line: Value = serde_json::from_str(line)?;
    let number = |name: &str| line[name].as_f64().ok_or_else(|| format!("no {name} is logged"));
    Ok(Cost { calls: number("DynamoDbCalls")?, units: number("CapacityUnits")? })
}
