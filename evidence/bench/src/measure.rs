//! The measurements.

use std::error::Error;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use sandbox::Tls;
use sandbox::lambda::{Answer, Function};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::process::{self, CpuLimit};
use crate::scenario;
use crate::upstream::{DynamoDb, Tap};

/// The times of a start and of the first response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ColdStart {
    /// The time from the start of the process until it asks for an event.
    pub(crate) ready: Duration,
    /// The time from the first event to its response.
    pub(crate) first: Duration,
}

/// Starts a function and invokes it once.
pub(crate) async fn cold_start(
    binary: &Path,
    settings: &[(&str, String)],
    event: &str,
) -> Result<ColdStart, Box<dyn Error>> {
    let mut function = Function::start(binary, settings).await?;
    let ready = function.ready().await?;
    let (first, _) = time_success(&mut function, event).await?;
    Ok(ColdStart { ready, first })
}

/// Invokes the function once. Returns the time until the response, and the response.
pub(crate) async fn time_invocation(
    function: &mut Function,
    event: &str,
) -> Result<(Duration, Answer), Box<dyn Error>> {
    let start = Instant::now();
    let response = function.invoke(event).await?;
    Ok((start.elapsed(), response))
}

/// As [`time_invocation`], and checks that the response is a success.
async fn time_success(
    function: &mut Function,
    event: &str,
) -> Result<(Duration, Answer), Box<dyn Error>> {
    let (taken, response) = time_invocation(function, event).await?;
    scenario::check(&response)?;
    Ok((taken, response))
}

/// Makes each event from the response to the one before.
pub(crate) type NextEvent = Box<dyn FnMut(Option<&Answer>) -> Result<String, Box<dyn Error>>>;

/// Returns these events again and again, whatever the responses are.
pub(crate) fn in_turn(events: impl Into<Vec<String>>) -> NextEvent {
    let mut events = events.into().into_iter().cycle();
    Box::new(move |_| events.next().ok_or_else(|| "no event".into()))
}

/// A function that is invoked again and again.
pub(crate) struct Warm {
    function: Function,
    next: NextEvent,
    last: Option<Answer>,
    /// The time of each invocation.
    pub(crate) taken: Vec<Duration>,
    /// The processor time of all these invocations.
    pub(crate) cpu: Duration,
}

impl Warm {
    /// Starts the function, and invokes it a hundred times before it measures.
    pub(crate) async fn start(
        binary: &Path,
        settings: &[(&str, String)],
        next: NextEvent,
    ) -> Result<Self, Box<dyn Error>> {
        let function = Function::start(binary, settings).await?;
        let mut warm = Self { function, next, last: None, taken: Vec::new(), cpu: Duration::ZERO };
        warm.invoke(100).await?;
        warm.taken.clear();
        warm.cpu = Duration::ZERO;
        Ok(warm)
    }

    /// Invokes the function that many times, one after the other.
    pub(crate) async fn invoke(&mut self, times: usize) -> Result<(), Box<dyn Error>> {
        let id = self.function.id().ok_or("the function has ended")?;
        let before = process::cpu_time(id)?;
        for _ in 0..times {
            let event = (self.next)(self.last.as_ref())?;
            let (taken, response) = time_success(&mut self.function, &event).await?;
            self.taken.push(taken);
            self.last = Some(response);
        }
        self.cpu += process::cpu_time(id)?.saturating_sub(before);
        Ok(())
    }

    /// Returns the mean processor time of an invocation.
    pub(crate) fn cpu_of_one(&self) -> Duration {
        self.cpu / u32::try_from(self.taken.len()).unwrap_or(u32::MAX).max(1)
    }

    /// Returns the most memory that the process has had.
    pub(crate) fn peak_memory(&self) -> Result<u64, Box<dyn Error>> {
        Ok(process::peak_memory(self.function.id().ok_or("the function has ended")?)?)
    }
}

/// Measures the time that DynamoDB takes for each of that many renames.
pub(crate) async fn dynamo_db_time(
    binary: &Path,
    dynamo_db: &DynamoDb,
    events: &[String],
    times: usize,
) -> Result<Vec<Duration>, Box<dyn Error>> {
    let tap = Tap::start(dynamo_db.address).await?;
    let settings = scenario::settings(&format!("http://{}", tap.address), None);
    let mut warm = Warm::start(binary, &settings, in_turn(events)).await?;
    tap.take_waits();
    warm.invoke(times).await?;
    Ok(tap.take_waits())
}

/// The length of a few periods in which the kernel counts the share of a processor.
const PERIODS: Duration = Duration::from_millis(100);

/// The setup of a function that reaches DynamoDB over TLS, with a share of a processor.
pub(crate) struct TlsSetup<'a> {
    /// The binary of the function.
    pub(crate) binary: &'a Path,
    /// The DynamoDB.
    pub(crate) dynamo_db: &'a DynamoDb,
    /// The TLS in front of the DynamoDB.
    pub(crate) tls: &'a Tls,
    /// The share of a processor.
    pub(crate) limit: CpuLimit,
}

impl TlsSetup<'_> {
    /// Measures the first rename after init. With `is_warmed`, the function opens its connection in init.
    /// Otherwise it cannot reach DynamoDB in init, so the first request opens the connection.
    pub(crate) async fn first_rename(
        &self,
        event: &str,
        is_warmed: bool,
    ) -> Result<ColdStart, Box<dyn Error>> {
        let upstream = self.dynamo_db.address;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let endpoint = format!("https://localhost:{}", address.port());
        let settings = scenario::settings(&endpoint, Some(&self.tls.root));
        let mut server = is_warmed.then(|| self.tls.serve(listener, upstream));
        let mut command = process::command(self.binary, &self.limit);
        let mut function = Function::start_by(&mut command, &settings).await?;
        let ready = function.ready().await?;
        if server.is_none() {
            server = Some(self.tls.serve(TcpListener::bind(address).await?, upstream));
        }
        // Lambda gives init a whole processor, and counts from the event on. Without this pause, the
        // time that init has used of its share would count for the first event.
        tokio::time::sleep(PERIODS).await;
        let first = time_success(&mut function, event).await;
        if let Some(server) = server {
            server.abort();
        }
        Ok(ColdStart { ready, first: first?.0 })
    }
}

/// Measures changes of a password with a share of a processor. Returns the time of each change, and the
/// most memory that the process had.
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
        taken.push(time_success(&mut function, &event).await?.0);
    }
    let peak = process::peak_memory(function.id().ok_or("the function has ended")?)?;
    Ok((taken, peak))
}

/// The cost of a request at DynamoDB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    /// The number of calls.
    pub(crate) calls: f64,
    /// The number of capacity units, for writing and for reading together.
    pub(crate) units: f64,
}

/// Invokes a function once, and reads the cost from its log.
pub(crate) async fn cost(binary: &Path, function: &str) -> Result<Cost, Box<dyn Error>> {
    let dynamo_db = DynamoDb::start().await?;
    let settings = scenario::signing_in(&dynamo_db);
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
