//! The one write path.

use std::collections::HashMap;
use std::error::Error;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use uuid::Uuid;

use super::actions::Action;
use super::cancellation::{Attempt, read_cancellation, stale};
use super::change::{Change, Outcome};
use super::error::StoreError;
use super::expression::Expression;
use super::item::{Item, PK};
use super::table::{Store, count_capacity};
use crate::domain::username::NameRecord;
use crate::meter::Meter;

/// A change as a request to DynamoDB, with every value fixed.
enum Write {
    /// One item: `UpdateItem`.
    Item { key: Item, expression: Expression },
    /// Several items, or a new one: `TransactWriteItems`.
    Transaction { items: Vec<TransactWriteItem>, token: String },
}

impl Write {
    fn of(change: &Change, table: &str) -> Result<Self, StoreError> {
        let mut actions = change.actions();
        if let [Action::Update { key, expression }] = &mut actions[..] {
            let key = HashMap::from([(PK.to_owned(), key.clone())]);
            return Ok(Self::Item { key, expression: std::mem::take(expression) });
        }
        let items: Result<_, BuildError> =
            actions.into_iter().map(|action| action.in_transaction(table)).collect();
        let token = Uuid::new_v4().to_string();
        Ok(Self::Transaction { items: items.map_err(StoreError::broken)?, token })
    }
}

impl Store {
    /// Commits the whole change if its conditions hold, else nothing. It makes one call, `UpdateItem`
    /// for one item, else `TransactWriteItems`, and repeats it only after a conflict or throttling.
    ///
    /// Every value is fixed before the first attempt, and all attempts share one client request
    /// token, so an attempt whose answer was lost does not commit twice.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when DynamoDB stays busy, or does not tell whether the change
    /// committed; repeating is safe. [`StoreError::Broken`] otherwise.
    pub async fn commit(&self, change: &Change) -> Result<Outcome, StoreError> {
        let write = Write::of(change, &self.table)?;
        let meter = Meter::of_part();
        let outcome = meter.measure(self.attempt(&write)).await?;
        match change.resolve_unanswered(outcome, meter.cost().unanswered > 0)? {
            Outcome::Conflict => Ok(self.explain_conflict(change).await),
            outcome => Ok(outcome),
        }
    }

    /// Attempts the write until DynamoDB decides, or the attempts are used up.
    async fn attempt(&self, write: &Write) -> Result<Outcome, StoreError> {
        let mut is_throttled = false;
        for number in 0..self.backoff.attempts {
            self.wait_before(number).await;
            let attempt = match write {
                Write::Item { key, expression } => self.update_item(key, expression).await?,
                Write::Transaction { items, token } => self.transact(items, token).await?,
            };
            match attempt {
                Attempt::Decided(outcome) => return Ok(outcome),
                Attempt::Conflict => is_throttled = false,
                Attempt::Throttled => is_throttled = true,
            }
        }
        if is_throttled { Err(StoreError::busy("throttled")) } else { Ok(Outcome::Conflict) }
    }

    /// Reads who has the name once attempts are used up by conflicts: often the conflict was about the
    /// name, and somebody else has it now.
    async fn explain_conflict(&self, change: &Change) -> Outcome {
        let Some(name) = change.name_taken() else { return Outcome::Conflict };
        // Without an answer it stays a conflict.
        let records = self.names(std::slice::from_ref(name)).await.unwrap_or_default();
        let is_taken = |record: &NameRecord| !record.is_available_to(change.user_id(), change.at());
        let taken = records.into_iter().find(is_taken);
        taken.map_or(Outcome::Conflict, |record| Outcome::Taken(record.username))
    }

    async fn update_item(
        &self,
        key: &Item,
        expression: &Expression,
    ) -> Result<Attempt, StoreError> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.clone()))
            .update_expression(expression.update())
            .condition_expression(expression.condition())
            .set_expression_attribute_values(expression.values())
            .set_expression_attribute_names(Some(expression.names.clone()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match sent {
            Ok(output) => {
                count_capacity(output.consumed_capacity());
                Ok(Attempt::Decided(Outcome::Committed))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    stale(failed.item.as_ref()).map(Attempt::Decided)
                }
                _ => repeat_on_conflict(error),
            },
        }
    }

    async fn transact(
        &self,
        items: &[TransactWriteItem],
        token: &str,
    ) -> Result<Attempt, StoreError> {
        let request = self.client.transact_write_items().set_transact_items(Some(items.to_vec()));
        let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
        match request.client_request_token(token).send().await {
            Ok(output) => {
                count_capacity(output.consumed_capacity());
                Ok(Attempt::Decided(Outcome::Committed))
            }
            Err(error) => match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    read_cancellation(canceled.cancellation_reasons())
                }
                _ => repeat_on_conflict(error),
            },
        }
    }
}

/// Repeats an attempt that met another write of the same item. The SDK itself has repeated everything
/// else that may pass: throttling, time-outs, lost connections, a transaction in progress.
fn repeat_on_conflict<E>(error: SdkError<E>) -> Result<Attempt, StoreError>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    const CONFLICTS: [&str; 2] =
        ["ReplicatedWriteConflictException", "TransactionConflictException"];
    if error.code().is_some_and(|code| CONFLICTS.contains(&code)) {
        Ok(Attempt::Conflict)
    } else {
        Err(StoreError::from_sdk(error))
    }
}
