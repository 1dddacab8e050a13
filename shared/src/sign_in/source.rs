//! Our own keys, as the table has them.

use std::pin::Pin;

use super::keys::{self, KeysError};
use crate::store::Store;
use crate::token::{FetchError, KeySchedule, KeySource, Resource};

/// The keys that the table publishes.
#[derive(Debug, Clone)]
pub struct StoredKeys(pub Store);

impl KeySource for StoredKeys {
    fn read(&self) -> Pin<Box<dyn Future<Output = Result<KeySchedule, FetchError>> + Send + '_>> {
        Box::pin(async {
            match keys::read(&self.0).await {
                Ok((schedule, _)) => Ok(schedule),
                Err(KeysError::Store(error)) => {
                    Err(FetchError::Unreachable(Resource::Keys, error.into()))
                }
                Err(error) => Err(FetchError::Unusable(Resource::Keys, error.to_string())),
            }
        })
    }
}
