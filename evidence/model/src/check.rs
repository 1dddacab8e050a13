//! Checks a model, and finds the shortest way to a violation.

use std::fmt::Debug;
use std::hash::Hash;
use std::time::{Duration, Instant};

use stateright::{Checker, Expectation, HasDiscoveries, Model};

/// The result of a complete check.
#[derive(Clone, Debug)]
pub struct Report {
    /// The number of different states.
    pub states: usize,
    /// The number of states on the longest path that the checker followed.
    pub depth: usize,
    /// The time that the check took.
    pub time: Duration,
    /// The properties that do not hold.
    pub failures: Vec<&'static str>,
}

/// Visits every state of a model. It calls `progress` again and again with the number of states so far.
pub fn check<M>(model: &M, threads: usize, progress: impl Fn(usize)) -> Report
where
    M: Model + Clone + Send + Sync + 'static,
    M::State: Clone + Debug + Eq + Hash + Send + Sync,
    M::Action: Clone + Debug + Eq + Send + Sync,
{
    let begun = Instant::now();
    let mut checker = model.clone().checker().threads(threads).spawn_dfs();
    let handles = checker.handles();
    while handles.iter().any(|handle| !handle.is_finished()) {
        progress(checker.unique_state_count());
        std::thread::sleep(Duration::from_millis(5));
    }
    let found = checker.discoveries();
    let failures = model.properties().into_iter().filter(|property| {
        found.contains_key(property.name) == (property.expectation != Expectation::Sometimes)
    });
    Report {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        time: begun.elapsed(),
        failures: failures.map(|property| property.name).collect(),
    }
}

/// Returns the fewest steps to a state that violates the property, or `None` when no state within
/// `max_steps` steps does. It searches with one step more each time.
pub fn counterexample<M>(
    model: &M,
    property: &'static str,
    max_steps: usize,
) -> Option<Vec<M::Action>>
where
    M: Model + Clone + Send + Sync + 'static,
    M::State: Clone + Debug + Eq + Hash + Send + Sync,
    M::Action: Clone + Debug + Eq + Send + Sync,
{
    (0..=max_steps).find_map(|steps| {
        let found = HasDiscoveries::AnyOf([property].into());
        // The first state has the depth 1, and the checker does not examine the states of the last
        // depth.
        let checker = model.clone().checker().finish_when(found).target_max_depth(steps + 2);
        Some(checker.spawn_bfs().join().discovery(property)?.into_actions())
    })
}
