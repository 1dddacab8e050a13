//! What a request costs: calls to DynamoDB, and fetches of the issuer's keys that failed.

use std::sync::{Arc, Mutex, PoisonError};

/// The calls that something has made so far. Copies count together.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    sum: Arc<Mutex<RequestCost>>,
    /// The enclosing meter.
    outer: Option<Box<Self>>,
}

/// A sum of calls and their cost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RequestCost {
    /// Requests sent, each attempt counted.
    pub calls: u32,
    /// Requests to DynamoDB whose effect is unknown: a lost connection, a time-out, an error of the
    /// server.
    pub unanswered: u32,
    /// Fetches of the issuer's keys that failed.
    pub failed_key_fetches: u32,
    /// Capacity units that the answers report: a read unit and a write unit count as one each.
    pub capacity_units: f64,
}

impl RequestCost {
    /// A failed fetch of the issuer's keys.
    pub(crate) const FAILED_KEY_FETCH: Self =
        Self { calls: 0, unanswered: 0, failed_key_fetches: 1, capacity_units: 0.0 };
}

tokio::task_local! {
    static CURRENT: Meter;
}

impl Meter {
    /// A meter of a part of what the present task's meter measures, if one does.
    pub(crate) fn of_part() -> Self {
        let outer = CURRENT.try_with(|meter| Box::new(meter.clone())).ok();
        Self { sum: Arc::default(), outer }
    }

    /// Counts what the future does.
    pub async fn measure<F: Future>(&self, future: F) -> F::Output {
        CURRENT.scope(self.clone(), future).await
    }

    /// The sum so far.
    pub fn cost(&self) -> RequestCost {
        *self.sum.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, cost: RequestCost) {
        let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.calls += cost.calls;
        sum.unanswered += cost.unanswered;
        sum.failed_key_fetches += cost.failed_key_fetches;
        sum.capacity_units += cost.capacity_units;
        if let Some(outer) = &self.outer {
            outer.add(cost);
        }
    }
}

/// Adds to the meter that measures the present task, if one does.
pub(crate) fn count(cost: RequestCost) {
    // Outside a request, as in init, nobody measures.
    let _ = CURRENT.try_with(|meter| meter.add(cost));
}
