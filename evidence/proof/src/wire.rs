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

use crate::call::{Call, Mutation};
use crate::fault::Fault;
use crate::subject::{Invariants, Subject};

/// The number of calls in ten thousand that a fault happens to.
const FAULTS_IN_10_000: u32 = 2000;
/// The longest time between two parts of one call, in milliseconds.
const GAP: u64 = 300;
/// The number of batches in a hundred whose items are read with time between, where the subject wants it.
const TORN_IN_100: u8 = 30;
/// The longest delay, in milliseconds. It is longer than the time limits of an attempt (1 s), an operation
/// (3 s) and a request (4.5 s).
const LONGEST_DELAY: u64 = 6000;

/// The connection. Copies are the same connection.
pub struct Wire<S: Subject>(Arc<Inner<S>>);

impl<S: Subject> Clone for Wire<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct Inner<S: Subject> {
    table: InProcessDynamoDb,
    clock: FakeClock,
    mutant: Option<S::Mutant>,
    state: Mutex<State<S>>,
}

struct State<S: Subject> {
    random: fastrand::Rng,
    faults_enabled: bool,
    injected: [u64; Fault::ALL.len()],
    invariants: S::Invariants,
    trace: Vec<String>,
    violation: Option<String>,
    malformed: Option<String>,
    /// The responses to earlier reads, for a mutant that caches them.
    cache: HashMap<String, RawResponse>,
}

/// A response of DynamoDB.
#[derive(Clone)]
struct RawResponse {
    status: u16,
    body: String,
}

impl<S: Subject> Wire<S> {
    /// Returns a connection to the table that injects no faults yet.
    pub fn new(
        table: InProcessDynamoDb,
        clock: FakeClock,
        random: fastrand::Rng,
        mutant: Option<S::Mutant>,
    ) -> Self {
        let state = State {
            random,
            faults_enabled: false,
            injected: [0; Fault::ALL.len()],
            invariants: S::Invariants::default(),
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

    /// Returns what the invariants have seen.
    pub fn invariants<T>(&self, look: impl FnOnce(&S::Invariants) -> T) -> T {
        self.state(|state| look(&state.invariants))
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
        self.state(|state| {
            let violation = state.invariants.check(&self.0.table, now).err();
            if let (Some(violation), None) = (violation, &state.violation) {
                state.trace.push(format!("        !! {violation}"));
                state.violation = Some(violation);
            }
        });
    }

    fn state<T>(&self, change: impl FnOnce(&mut State<S>) -> T) -> T {
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
        if calls.is_empty() {
            self.note("        a call is not carried out".to_owned());
        }
        let mut response = RawResponse { status: 200, body: "{}".to_owned() };
        for (number, call) in calls.iter().enumerate() {
            if number > 0 {
                // Longer than others need, so that they meet what is half done.
                self.pause(GAP.max(10 * S::LATENCY)).await;
            }
            response = self.execute_one(call).await;
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

    /// Lets some time pass within a call.
    async fn pause(&self, longest: u64) {
        let pause = self.state(|state| state.random.u64(..longest));
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }

    async fn execute_one(&self, call: &Call) -> RawResponse {
        let request = call.body.to_string();
        let response = match self.torn_batch(call) {
            Some(parts) => self.read_in_parts(parts).await,
            None => self.carry_out(call),
        };
        if self.0.mutant.is_some_and(Mutation::caches_reads) && call.is_read() {
            let earlier = self.state(|state| state.cache.insert(request, response.clone()));
            return earlier.unwrap_or(response);
        }
        response
    }

    fn carry_out(&self, call: &Call) -> RawResponse {
        let request = call.body.to_string();
        let (status, body) = self.0.table.call(&call.operation, request.as_bytes());
        RawResponse { status, body }
    }

    /// Returns the reads of single items that a batch is torn into, if it is.
    fn torn_batch(&self, call: &Call) -> Option<Vec<Call>> {
        let is_torn = S::TEARS_BATCHES
            && call.operation == "BatchGetItem"
            && self.state(|state| state.faults_enabled && state.random.u8(..100) < TORN_IN_100);
        let mut parts = is_torn.then(|| call.single_reads())?;
        self.state(|state| state.random.shuffle(&mut parts));
        Some(parts)
    }

    /// Reads the items of a batch one after another, with time between.
    async fn read_in_parts(&self, parts: Vec<Call>) -> RawResponse {
        let mut found = json!({ "Responses": {}, "UnprocessedKeys": {} });
        for (number, part) in parts.iter().enumerate() {
            if number > 0 {
                self.pause(GAP).await;
            }
            let RawResponse { status, body } = self.carry_out(part);
            let read: Value = serde_json::from_str(&body).unwrap_or_default();
            let Some(tables) = read["Responses"].as_object().filter(|_| status == 200) else {
                return RawResponse { status, body };
            };
            for (table, items) in tables {
                let of_table = &mut found["Responses"][table];
                let before = of_table.as_array().into_iter().flatten();
                let all = before.chain(items.as_array().into_iter().flatten()).cloned();
                *of_table = all.collect();
            }
        }
        self.note("        BatchGetItem is read in parts".to_owned());
        RawResponse { status: 200, body: found.to_string() }
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

    /// Draws the time that a call without a fault takes to arrive.
    fn latency(&self) -> Duration {
        let latency = match S::LATENCY {
            longest @ 2.. => self.state(|state| state.random.u64(1..=longest)),
            shortest => shortest,
        };
        Duration::from_millis(latency)
    }

    /// Transmits the call, and injects the fault that the seed decides on.
    async fn transmit(&self, call: Call) -> Result<RawResponse, ConnectorError> {
        let (fault, delay) = self.draw_fault(&call);
        if let Some(fault) = fault {
            self.note(format!("        {} meets {fault:?}", call.operation));
        }
        let broken = || ConnectorError::io("the connection broke".into());
        match fault {
            None => self.execute_after(self.latency(), call).await.map_err(|_| broken()),
            Some(Fault::Refused) => Err(broken()),
            Some(Fault::AnswerLost) => {
                let _ = self.execute_after(self.latency(), call).await;
                Err(broken())
            }
            Some(Fault::RequestDelayed) => {
                self.execute_after(delay, call).await.map_err(|_| broken())
            }
            Some(Fault::AnswerDelayed) => {
                let response = self.execute_after(self.latency(), call).await;
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
                let _ = self.execute_after(self.latency(), call).await;
                Ok(RawResponse::internal_error())
            }
            Some(Fault::Garbage) => {
                let _ = self.execute_after(self.latency(), call).await;
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

struct Connector<S: Subject>(Wire<S>);

impl<S: Subject> std::fmt::Debug for Connector<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connector")
    }
}

impl<S: Subject> HttpConnector for Connector<S> {
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
