//! The way to DynamoDB and back, on which a seed decides what goes wrong.

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

/// What happens to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// DynamoDB cannot be reached.
    Refused,
    /// DynamoDB does it, and the answer is lost.
    AnswerLost,
    /// The request is slow to arrive, perhaps after its sender has given up on it and sent another.
    RequestDelayed,
    /// DynamoDB does it, and the answer is slow, perhaps too slow.
    AnswerDelayed,
    /// It meets another one on the same item.
    Conflict,
    /// Another attempt at it is still under way.
    InProgress,
    /// DynamoDB throttles.
    Throttled,
    /// DynamoDB fails, and has done nothing.
    Failed,
    /// DynamoDB fails, and has done it.
    FailedAfterwards,
    /// What comes back is no answer, and DynamoDB has done it.
    Garbage,
}

impl Fault {
    /// All there are.
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

/// Of ten thousand calls, to how many something happens.
const FAULTS_IN_10_000: u32 = 2000;
/// The longest that something is slow: longer than an attempt (1 s), an operation (3 s), and a request.
const LONGEST_DELAY: u64 = 6000;

/// The way. Copies are the same way.
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
    is_calm: bool,
    injected: [u64; Fault::ALL.len()],
    invariants: Invariants,
    trace: Vec<String>,
    violation: Option<String>,
    malformed: Option<String>,
    /// What reads were answered, for [`Mutant::CachedReads`].
    cache: HashMap<String, (u16, String)>,
}

impl Wire {
    /// A way to the table on which the seed decides.
    pub fn new(
        table: InProcessDynamoDb,
        clock: FakeClock,
        random: fastrand::Rng,
        mutant: Option<Mutant>,
    ) -> Self {
        let state = State {
            random,
            is_calm: true,
            injected: [0; Fault::ALL.len()],
            invariants: Invariants::default(),
            trace: Vec::new(),
            violation: None,
            malformed: None,
            cache: HashMap::new(),
        };
        Self(Arc::new(Inner { table, clock, mutant, state: Mutex::new(state) }))
    }

    /// The SDK's connections over it.
    pub fn http(&self) -> SharedHttpClient {
        let wire = SharedHttpConnector::new(Connector(self.clone()));
        http_client_fn(move |_, _| wire.clone())
    }

    /// Lets faults happen, or none.
    pub fn set_calm(&self, is_calm: bool) {
        self.state(|state| state.is_calm = is_calm);
    }

    /// How often each fault has happened.
    pub fn injected(&self) -> [u64; Fault::ALL.len()] {
        self.state(|state| state.injected)
    }

    /// How many renames were committed.
    pub fn renames(&self) -> u64 {
        self.state(|state| state.invariants.renames())
    }

    /// What was wrong in the table, first of all.
    pub fn violation(&self) -> Option<String> {
        self.state(|state| state.violation.clone())
    }

    /// A call that DynamoDB does not understand, which shows nothing.
    pub fn malformed(&self) -> Option<String> {
        self.state(|state| state.malformed.clone())
    }

    /// Notes what happens, for who reads the history.
    pub fn note(&self, line: String) {
        self.state(|state| state.trace.push(line));
    }

    /// What has happened.
    pub fn trace(&self) -> Vec<String> {
        self.state(|state| state.trace.clone())
    }

    /// Looks at the table, which must be right after every write.
    pub fn inspect(&self) {
        let now = self.0.clock.now().as_millisecond();
        let items = self.0.table.items();
        self.state(|state| {
            let found = items.and_then(|items| invariants::read(&items));
            let wrong = found.and_then(|table| state.invariants.check(&table, now)).err();
            if let (Some(wrong), None) = (wrong, &state.violation) {
                state.trace.push(format!("        !! {wrong}"));
                state.violation = Some(wrong);
            }
        });
    }

    fn state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is to happen to a call, and how long something takes.
    fn decide(&self, call: &Call) -> (Option<Fault>, Duration) {
        self.state(|state| {
            let delay = Duration::from_millis(state.random.u64(1..LONGEST_DELAY));
            if state.is_calm || state.random.u32(..10_000) >= FAULTS_IN_10_000 {
                return (None, delay);
            }
            let number = state.random.usize(..Fault::ALL.len());
            let fault = Fault::ALL[number];
            let is_read = call.operation.contains("Get");
            let is_transaction = call.operation == "TransactWriteItems";
            if (fault == Fault::Conflict && is_read)
                || (fault == Fault::InProgress && !is_transaction)
            {
                return (None, delay);
            }
            state.injected[number] += 1;
            (Some(fault), delay)
        })
    }

    /// DynamoDB does what it is asked. What a deliberate fault makes of one call can be several, with time
    /// between them.
    async fn perform(&self, call: Call) -> (u16, String) {
        let parts = match self.0.mutant {
            Some(mutant) => mutant.bend(call, &self.0.table, self.0.clock.now()),
            None => vec![call],
        };
        let mut answer = (500, String::new());
        for (number, part) in parts.iter().enumerate() {
            if number > 0 {
                let pause = self.state(|state| state.random.u64(..300));
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            answer = self.call(part);
            let summary = summary(&answer);
            if summary.contains("ValidationException") || summary.contains("Serialization") {
                self.state(|state| state.malformed = Some(format!("{part:?}: {}", answer.1)));
            }
            self.note(format!("        {} {summary}", part.operation));
            if answer.0 != 200 {
                break;
            }
            if !part.operation.contains("Get") {
                self.inspect();
            }
        }
        answer
    }

    fn call(&self, part: &Call) -> (u16, String) {
        let body = part.body.to_string();
        let answer = self.0.table.call(&part.operation, body.as_bytes());
        if self.0.mutant == Some(Mutant::CachedReads) && part.operation.contains("Get") {
            let earlier = self.state(|state| state.cache.insert(body, answer.clone()));
            return earlier.unwrap_or(answer);
        }
        answer
    }

    /// DynamoDB gets the call after a while, whether or not somebody still waits for the answer.
    fn perform_later(&self, call: Call, after: Duration) -> oneshot::Receiver<(u16, String)> {
        let (tell, answer) = oneshot::channel();
        let wire = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            // Who has given up does not hear it.
            let _ = tell.send(wire.perform(call).await);
        });
        answer
    }

    async fn pass(&self, call: Call) -> Result<(u16, String), ConnectorError> {
        let (fault, delay) = self.decide(&call);
        if let Some(fault) = fault {
            self.note(format!("        {} meets {fault:?}", call.operation));
        }
        let lost = || ConnectorError::io("the connection broke".into());
        let nearby = Duration::from_millis(1);
        match fault {
            None => self.perform_later(call, nearby).await.map_err(|_| lost()),
            Some(Fault::Refused) => Err(lost()),
            Some(Fault::AnswerLost) => {
                let _ = self.perform_later(call, nearby).await;
                Err(lost())
            }
            Some(Fault::RequestDelayed) => {
                self.perform_later(call, delay).await.map_err(|_| lost())
            }
            Some(Fault::AnswerDelayed) => {
                let answer = self.perform_later(call, nearby).await;
                tokio::time::sleep(delay).await;
                answer.map_err(|_| lost())
            }
            Some(Fault::Conflict) if call.operation == "TransactWriteItems" => Ok(cancelled(&call)),
            Some(Fault::Conflict) => Ok(exception("TransactionConflictException")),
            Some(Fault::InProgress) => Ok(exception("TransactionInProgressException")),
            Some(Fault::Throttled) => Ok(exception("ThrottlingException")),
            Some(Fault::Failed) => {
                Ok((500, json!({ "__type": "InternalServerError" }).to_string()))
            }
            Some(Fault::FailedAfterwards) => {
                let _ = self.perform_later(call, nearby).await;
                Ok((500, json!({ "__type": "InternalServerError" }).to_string()))
            }
            Some(Fault::Garbage) => {
                let _ = self.perform_later(call, nearby).await;
                Ok((200, "<html>not DynamoDB".to_owned()))
            }
        }
    }
}

/// A transaction that another one on one of its items has cancelled.
fn cancelled(call: &Call) -> (u16, String) {
    let actions = call.body["TransactItems"].as_array().map_or(0, Vec::len);
    let mut codes = vec!["None"; actions];
    if let Some(last) = codes.last_mut() {
        *last = "TransactionConflict";
    }
    (400, refusals::cancelled(&codes).to_string())
}

fn exception(name: &str) -> (u16, String) {
    (400, refusals::exception(name).to_string())
}

/// An answer in few words.
fn summary((status, body): &(u16, String)) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let kind = body["__type"].as_str().and_then(|kind| kind.rsplit('#').next());
    let reasons = body["CancellationReasons"].as_array().map(|reasons| {
        reasons.iter().filter_map(|reason| reason["Code"].as_str()).collect::<Vec<_>>().join(", ")
    });
    format!("{status} {} {}", kind.unwrap_or_default(), reasons.unwrap_or_default())
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
            let (status, body) = wire.pass(call).await?;
            let status =
                StatusCode::try_from(status).map_err(|e| ConnectorError::user(e.into()))?;
            let mut response = HttpResponse::new(status, body.into());
            response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
            Ok(response)
        })
    }
}
