//! Checking a model, and finding the shortest way to a wrong.

use std::hash::Hash;
use std::time::{Duration, Instant};

use stateright::{Checker, Expectation, HasDiscoveries, Model};

/// What came of checking a model to its end.
#[derive(Clone, Debug)]
pub struct Report {
    /// The states that differ.
    pub states: usize,
    /// The longest way to one of them.
    pub depth: usize,
    /// How long it took.
    pub time: Duration,
    /// The properties that do not hold, and the possibilities that were not seen.
    pub failures: Vec<&'static str>,
}

/// Visits every state of a model. Now and then it says how many there are so far.
pub fn check<M>(model: &M, threads: usize, progress: impl Fn(usize)) -> Report
where
    M: Model + Clone + Send + Sync + 'static,
    M::State: Clone + PartialEq + Hash + Send + Sync + 'static,
    M::Action: Clone + PartialEq,
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

/// The fewest steps to a state in which a property of a model does not hold, if there is such a state
/// within so many steps: searched for with one step more each time.
pub fn counterexample<M>(model: &M, property: &'static str, steps: usize) -> Option<Vec<M::Action>>
where
    M: Model + Clone + Send + Sync + 'static,
    M::State: Clone + PartialEq + Hash + Send + Sync + 'static,
    M::Action: Clone + PartialEq,
{
    (0..=steps).find_map(|steps| {
        let found = HasDiscoveries::AnyOf([property].into());
        // The beginning has the depth 1, and the states of the last depth are not looked at.
        let checker = model.clone().checker().finish_when(found).target_max_depth(steps + 2);
        Some(checker.spawn_bfs().join().discovery(property)?.into_actions())
    })
}
