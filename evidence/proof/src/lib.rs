//! No name is ever lost or held twice: shown on the real handlers, the real SDK client and the embedded
//! DynamoDB, with faults between them.
//!
//! A seed decides everything: what three clients ask for, when, what goes wrong on the way, and when the clock
//! is moved. All of it happens on one thread in virtual time, so a seed that fails fails again. Two judges
//! look at it. After every write the items of the table must be consistent ([`invariants`]). And the answers
//! must be those that *some* order of whole requests would have given ([`spec`]): linearizability
//! (Herlihy and Wing, 1990), where a request without an answer may have happened at any time, or not at all.
//!
//! So that finding nothing means something, [`mutant`] has deliberate faults, each of which must be found.

pub mod cast;
pub mod history;
pub mod invariants;
pub mod mutant;
pub mod spec;
pub mod sum;
pub mod wire;
pub mod world;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use clap::ValueEnum;

    use crate::history;
    use crate::mutant::Mutant;
    use crate::wire::Fault;

    #[test]
    fn in_no_history_is_a_name_lost_or_held_twice_or_an_answer_untrue() {
        for seed in 0..200 {
            let history = history::run(seed, None).unwrap();
            let trace = || history.trace.join("\n");
            assert_eq!(history.violation, None, "seed {seed}:\n{}", trace());
            assert!(!history.undecided, "seed {seed}");
        }
    }

    #[test]
    fn each_deliberate_fault_in_the_protocol_is_found() {
        for mutant in Mutant::value_variants() {
            let mut histories = (0..400).map(|seed| history::run(seed, Some(*mutant)).unwrap());
            let found = histories.find_map(|history| history.violation);
            let found = found.unwrap_or_else(|| panic!("{mutant:?} is not found"));
            // With half of its work it would be `AnyName`, which ends in an answer that must not be.
            let is_lost = found.starts_with("a user has not exactly the name");
            assert!(*mutant != Mutant::AnyOldName || is_lost, "{found}");
        }
    }

    #[test]
    fn a_seed_decides_everything() {
        for seed in 0..10 {
            let [one, other] = [(); 2].map(|()| history::run(seed, None).unwrap().trace);
            assert_eq!(one, other);
        }
    }

    #[test]
    fn faults_and_answers_of_every_kind_happen_and_most_requests_are_answered() {
        let (mut faults, mut told) = ([0; Fault::ALL.len()], BTreeMap::<String, u64>::new());
        let (mut requests, mut unanswered, mut renames) = (0, 0, 0);
        for seed in 0..100 {
            let history = history::run(seed, None).unwrap();
            faults.iter_mut().zip(history.faults).for_each(|(sum, number)| *sum += number);
            history.told.into_iter().for_each(|(kind, n)| *told.entry(kind).or_default() += n);
            requests += history.requests;
            unanswered += history.unanswered;
            renames += history.renames_made;
        }
        assert!(faults.iter().all(|number| *number > 20), "{faults:?}");
        let kinds =
            ["Renamed", "User", "Taken", "TooSimilar", "CoolingDown", "NotActive", "NotFound"];
        assert!(kinds.iter().all(|kind| told.get(*kind).is_some_and(|n| *n > 10)), "{told:?}");
        assert!(unanswered > 100 && unanswered < requests / 8, "{unanswered} of {requests}");
        assert!(renames > 300, "{renames}");
    }
}
