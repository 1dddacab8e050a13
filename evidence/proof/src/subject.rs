//! What histories are about, and what a history comes to.

use std::collections::BTreeMap;
use std::error::Error;

use sandbox::InProcessDynamoDb;

use crate::call::Mutation;
use crate::fault::Fault;

/// What histories are about: who sends which requests, and what must hold.
pub trait Subject: 'static {
    /// The deliberate faults.
    type Mutant: Mutation;
    /// What the items must satisfy after every write.
    type Invariants: Invariants;
    /// Whether DynamoDB lets time pass between the items of a batch that it reads. It promises no more.
    const TEARS_BATCHES: bool;
    /// The longest time that a call without a fault takes to arrive, in milliseconds. The longer it is, the more
    /// requests are under way at once.
    const LATENCY: u64;
}

/// A subject whose histories can be run.
pub trait Histories: Subject {
    /// Runs the history of that seed.
    ///
    /// # Errors
    /// When the history cannot begin, or DynamoDB does not understand a call.
    fn run(seed: u64, mutant: Option<Self::Mutant>) -> Result<History, Box<dyn Error>>;
}

/// Invariants of the items, and the earlier states that they need.
pub trait Invariants: Default + Send + 'static {
    /// Checks the items after a write at the instant `now`, in milliseconds since 1970.
    ///
    /// # Errors
    /// A sentence that states the violation.
    fn check(&mut self, table: &InProcessDynamoDb, now: i64) -> Result<(), String>;
}

/// The result of a history.
#[derive(Debug)]
pub struct History {
    /// The number of requests.
    pub requests: u64,
    /// The number of requests without a response.
    pub unanswered: u64,
    /// Numbers that are of interest for the subject, each with what it counts.
    pub figures: Vec<(&'static str, u64)>,
    /// How often each of [`Fault::ALL`] happened.
    pub faults: [u64; Fault::ALL.len()],
    /// How often clients received each kind of response, by the name of its variant.
    pub responses: BTreeMap<String, u64>,
    /// The first violation, if any.
    pub violation: Option<String>,
    /// The events of the history, one line each.
    pub trace: Vec<String>,
}

impl History {
    /// Returns the figure with this name.
    pub fn figure(&self, name: &str) -> u64 {
        self.figures.iter().filter(|(of, _)| *of == name).map(|(_, number)| number).sum()
    }
}

/// Returns the name of a response's variant.
pub fn kind_of(response: &impl std::fmt::Debug) -> String {
    format!("{response:?}").chars().take_while(|c| c.is_alphabetic()).collect()
}

/// Runs a history on this thread in virtual time. The seed decides on everything that is random in the SDK.
///
/// # Errors
/// The history's own.
pub fn in_virtual_time(
    seed: u64,
    history: impl Future<Output = Result<History, Box<dyn Error>>>,
) -> Result<History, Box<dyn Error>> {
    // The SDK takes the jitter of its backoff from this generator.
    fastrand::seed(seed);
    // Passwords are hashed on another thread. Virtual time waits for it, and one such thread keeps their order.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .max_blocking_threads(1)
        .build()?;
    runtime.block_on(history)
}
