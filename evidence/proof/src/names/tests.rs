use std::collections::BTreeMap;

use clap::ValueEnum;

use super::Names;
use super::history::{RENAMES_COMMITTED, UNDECIDED};
use super::mutant::Mutant;
use crate::fault::Fault;
use crate::subject::Histories;

#[test]
fn no_history_loses_a_name_gives_it_to_two_users_or_has_a_wrong_response() {
    for seed in 0..200 {
        let history = Names::run(seed, None).unwrap();
        let trace = || history.trace.join("\n");
        assert_eq!(history.violation, None, "seed {seed}:\n{}", trace());
        assert_eq!(history.figure(UNDECIDED), 0, "seed {seed}");
    }
}

#[test]
fn each_deliberate_fault_in_the_protocol_is_found() {
    for mutant in Mutant::value_variants() {
        let mut histories = (0..400).map(|seed| Names::run(seed, Some(*mutant)).unwrap());
        let found = histories.find_map(|history| history.violation);
        let found = found.unwrap_or_else(|| panic!("{mutant:?} is not found"));
        // If only one of its two conditions were relaxed, the fault would be `AnyName`, which
        // another check finds.
        let is_lost = found.starts_with("a user has not exactly the name");
        assert!(*mutant != Mutant::AnyOldName || is_lost, "{found}");
    }
}

#[test]
fn the_same_seed_gives_the_same_history() {
    for seed in 0..10 {
        let [one, other] = [(); 2].map(|()| Names::run(seed, None).unwrap().trace);
        assert_eq!(one, other);
    }
}

#[test]
fn every_kind_of_fault_and_response_happens_and_most_requests_have_a_response() {
    let mut faults = [0; Fault::ALL.len()];
    let mut responses = BTreeMap::<String, u64>::new();
    let (mut requests, mut unanswered, mut renames) = (0, 0, 0);
    for seed in 0..100 {
        let history = Names::run(seed, None).unwrap();
        renames += history.figure(RENAMES_COMMITTED);
        faults.iter_mut().zip(history.faults).for_each(|(total, number)| *total += number);
        for (kind, number) in history.responses {
            *responses.entry(kind).or_default() += number;
        }
        requests += history.requests;
        unanswered += history.unanswered;
    }
    assert!(faults.iter().all(|number| *number > 20), "{faults:?}");
    let kinds = ["Renamed", "User", "Taken", "TooSimilar", "CoolingDown", "NotActive", "NotFound"];
    let is_frequent = |kind: &&str| responses.get(*kind).is_some_and(|number| *number > 10);
    assert!(kinds.iter().all(is_frequent), "{responses:?}");
    assert!(unanswered > 100 && unanswered < requests / 8, "{unanswered} of {requests}");
    assert!(renames > 300, "{renames}");
}
