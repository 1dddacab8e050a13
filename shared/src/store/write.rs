//! Conditional writes, tried once or until DynamoDB decides.

use std::collections::HashMap;
use std::error::Error;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ReturnConsumedCapacity,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use uuid::Uuid;

use super::actions::Action;
use super::error::StoreError;
use super::expression::Expression;
use super::item::{Item, PK};
use super::table::{Store, count_capacity};
use super::tables::Table;

/// The result of one attempt.
pub(super) enum Tried<Refusal> {
    /// It is written.
    Done,
    /// A condition does not hold, or DynamoDB cancelled a transaction.
    Refused(Refusal),
    /// Another write was in the way. The same attempt may be repeated.
    Conflict,
}

/// A transaction with every value fixed; all attempts share its token.
pub(super) struct Transaction {
    items: Vec<TransactWriteItem>,
    token: String,
}

/// What became of a write of one item.
pub(super) enum Written {
    /// It is written.
    Done,
    /// Its condition does not hold; the item, if there is one.
    Refused(Option<Item>),
}

impl Written {
    pub(super) fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }
}

impl Store {
    pub(super) fn transaction(&self, actions: Vec<Action>) -> Result<Transaction, StoreError> {
        let items = actions.into_iter().map(|action| action.in_transaction(&self.tables));
        let items: Result<_, BuildError> = items.collect();
        let token = Uuid::new_v4().to_string();
        Ok(Transaction { items: items.map_err(StoreError::broken)?, token })
    }

    /// Writes one item if its condition holds. One call, `UpdateItem` or `PutItem`.
    pub(super) async fn write(&self, action: &Action) -> Result<Written, StoreError> {
        for number in 0..self.backoff.attempts {
            self.wait_before(number).await;
            let tried = match action {
                Action::Put { table, item, condition } => {
                    self.try_put(*table, item, condition).await?
                }
                Action::Update { table, key, expression } => {
                    self.try_update(*table, key, expression).await?
                }
            };
            match tried {
                Tried::Done => return Ok(Written::Done),
                Tried::Refused(item) => return Ok(Written::Refused(item)),
                Tried::Conflict => {}
            }
        }
        Err(StoreError::busy("other writes were in the way of every attempt"))
    }

    /// Writes several items if all of their conditions hold, else none; says which. One call,
    /// `TransactWriteItems`.
    pub(super) async fn write_all(&self, actions: Vec<Action>) -> Result<bool, StoreError> {
        let transaction = self.transaction(actions)?;
        for number in 0..self.backoff.attempts {
            self.wait_before(number).await;
            match self.try_transaction(&transaction).await? {
                Tried::Done => return Ok(true),
                Tried::Refused(reasons) if reasons.iter().any(is_failed_condition) => {
                    return Ok(false);
                }
                Tried::Refused(reasons) if reasons.iter().any(may_pass) => {}
                Tried::Refused(reasons) => return Err(cancelled(&reasons)),
                Tried::Conflict => {}
            }
        }
        Err(StoreError::busy("other writes were in the way of every attempt"))
    }

    pub(super) async fn try_update(
        &self,
        table: Table,
        key: &AttributeValue,
        expression: &Expression,
    ) -> Result<Tried<Option<Item>>, StoreError> {
        let sent = self
            .client
            .update_item()
            .table_name(self.tables.name(table))
            .set_key(Some(HashMap::from([(PK.to_owned(), key.clone())])))
            .update_expression(expression.update())
            .set_condition_expression(expression.condition())
            .set_expression_attribute_values(expression.values())
            .set_expression_attribute_names(expression.names())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let refusal = |error: &UpdateItemError| match error {
            UpdateItemError::ConditionalCheckFailedException(failed) => Some(failed.item.clone()),
            _ => None,
        };
        tried(sent, |output| count_capacity(output.consumed_capacity()), refusal)
    }

    async fn try_put(
        &self,
        table: Table,
        item: &Item,
        condition: &Expression,
    ) -> Result<Tried<Option<Item>>, StoreError> {
        let sent = self
            .client
            .put_item()
            .table_name(self.tables.name(table))
            .set_item(Some(item.clone()))
            .set_condition_expression(condition.condition())
            .set_expression_attribute_values(condition.values())
            .set_expression_attribute_names(condition.names())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let refusal = |error: &PutItemError| match error {
            PutItemError::ConditionalCheckFailedException(failed) => Some(failed.item.clone()),
            _ => None,
        };
        tried(sent, |output| count_capacity(output.consumed_capacity()), refusal)
    }

    pub(super) async fn try_transaction(
        &self,
        Transaction { items, token }: &Transaction,
    ) -> Result<Tried<Vec<CancellationReason>>, StoreError> {
        let request = self.client.transact_write_items().set_transact_items(Some(items.clone()));
        let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let sent = request.client_request_token(token).send().await;
        let refusal = |error: &TransactWriteItemsError| match error {
            TransactWriteItemsError::TransactionCanceledException(cancelled) => {
                Some(cancelled.cancellation_reasons().to_vec())
            }
            _ => None,
        };
        tried(sent, |output| count_capacity(output.consumed_capacity()), refusal)
    }
}

/// Whether the action's condition does not hold.
pub(super) fn is_failed_condition(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}

/// Whether another write of the item was in the way.
pub(super) fn is_conflict(reason: &CancellationReason) -> bool {
    reason.code() == Some("TransactionConflict")
}

/// Whether DynamoDB throttled the action.
pub(super) fn is_throttled(reason: &CancellationReason) -> bool {
    matches!(reason.code(), Some("ProvisionedThroughputExceeded" | "ThrottlingError"))
}

fn may_pass(reason: &CancellationReason) -> bool {
    is_conflict(reason) || is_throttled(reason)
}

/// A transaction was cancelled for what nobody expects.
pub(super) fn cancelled(reasons: &[CancellationReason]) -> StoreError {
    let codes: Vec<_> = reasons.iter().filter_map(CancellationReason::code).collect();
    StoreError::broken(format!("a transaction was cancelled for {codes:?}"))
}

/// What became of an attempt. It may be repeated when it met another write of the same item. The SDK itself has
/// repeated everything else that may pass: throttling, time-outs, lost connections, a transaction in progress.
fn tried<Output, E, Refusal>(
    sent: Result<Output, SdkError<E>>,
    count: impl FnOnce(&Output),
    refusal: impl FnOnce(&E) -> Option<Refusal>,
) -> Result<Tried<Refusal>, StoreError>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    const CONFLICTS: [&str; 2] =
        ["ReplicatedWriteConflictException", "TransactionConflictException"];
    let error = match sent {
        Ok(output) => {
            count(&output);
            return Ok(Tried::Done);
        }
        Err(error) => error,
    };
    if let Some(refusal) = error.as_service_error().and_then(refusal) {
        return Ok(Tried::Refused(refusal));
    }
    if error.code().is_some_and(|code| CONFLICTS.contains(&code)) {
        return Ok(Tried::Conflict);
    }
    Err(StoreError::from_sdk(error))
}
