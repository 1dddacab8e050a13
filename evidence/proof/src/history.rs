//! One history: clients who ask for things at the same time, a clock that is moved meanwhile, and a seed that
//! decides everything.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use shared::clock::Clock;
use shared::domain::status::Status;
use stateright::semantics::{ConsistencyTester, LinearizabilityTester};
use tokio::task::JoinSet;

use crate::cast::{Name, Told, USERS, Wish};
use crate::mutant::Mutant;
use crate::spec::{self, Request};
use crate::wire::Fault;
use crate::world::{Unanswered, World};

/// How many ask at the same time.
const CLIENTS: u32 = 3;
/// How often each asks.
const REQUESTS: u32 = 8;
/// Longer than any request is under way.
const QUIET: Duration = Duration::from_mins(1);

/// What a history showed.
#[derive(Debug)]
pub struct History {
    /// How many requests were sent.
    pub requests: u64,
    /// How many of these asked for a change of name.
    pub renames_asked: u64,
    /// How many names were changed.
    pub renames_made: u64,
    /// How many requests were not answered.
    pub unanswered: u64,
    /// How often each of [`Fault::ALL`] happened.
    pub faults: [u64; Fault::ALL.len()],
    /// How often somebody was told what, by the name of [`Told`].
    pub told: BTreeMap<String, u64>,
    /// Whether nobody knows if there is an order that explains it, for there are too many.
    pub undecided: bool,
    /// What was wrong, if anything.
    pub violation: Option<String>,
    /// What happened, a line each.
    pub trace: Vec<String>,
}

/// Lives through the history of that seed.
///
/// # Errors
/// When it cannot begin.
pub fn run(seed: u64, mutant: Option<Mutant>) -> Result<History, Box<dyn Error>> {
    // Also what the SDK takes its jitter from.
    fastrand::seed(seed);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(live(seed, mutant))
}

async fn live(seed: u64, mutant: Option<Mutant>) -> Result<History, Box<dyn Error>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let world = World::start(random.u64(..), mutant).await?;
    let record = Arc::new(Record::new(world));
    record.world.wire.set_calm(false);
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let client = Client { record: Arc::clone(&record), id: client, random: random.fork() };
        clients.spawn(client.ask_for_things());
    }
    let time = tokio::spawn(move_time(Arc::clone(&record), random.fork()));
    clients.join_all().await;
    time.abort();
    // What is still on its way arrives.
    tokio::time::sleep(QUIET).await;
    record.world.wire.set_calm(true);
    for user in 0..USERS {
        record.ask(CLIENTS, Wish::Read { user }, None).await;
    }
    record.world.wire.inspect();
    let malformed = record.world.wire.malformed();
    malformed.map_or_else(|| Ok(record.into_history()), |call| Err(call.into()))
}

/// Moves the clock now and then, by little or by the very spans that the rules are about; and DynamoDB sweeps.
async fn move_time(record: Arc<Record>, mut random: fastrand::Rng) {
    let sweeper = u32::MAX;
    loop {
        tokio::time::sleep(Duration::from_millis(random.u64(1..1500))).await;
        let spans = [1, spec::COOLDOWN - 1, spec::COOLDOWN, spec::HOLD - 1, spec::HOLD];
        let span = random.choice(spans).unwrap_or(1);
        record.world.clock.advance(SignedDuration::from_millis(span));
        record.world.wire.note(format!("clock + {span} ms"));
        if random.u8(..4) == 0 {
            record.ask(sweeper, Wish::Sweep, None).await;
        }
    }
}

struct Client {
    record: Arc<Record>,
    id: u32,
    random: fastrand::Rng,
}

impl Client {
    async fn ask_for_things(mut self) {
        for _ in 0..REQUESTS {
            if self.random.bool() {
                let pause = self.random.u64(..1500);
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            let wish = self.wish();
            let hint = self.random.bool().then(|| Name::any(&mut self.random));
            if !self.record.ask(self.id, wish, hint).await {
                // Who is not answered is somebody else from then on: that request is still under way.
                self.id += CLIENTS + 1;
            }
        }
    }

    fn wish(&mut self) -> Wish {
        let random = &mut self.random;
        let user = random.u8(..USERS);
        match random.u8(..20) {
            0..7 => Wish::Rename { user, to: Name::any(random) },
            7..10 => Wish::RenameByUpdate { user, to: Name::any(random) },
            10..14 => Wish::Reassign { user, to: Name::any(random) },
            14..16 => Wish::SetFirstName {
                user,
                letter: random.choice(['A', 'B', 'C', 'D']).unwrap_or('A'),
            },
            16..18 => {
                let statuses = [Status::Active, Status::Deleted, Status::Blocked];
                // Who is not active does nothing worth watching for long.
                let number = random.usize(..6) % 4;
                Wish::SetStatus {
                    user,
                    status: statuses.get(number).copied().unwrap_or(Status::Active),
                }
            }
            _ => Wish::Read { user },
        }
    }
}

/// What the clients did and were told.
struct Record {
    world: World,
    log: Mutex<Log>,
}

struct Log {
    beginning: spec::World,
    tester: LinearizabilityTester<u32, spec::World>,
    requests: u64,
    renames_asked: u64,
    unanswered: u64,
    told: BTreeMap<String, u64>,
    broken: Option<String>,
}

impl Record {
    fn new(world: World) -> Self {
        let beginning = spec::World::new(world.clock.now().as_millisecond());
        let tester = LinearizabilityTester::new(beginning.clone());
        let log = Log {
            beginning,
            tester,
            requests: 0,
            renames_asked: 0,
            unanswered: 0,
            told: BTreeMap::new(),
            broken: None,
        };
        Self { world, log: Mutex::new(log) }
    }

    /// Asks, notes the answer, and says whether there was one.
    async fn ask(&self, client: u32, wish: Wish, hint: Option<Name>) -> bool {
        let at = self.world.clock.now().as_millisecond();
        self.log(|log| log.invoke(client, Request { at, wish }));
        let hinted = hint.map_or(String::new(), |name| format!(", the token says {}", name.text()));
        self.world.wire.note(format!("{client}: {wish:?} at {at}{hinted}"));
        let answer = self.world.ask(wish, hint).await;
        self.world.wire.note(format!("{client}: -> {answer:?}"));
        self.log(|log| log.hear(client, wish, answer))
    }

    fn log<T>(&self, change: impl FnOnce(&mut Log) -> T) -> T {
        change(&mut self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn into_history(self: Arc<Self>) -> History {
        let wire = &self.world.wire;
        let violation = wire.violation().or_else(|| self.log(|log| log.violation()));
        self.log(|log| History {
            requests: log.requests,
            renames_asked: log.renames_asked,
            renames_made: wire.renames(),
            unanswered: log.unanswered,
            told: std::mem::take(&mut log.told),
            faults: wire.injected(),
            undecided: log.beginning.is_given_up(),
            violation,
            trace: wire.trace(),
        })
    }
}

impl Log {
    fn invoke(&mut self, client: u32, request: Request) {
        if request.wish != Wish::Sweep {
            self.requests += 1;
        }
        self.renames_asked += u64::from(matches!(
            request.wish,
            Wish::Rename { .. } | Wish::RenameByUpdate { .. } | Wish::Reassign { .. }
        ));
        if let Err(error) = self.tester.on_invoke(client, request) {
            self.broken.get_or_insert(error);
        }
    }

    fn hear(&mut self, client: u32, wish: Wish, answer: Result<Told, Unanswered>) -> bool {
        match answer {
            Ok(told) => {
                let kind = format!("{told:?}").chars().take_while(|c| c.is_alphabetic()).collect();
                *self.told.entry(kind).or_default() += 1;
                if let Err(error) = self.tester.on_return(client, told) {
                    self.broken.get_or_insert(error);
                }
                return true;
            }
            Err(Unanswered::Unknown) => {
                self.unanswered += 1;
                if matches!(wish, Wish::Read { .. }) {
                    // Whenever it was, it changed nothing: the search need not look for its place.
                    return self.hear(client, wish, Ok(Told::Conflict));
                }
            }
            Err(Unanswered::Broken(answer)) => {
                self.broken.get_or_insert(format!("an answer that must not be: {answer}"));
            }
        }
        false
    }

    fn violation(&self) -> Option<String> {
        let nonlinear = || "no order of the requests explains the answers".to_owned();
        let is_explained = || self.tester.is_consistent() || self.beginning.is_given_up();
        self.broken.clone().or_else(|| (!is_explained()).then(nonlinear))
    }
}
