//! Why DynamoDB cancels a transaction or refuses an update.

use aws_sdk_dynamodb::types::CancellationReason;

use super::change::Outcome;
use super::error::StoreError;
use super::item::{self, Item};
use super::write::{cancelled, is_conflict, is_failed_condition, is_throttled};

/// The result of one attempt at a write.
pub(super) enum Attempt {
    /// DynamoDB has decided.
    Decided(Outcome),
    /// Another write was in the way. The same attempt may be repeated: if it committed after all, the
    /// repetition finds that out.
    Conflict,
    /// DynamoDB throttled a part of the transaction. The same attempt may be repeated.
    Throttled,
}

/// Reads why a transaction was cancelled. The reasons stand in the order of the actions: the user, the
/// name taken or respelled, the name given up, the password. The user's reason counts first, then throttling and
/// conflicts, then the new name's reason.
pub(super) fn read_cancellation(reasons: &[CancellationReason]) -> Result<Attempt, StoreError> {
    let failed = is_failed_condition;
    match reasons {
        [user, ..] if failed(user) => stale(user.item.as_ref()).map(Attempt::Decided),
        reasons if reasons.iter().any(is_throttled) => Ok(Attempt::Throttled),
        reasons if reasons.iter().any(is_conflict) => Ok(Attempt::Conflict),
        [_, new, ..] if failed(new) => {
            let item = new.item.as_ref().ok_or_else(StoreError::name_record_mismatch)?;
            let record = item::to_name_record(item).map_err(StoreError::broken)?;
            Ok(Attempt::Decided(Outcome::Taken(record.username)))
        }
        [_, _, old, ..] if failed(old) => Err(StoreError::name_record_mismatch()),
        other => Err(cancelled(other)),
    }
}

/// The outcome of a failed condition on the user, from the item that DynamoDB returns with it.
pub(super) fn stale(item: Option<&Item>) -> Result<Outcome, StoreError> {
    let user = item.filter(|item| !item.is_empty()).map(item::to_user).transpose();
    Ok(Outcome::Stale(user.map_err(StoreError::broken)?.map(Box::new)))
}
