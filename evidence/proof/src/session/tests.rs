use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clap::ValueEnum;
use jiff::Timestamp;
use sandbox::{CREDENTIALS_TABLE, FakeClock, InProcessDynamoDb, TABLE};
use serde_json::json;

use super::mutant::Mutant;
use super::record::{ENDS, Entry, GUESSES, LATE_REPEATS, REFRESHES, Record, SESSIONS};
use super::scenario::{Operation, Password, RefreshToken, Response, Tokens};
use super::{Sessions, secrets};
use crate::call::Mutation;
use crate::fault::Fault;
use crate::subject::Histories;

#[test]
fn no_history_signs_out_a_device_or_keeps_a_session_that_has_ended() {
    let mut faults = [0; Fault::ALL.len()];
    let mut counts = BTreeMap::<String, u64>::new();
    let mut unanswered = 0;
    for seed in 0..60 {
        let history = Sessions::run(seed, None).unwrap();
        let trace = || history.trace.join("\n");
        assert_eq!(history.violation, None, "seed {seed}:\n{}", trace());
        faults.iter_mut().zip(history.faults).for_each(|(total, number)| *total += number);
        let figures = history.figures.iter().map(|(name, number)| ((*name).to_owned(), *number));
        for (name, number) in figures.chain(history.responses) {
            *counts.entry(name).or_default() += number;
        }
        unanswered += history.unanswered;
    }
    // Otherwise the histories would show little.
    // Few calls of signing in are transactions.
    let mut of_any_call = faults.iter().zip(Fault::ALL).filter(|(_, of)| *of != Fault::InProgress);
    assert!(of_any_call.all(|(number, _)| *number > 5), "{faults:?}");
    let frequent = [
        SESSIONS,
        REFRESHES,
        LATE_REPEATS,
        ENDS,
        GUESSES,
        "SignedIn",
        "PasswordChanged",
        "SignedOut",
        "User",
        "RefreshTokenInvalid",
        "TokenRevoked",
        "CredentialsInvalid",
        "TooManyAttempts",
        "NotActive",
    ];
    let is_frequent = |name: &&str| counts.get(*name).is_some_and(|number| *number > 5);
    assert!(frequent.iter().all(is_frequent), "{counts:?}");
    assert!(unanswered > 50, "{unanswered}");
}

#[test]
fn each_deliberate_fault_in_signing_in_is_found() {
    for mutant in Mutant::value_variants() {
        let mut seeds = (0..1000).filter(|seed| mutant.can_show_in(*seed));
        let found = seeds.find_map(|seed| Sessions::run(seed, Some(*mutant)).unwrap().violation);
        assert!(found.is_some(), "{mutant:?} is not found");
    }
}

#[test]
fn the_same_seed_gives_the_same_history() {
    for seed in [0, 1, 8, 9] {
        let [one, other] = [(); 2].map(|()| Sessions::run(seed, None).unwrap().trace);
        assert_eq!(one, other);
    }
}

#[test]
fn a_secret_in_an_item_is_found() {
    let clock = FakeClock::at(Timestamp::UNIX_EPOCH);
    let table = InProcessDynamoDb::start(clock).unwrap();
    let token = URL_SAFE_NO_PAD.encode([[1; 21].as_slice(), &[7; 32], &[0; 23]].concat());
    let text = format!("npr_{token}");
    let refresh = RefreshToken { session: 0, generation: 0, text };
    let entry = Entry {
        began: 1,
        answered: Some(2),
        at: 0,
        until: 0,
        operation: Operation::LogIn { password: Password::FIRST, device: None },
        response: Some(Response::SignedIn(Tokens { refresh, access: None })),
    };
    let mut record = Record::default();
    record.entries.push(entry);
    assert_eq!(secrets::violation(&record, &table), None);
    for (pk, value) in [
        ("a", json!({ "S": format!("{}!", sandbox::PASSWORD) })),
        ("b", json!({ "B": STANDARD.encode([7; 32]) })),
        ("c", json!({ "S": format!("npr_{token}") })),
    ] {
        for of in [TABLE, CREDENTIALS_TABLE] {
            let item = json!({ "pk": { "S": pk }, "value": value });
            let put = json!({ "TableName": of, "Item": item });
            assert_eq!(table.call("PutItem", put.to_string().as_bytes()).0, 200);
            assert!(secrets::violation(&record, &table).is_some(), "{pk} in {of}");
            let delete = json!({ "Delete": { "TableName": of, "Key": { "pk": { "S": pk } } } });
            let delete = json!({ "TransactItems": [delete] });
            assert_eq!(table.call("TransactWriteItems", delete.to_string().as_bytes()).0, 200);
        }
        assert_eq!(secrets::violation(&record, &table), None);
    }
}
