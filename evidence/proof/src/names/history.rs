//! One history: clients send requests at the same time, the clock advances meanwhile, and DynamoDB sweeps.
//!
//! A seed decides everything that happens in a history.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use shared::clock::Clock;
use shared::domain::status::Status;
use stateright::semantics::{ConsistencyTester, LinearizabilityTester};
use tokio::task::JoinSet;

use super::invariants::Rules;
use super::mutant::Mutant;
use super::scenario::{Name, Operation, Response, USERS};
use super::spec::{self, Request};
use super::world::World;
use crate::server::RequestError;
use crate::subject::{History, kind_of};

/// The number of clients that send requests at the same time.
const CLIENTS: u32 = 3;
/// The number of requests of each client.
const REQUESTS: u32 = 8;
/// A time that is longer than any call is under way.
const DRAIN_TIME: Duration = Duration::from_mins(1);

/// The name of the figure of requests for a change of a name.
pub const RENAMES_REQUESTED: &str = "of these, changes of a name";
/// The name of the figure of committed renames.
pub const RENAMES_COMMITTED: &str = "names changed";
/// The name of the figure of histories without a result.
pub const UNDECIDED: &str = "histories with more orders than could be tried";

/// Runs the history of that seed.
pub(super) async fn run(seed: u64, mutant: Option<Mutant>) -> Result<History, Box<dyn Error>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let world = Box::pin(World::start(random.u64(..), mutant)).await?;
    let recorder = Arc::new(Recorder::new(world));
    recorder.world.wire.set_faults_enabled(true);
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let client = Client { recorder: Arc::clone(&recorder), id: client, random: random.fork() };
        clients.spawn(client.send_requests());
    }
    let time = tokio::spawn(advance_time(Arc::clone(&recorder), random.fork()));
    clients.join_all().await;
    time.abort();
    // Every call that is still under way arrives.
    tokio::time::sleep(DRAIN_TIME).await;
    recorder.world.wire.set_faults_enabled(false);
    for user in 0..USERS {
        recorder.send(CLIENTS, Operation::Read { user }, None).await;
    }
    recorder.world.wire.check_invariants();
    let malformed = recorder.world.wire.malformed_call();
    malformed.map_or_else(|| Ok(recorder.into_history()), |call| Err(call.into()))
}

/// Advances the clock at random times, by a millisecond or by about the length of a cooldown or a hold.
/// After one advance in four, DynamoDB sweeps.
async fn advance_time(recorder: Arc<Recorder>, mut random: fastrand::Rng) {
    let sweeper = u32::MAX;
    loop {
        tokio::time::sleep(Duration::from_millis(random.u64(1..1500))).await;
        let spans = [1, spec::COOLDOWN - 1, spec::COOLDOWN, spec::HOLD - 1, spec::HOLD];
        let span = random.choice(spans).unwrap_or(1);
        recorder.world.clock.advance(SignedDuration::from_millis(span));
        recorder.world.wire.note(format!("clock + {span} ms"));
        if random.u8(..4) == 0 {
            recorder.send(sweeper, Operation::Sweep, None).await;
        }
    }
}

struct Client {
    recorder: Arc<Recorder>,
    id: u32,
    random: fastrand::Rng,
}

impl Client {
    async fn send_requests(mut self) {
        for _ in 0..REQUESTS {
            if self.random.bool() {
                let pause = self.random.u64(..1500);
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            let operation = self.random_operation();
            let hint = self.random.bool().then(|| Name::random(&mut self.random));
            if !self.recorder.send(self.id, operation, hint).await {
                // The tester allows one pending request for each client id, and an unanswered request stays
                // pending. The client goes on under a new id.
                self.id += CLIENTS + 1;
            }
        }
    }

    fn random_operation(&mut self) -> Operation {
        let random = &mut self.random;
        let user = random.u8(..USERS);
        match random.u8(..20) {
            0..7 => Operation::SelfRename { user, to: Name::random(random) },
            7..10 => Operation::SelfRenameByUpdate { user, to: Name::random(random) },
            10..14 => Operation::RenameByAdmin { user, to: Name::random(random) },
            14..16 => Operation::SetFirstName {
                user,
                letter: random.choice(['A', 'B', 'C', 'D']).unwrap_or('A'),
            },
            16..18 => {
                let statuses = [Status::Active, Status::Deleted, Status::Blocked];
                // `ACTIVE` is the most frequent status, because only an active user makes a rename.
                let number = random.usize(..6) % 4;
                Operation::SetStatus {
                    user,
                    status: statuses.get(number).copied().unwrap_or(Status::Active),
                }
            }
            _ => Operation::Read { user },
        }
    }
}

/// Sends the operations to the API, and records them with their responses.
struct Recorder {
    world: World,
    log: Mutex<Log>,
}

/// The record of the operations and the responses.
struct Log {
    initial: spec::State,
    tester: LinearizabilityTester<u32, spec::State>,
    requests: u64,
    renames_requested: u64,
    unanswered: u64,
    responses: BTreeMap<String, u64>,
    /// The first response that the API may not give, or the first error of the tester.
    failure: Option<String>,
}

impl Recorder {
    fn new(world: World) -> Self {
        let initial = spec::State::new(world.clock.now().as_millisecond());
        let tester = LinearizabilityTester::new(initial.clone());
        let log = Log {
            initial,
            tester,
            requests: 0,
            renames_requested: 0,
            unanswered: 0,
            responses: BTreeMap::new(),
            failure: None,
        };
        Self { world, log: Mutex::new(log) }
    }

    /// Sends the operation and records the response. Returns whether there was a response.
    async fn send(&self, client: u32, operation: Operation, hint: Option<Name>) -> bool {
        let at = self.world.clock.now().as_millisecond();
        self.log(|log| log.record_request(client, Request { at, operation }));
        let hinted = hint.map_or(String::new(), |name| format!(", the token says {}", name.text()));
        self.world.wire.note(format!("{client}: {operation:?} at {at}{hinted}"));
        let response = self.world.send(operation, hint).await;
        self.world.wire.note(format!("{client}: -> {response:?}"));
        self.log(|log| log.record_response(client, operation, response))
    }

    fn log<T>(&self, change: impl FnOnce(&mut Log) -> T) -> T {
        change(&mut self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn into_history(self: Arc<Self>) -> History {
        let wire = &self.world.wire;
        let violation = wire.violation().or_else(|| self.log(|log| log.violation()));
        self.log(|log| History {
            requests: log.requests,
            figures: vec![
                (RENAMES_REQUESTED, log.renames_requested),
                (RENAMES_COMMITTED, wire.invariants(Rules::renames)),
                // The search for an order that explains the responses ended without a result, because there
                // are too many orders.
                (UNDECIDED, u64::from(log.initial.is_search_exhausted())),
            ],
            unanswered: log.unanswered,
            responses: std::mem::take(&mut log.responses),
            faults: wire.injected_faults(),
            violation,
            trace: wire.trace(),
        })
    }
}

impl Log {
    fn record_request(&mut self, client: u32, request: Request) {
        if request.operation != Operation::Sweep {
            self.requests += 1;
        }
        self.renames_requested += u64::from(matches!(
            request.operation,
            Operation::SelfRename { .. }
                | Operation::SelfRenameByUpdate { .. }
                | Operation::RenameByAdmin { .. }
        ));
        if let Err(error) = self.tester.on_invoke(client, request) {
            self.failure.get_or_insert(error);
        }
    }

    /// Records the response. Returns whether there was one.
    fn record_response(
        &mut self,
        client: u32,
        operation: Operation,
        response: Result<Response, RequestError>,
    ) -> bool {
        match response {
            Ok(response) => {
                *self.responses.entry(kind_of(&response)).or_default() += 1;
                if let Err(error) = self.tester.on_return(client, response) {
                    self.failure.get_or_insert(error);
                }
                return true;
            }
            Err(RequestError::Unavailable) => {
                self.unanswered += 1;
                if matches!(operation, Operation::Read { .. }) {
                    // A read changes nothing, whenever it happens. `Conflict` fits every state, so the
                    // search does not have to place the read.
                    return self.record_response(client, operation, Ok(Response::Conflict));
                }
            }
            Err(RequestError::Unexpected(response)) => {
                self.failure.get_or_insert(format!("an answer that must not be: {response}"));
            }
        }
        false
    }

    fn violation(&self) -> Option<String> {
        let nonlinear = || "no order of the requests explains the answers".to_owned();
        let is_explained = || self.tester.is_consistent() || self.initial.is_search_exhausted();
        self.failure.clone().or_else(|| (!is_explained()).then(nonlinear))
    }
}
