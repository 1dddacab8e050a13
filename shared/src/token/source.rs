//! Where our own keys are read from: the table, which this room knows nothing of.

use std::pin::Pin;

use super::error::FetchError;
use super::schedule::KeySchedule;

/// A place that has the schedule of our keys.
pub trait KeySource: Send + Sync {
    /// Reads the schedule; an empty one while there is no key.
    fn read(&self) -> Pin<Box<dyn Future<Output = Result<KeySchedule, FetchError>> + Send + '_>>;
}
