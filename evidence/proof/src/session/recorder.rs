//! What sends the requests, records the answers, and has the record judged.

use std::sync::{Arc, Mutex, PoisonError};

use shared::clock::Clock;

use super::judge;
use super::record::Record;
use super::scenario::{Operation, Response};
use super::secrets;
use super::table::Rules;
use super::world::World;
use crate::subject::History;

/// Sends the operations to the API, and records them with their answers.
pub struct Recorder {
    /// The API.
    pub world: World,
    record: Mutex<Record>,
}

impl Recorder {
    /// Returns a recorder without a record.
    pub fn new(world: World) -> Self {
        Self { world, record: Mutex::default() }
    }

    /// Sends the operation and records the answer. `None` stands for 503.
    pub async fn send(&self, client: &str, operation: Operation) -> Option<Response> {
        let at = self.now();
        self.world.wire.note(format!("{client}: {operation:?} at {at}"));
        let number = self.record(|record| record.begin(operation.clone(), at));
        let response = self.world.send(&operation).await;
        let until = self.now();
        let failed = response.as_ref().err().map(|error| format!("{error:?}"));
        let response = self.record(|record| record.end(number, response, until));
        let outcome = response.as_ref().map(|response| format!("{response:?}"));
        let outcome = outcome.or(failed).unwrap_or_default();
        self.world.wire.note(format!("{client}: -> {outcome}"));
        response
    }

    fn now(&self) -> i64 {
        self.world.clock.now().as_millisecond()
    }

    fn record<T>(&self, change: impl FnOnce(&mut Record) -> T) -> T {
        change(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Judges the history.
    pub fn into_history(self: Arc<Self>) -> History {
        let wire = &self.world.wire;
        let (violation, figures) = self.record(|record| {
            let of_answers = || record.failure.clone().or_else(|| judge::violation(record));
            let of_items = || secrets::violation(record, &self.world.table);
            let violation = of_answers().or_else(|| wire.violation()).or_else(of_items);
            (violation, record.figures(wire.invariants(Rules::late_repeats)))
        });
        if let Some(violation) = &violation {
            wire.note(format!("!! {violation}"));
        }
        self.record(|record| History {
            requests: record.entries.len() as u64,
            unanswered: record.entries.iter().filter(|entry| entry.response.is_none()).count()
                as u64,
            figures,
            faults: wire.injected_faults(),
            responses: std::mem::take(&mut record.responses),
            violation,
            trace: wire.trace(),
        })
    }
}
