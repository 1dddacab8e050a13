//! The connection between the SDK and DynamoDB. A seed decides which faults it injects.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use sandbox::{FakeClock, InProcessDynamoDb, refusals};
use serde_json::{Value, json};
use shared::clock::Clock;
use tokio::sync::oneshot;

use crate::invariants::{self, Invariants};
use crate::mutant::{Call, Mutant};

/// A fault that happens to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is refused, so DynamoDB does not receive the call.
    Refused,
    /// DynamoDB carries out the call, and the response is lost.
    AnswerLost,
    /// The call arrives late, perhaps after the SDK has given up on this attempt and made the next one.
    RequestDelayed,
    /// DynamoDB carries out the call, and the response arrives late, perhaps too late.
    AnswerDelayed,
    /// The call conflicts with another one on the same item.
    Conflict,
    /// An earlier attempt at the same transaction is still in progress.
    InProgress,
    /// DynamoDB throttles the call.
    Throttled,
    /// DynamoDB fails, and does not carry out the call.
    Failed,
    /// DynamoDB carries out the call, and fails afterwards.
    FailedAfterwards,
    /// DynamoDB carries out the call, and the response is not JSON.
    Garbage,
}

impl Fault {
    /// All faults.
    pub const ALL: [Self; 10] = [
        Self::Refused,
        Self::AnswerLost,
        Self::RequestDelayed,
        Self::AnswerDelayed,
        Self::Conflict,
        Self::InProgress,
        Self::Throttled,
        Self::Failed,
        Self::FailedAfterwards,
        Self::Garbage,
    ];
}

/// The number of calls in ten thousand that a fault happens to.
const FAULTS_IN_10_000: u32 = 2000;
/// The longest delay, in milliseconds. It is longer than the time limits of an attempt (1 s), an operation
/// (3 s) and a request (4.5 s).
const LONGEST_DELAY: u64 = 6000;
/// The time that a call without a fault takes to arrive.
const LATENCY: Duration = Duration::from_millis(1);

/// The connection. Copies are the same connection.
#[derive(Clone)]
pub struct Wire(Arc<Inner>);

struct Inner {
    table: InProcessDynamoDb,
    clock: FakeClock,
    mutant: Option<Mutant>,
    state: Mutex<State>,
}

struct State {
    random: fastrand::Rng,
    faults_enabled: bool,
    injected: [u64; Fault::ALL.len()],
    invariants: Invariants,
    trace: Vec<String>,
    violation: Option<String>,
    malformed: Option<String>,
    /// The responses to earlier reads, for [`Mutant::CachedReads`].
    cache: HashMap<String, RawResponse>,
}

/// A response of DynamoDB.
#[derive(Clone)]
struct RawResponse {
    status: u16,
    body: String,
}

impl Wire {
    /// Returns a connection to the table that injects no faults yet.
    pub fn new(
        table: InProcessDynamoDb,
        clock: FakeClock,
        random: fastrand::Rng,
        mutant: Option<Mutant>,
    ) -> Self {
        let state = State {
            random,
            faults_enabled: false,
            injected: [0; Fault::ALL.len()],
            invariants: Invariants::default(),
            trace: Vec::new(),
            violation: None,
            malformed: None,
            cache: HashMap::new(),
        };
        Self(Arc::new(Inner { table, clock, mutant, state: Mutex::new(state) }))
    }

    /// Returns the HTTP client of the SDK over this connection.
    pub fn http(&self) -> SharedHttpClient {
        let wire = SharedHttpConnector::new(Connector(self.clone()));
        http_client_fn(move |_, _| wire.clone())
    }

    /// Sets whether faults happen.
    pub fn set_faults_enabled(&self, faults_enabled: bool) {
        self.state(|state| state.faults_enabled = faults_enabled);
    }

    /// Returns how often each of [`Fault::ALL`] has happened.
    pub fn injected_faults(&self) -> [u64; Fault::ALL.len()] {
        self.state(|state| state.injected)
    }

    /// Returns the number of committed renames.
    pub fn committed_renames(&self) -> u64 {
        self.state(|state| state.invariants.renames())
    }

    /// Returns the first violation of an invariant.
    pub fn violation(&self) -> Option<String> {
        self.state(|state| state.violation.clone())
    }

    /// Returns a call that DynamoDB does not understand. The history then shows nothing.
    pub fn malformed_call(&self) -> Option<String> {
        self.state(|state| state.malformed.clone())
    }

    /// Adds a line to the trace.
    pub fn note(&self, line: String) {
        self.state(|state| state.trace.push(line));
    }

    /// Returns the trace.
    pub fn trace(&self) -> Vec<String> {
        self.state(|state| state.trace.clone())
    }

    /// Checks the invariants on the table, and records the first violation.
    pub fn check_invariants(&self) {
        let now = self.0.clock.now().as_millisecond();
        let items = self.0.table.items();
        self.state(|state| {
            let table = items.and_then(|items| invariants::read(&items));
            let violation = table.and_then(|table| state.invariants.check(&table, now)).err();
            if let (Some(violation), None) = (violation, &state.violation) {
                state.trace.push(format!("        !! {violation}"));
                state.violation = Some(violation);
            }
        });
    }

    fn state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Draws the fault that happens to a call, if any, and a delay.
    fn draw_fault(&self, call: &Call) -> (Option<Fault>, Duration) {
        self.state(|state| {
            let delay = Duration::from_millis(state.random.u64(1..LONGEST_DELAY));
            if !state.faults_enabled || state.random.u32(..10_000) >= FAULTS_IN_10_000 {
                return (None, delay);
            }
            let number = state.random.usize(..Fault::ALL.len());
            let fault = Fault::ALL[number];
            let is_transaction = call.operation == "TransactWriteItems";
            if (fault == Fault::Conflict && call.is_read())
                || (fault == Fault::InProgress && !is_transaction)
            {
                return (None, delay);
            }
            state.injected[number] += 1;
            (Some(fault), delay)
        })
    }

    /// Has DynamoDB carry out the call. A mutant can turn one call into several, with time between them.
    async fn execute(&self, call: Call) -> RawResponse {
        let calls = match self.0.mutant {
            Some(mutant) => mutant.apply(call, &self.0.table, self.0.clock.now()),
            None => vec![call],
        };
        let mut response = RawResponse { status: 500, body: String::new() };
        for (number, call) in calls.iter().enumerate() {
            if number > 0 {
                let pause = self.state(|state| state.random.u64(..300));
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            response = self.execute_one(call);
            let summary = response.summary();
            if summary.contains("ValidationException") || summary.contains("Serialization") {
                let malformed = format!("{call:?}: {}", response.body);
                self.state(|state| state.malformed = Some(malformed));
            }
            self.note(format!("        {} {summary}", call.operation));
            if response.status != 200 {
                break;
            }
            if !call.is_read() {
                self.check_invariants();
            }
        }
        response
    }

    fn execute_one(&self, call: &Call) -> RawResponse {
        let request = call.body.to_string();
        let (status, body) = self.0.table.call(&call.operation, request.as_bytes());
        let response = RawResponse { status, body };
        if self.0.mutant == Some(Mutant::CachedReads) && call.is_read() {
            let earlier = self.state(|state| state.cache.insert(request, response.clone()));
            return earlier.unwrap_or(response);
        }
        response
    }

    /// Has DynamoDB carry out the call after a delay, whether or not the SDK still waits for the response.
    fn execute_after(&self, delay: Duration, call: Call) -> oneshot::Receiver<RawResponse> {
        let (sender, receiver) = oneshot::channel();
        let wire = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            // The send fails when the SDK has given up on the attempt.
            let _ = sender.send(wire.execute(call).await);
        });
        receiver
    }

    /// Transmits the call, and injects the fault that the seed decides on.
    async fn transmit(&self, call: Call) -> Result<RawResponse, ConnectorError> {
        let (fault, delay) = self.draw_fault(&call);
        if let Some(fault) = fault {
            self.note(format!("        {} meets {fault:?}", call.operation));
        }
        let broken = || ConnectorError::io("the connection broke".into());
        match fault {
            None => self.execute_after(LATENCY, call).await.map_err(|_| broken()),
            Some(Fault::Refused) => Err(broken()),
            Some(Fault::AnswerLost) => {
                let _ = self.execute_after(LATENCY, call).await;
                Err(broken())
            }
            Some(Fault::RequestDelayed) => {
                self.execute_after(delay, call).await.map_err(|_| broken())
            }
            Some(Fault::AnswerDelayed) => {
                let response = self.execute_after(LATENCY, call).await;
                tokio::time::sleep(delay).await;
                response.map_err(|_| broken())
            }
            Some(Fault::Conflict) if call.operation == "TransactWriteItems" => {
                Ok(RawResponse::conflict(&call))
            }
            Some(Fault::Conflict) => Ok(RawResponse::exception("TransactionConflictException")),
            Some(Fault::InProgress) => Ok(RawResponse::exception("TransactionInProgressException")),
            Some(Fault::Throttled) => Ok(RawResponse::exception("ThrottlingException")),
            Some(Fault::Failed) => Ok(RawResponse::internal_error()),
            Some(Fault::FailedAfterwards) => {
                let _ = self.execute_after(LATENCY, call).await;
                Ok(RawResponse::internal_error())
            }
            Some(Fault::Garbage) => {
                let _ = self.execute_after(LATENCY, call).await;
                Ok(RawResponse { status: 200, body: "<html>not DynamoDB".to_owned() })
            }
        }
    }
}

impl RawResponse {
    fn exception(name: &str) -> Self {
        Self { status: 400, body: refusals::exception(name).to_string() }
    }

    fn internal_error() -> Self {
        Self { status: 500, body: json!({ "__type": "InternalServerError" }).to_string() }
    }

    /// The response to a transaction that DynamoDB cancels because of a conflict on the last item.
    fn conflict(call: &Call) -> Self {
        let actions = call.body["TransactItems"].as_array().map_or(0, Vec::len);
        let mut codes = vec!["None"; actions];
        if let Some(last) = codes.last_mut() {
            *last = "TransactionConflict";
        }
        Self { status: 400, body: refusals::cancelled(&codes).to_string() }
    }

    /// Returns the status, the exception and the cancellation reasons, for the trace.
    fn summary(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let exception = body["__type"].as_str().and_then(|kind| kind.rsplit('#').next());
        let reasons = body["CancellationReasons"].as_array().map(|reasons| {
            let codes = reasons.iter().filter_map(|reason| reason["Code"].as_str());
            codes.collect::<Vec<_>>().join(", ")
        });
        let (exception, reasons) = (exception.unwrap_or_default(), reasons.unwrap_or_default());
        format!("{} {exception} {reasons}", self.status)
    }
}

#[derive(Clone)]
struct Connector(Wire);

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default());
        let call = Call { operation, body: body.unwrap_or_default() };
        let wire = self.0.clone();
        HttpConnectorFuture::new(async move {
            let RawResponse { status, body } = wire.transmit(call).await?;
            let status =
                StatusCode::try_from(status).map_err(|e| ConnectorError::user(e.into()))?;
            let mut response = HttpResponse::new(status, body.into());
            response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
            Ok(response)
        })
    }
}
