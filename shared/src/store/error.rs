//! What can go wrong between this code and the table.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// The error codes with which DynamoDB says "not now".
const BUSY: &[&str] = &[
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// The table could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It throttles, times out, or cannot be reached. Repeating the request is safe.
    #[error("DynamoDB is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// It refused or answered in a way that repeating will not mend.
    #[error("DynamoDB refused, or an item is corrupt")]
    Broken(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    pub(super) fn busy(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(cause.into())
    }

    pub(super) fn broken(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Broken(cause.into())
    }

    /// Sorts what the SDK reports after its own retries.
    pub(super) fn from_sdk<E>(error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let unavailable = match &error {
            SdkError::ServiceError(service) => {
                is_busy(service.err()) || service.raw().status().as_u16() >= 500
            }
            SdkError::ConstructionFailure(_) => false,
            // Not sent, no answer in time, or an answer that is none.
            _ => true,
        };
        if unavailable { Self::busy(error) } else { Self::broken(error) }
    }
}

/// Whether DynamoDB says "not now" with this error. An answer without a code is none of DynamoDB's:
/// something in between broke it.
fn is_busy(error: &impl ProvideErrorMetadata) -> bool {
    error.code().is_none_or(|code| BUSY.contains(&code))
}
