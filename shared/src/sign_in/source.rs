//! Our own keys, as the table has them.

use std::pin::Pin;

use crate::store::{Published, Store};
use crate::token::{FetchError, KeySchedule, KeySource, Resource};

/// The keys that the table publishes.
#[derive(Debug, Clone)]
pub struct StoredKeys(pub Store);

impl KeySource for StoredKeys {
    fn read(&self) -> Pin<Box<dyn Future<Output = Result<KeySchedule, FetchError>> + Send + '_>> {
        Box::pin(async {
            let published = self.0.published_keys().await;
            let published =
                published.map_err(|error| FetchError::Unreachable(Resource::Keys, error.into()))?;
            let Some(Published { schedule, .. }) = published else {
                return Ok(KeySchedule::default());
            };
            KeySchedule::parse(&schedule)
                .map_err(|error| FetchError::Unusable(Resource::Keys, error.to_string()))
        })
    }
}
