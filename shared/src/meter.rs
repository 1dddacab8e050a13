//! What a request costs at DynamoDB.

use std::sync::{Arc, Mutex, PoisonError};

/// The calls that one request has made so far. Copies count together.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Usage>>);

/// A sum of calls.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Requests sent, each attempt counted.
    pub calls: u32,
    /// Capacity units that the answers report: a read unit and a write unit count as one each.
    pub capacity_units: f64,
}

tokio::task_local! {
    static CURRENT: Meter;
}

impl Meter {
    /// Counts what the future does.
    pub async fn measure<F: Future>(&self, future: F) -> F::Output {
        CURRENT.scope(self.clone(), future).await
    }

    /// The sum so far.
    pub fn usage(&self) -> Usage {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds to the meter that measures the present task, if one does.
pub(crate) fn count(usage: Usage) {
    // Outside a request, as in init, nobody measures.
    let _ = CURRENT.try_with(|meter| {
        let mut sum = meter.0.lock().unwrap_or_else(PoisonError::into_inner);
        sum.calls += usage.calls;
        sum.capacity_units += usage.capacity_units;
    });
}
