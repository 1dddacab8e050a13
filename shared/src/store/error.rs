//! Why the table cannot be read or written.

use std::error::Error;
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// When to repeat a request after most errors that pass.
const SOON: Duration = Duration::from_secs(1);
/// When to repeat it while the same transaction is in progress: AWS asks for 5 s.
const IN_PROGRESS: Duration = Duration::from_secs(5);

/// The error codes of conditions that pass.
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
    /// DynamoDB throttles, times out, or cannot be reached. Repeating the request is safe.
    #[error("DynamoDB is unavailable")]
    Unavailable {
        /// What DynamoDB or the network says.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
        /// When it makes sense to repeat the request.
        retry_after: Duration,
    },
    /// DynamoDB refused, or an item is corrupt. Repeating the request does not help.
    #[error("DynamoDB refused, or an item is corrupt")]
    Broken(#[source] Box<dyn Error + Send + Sync>),
}

impl StoreError {
    pub(super) fn busy(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable { cause: cause.into(), retry_after: SOON }
    }

    pub(super) fn broken(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Broken(cause.into())
    }

    /// The record of a user's own name is missing, or another user's: the table is corrupt.
    pub(super) fn name_record_mismatch() -> Self {
        Self::broken("the record of a user's name is not the user's")
    }

    /// Tells temporary errors from others, after the SDK's own retries.
    pub(super) fn from_sdk<E>(error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let unavailable = match &error {
            SdkError::ServiceError(service) => {
                is_busy(service.err()) || service.raw().status().as_u16() >= 500
            }
            SdkError::ConstructionFailure(_) => false,
            // The request was not sent, or got no answer in time, or no valid one.
            _ => true,
        };
        let is_in_progress = error.code() == Some("TransactionInProgressException");
        match unavailable {
            true if is_in_progress => {
                Self::Unavailable { cause: error.into(), retry_after: IN_PROGRESS }
            }
            true => Self::busy(error),
            false => Self::broken(error),
        }
    }
}

/// Whether the condition behind this error passes. An error without a code does not come from
/// DynamoDB but from something in between.
fn is_busy(error: &impl ProvideErrorMetadata) -> bool {
    error.code().is_none_or(|code| BUSY.contains(&code))
}
