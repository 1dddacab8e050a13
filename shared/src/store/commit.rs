//! The one write path of users and names.

use aws_sdk_dynamodb::types::AttributeValue;

use super::actions::Action;
use super::cancellation::{Attempt, read_cancellation, stale};
use super::change::{Change, Outcome};
use super::error::StoreError;
use super::expression::Expression;
use super::table::Store;
use super::tables::Table;
use super::write::{Transaction, Tried};
use crate::domain::username::NameRecord;
use crate::meter::Meter;

/// A change as a request to DynamoDB, with every value fixed.
enum Write {
    /// One item: `UpdateItem`.
    Item { table: Table, key: AttributeValue, expression: Box<Expression> },
    /// Several items, or a new one: `TransactWriteItems`.
    Transaction(Transaction),
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
        let write = self.write_of(change)?;
        let meter = Meter::of_part();
        let outcome = meter.measure(self.attempt(&write)).await?;
        match change.resolve_unanswered(outcome, meter.cost().unanswered > 0)? {
            Outcome::Conflict => Ok(self.explain_conflict(change).await),
            outcome => Ok(outcome),
        }
    }

    fn write_of(&self, change: &Change) -> Result<Write, StoreError> {
        let mut actions = change.actions();
        if let [Action::Update { table, key, expression }] = &mut actions[..] {
            let expression = Box::new(std::mem::take(expression));
            return Ok(Write::Item { table: *table, key: key.clone(), expression });
        }
        self.transaction(actions).map(Write::Transaction)
    }

    /// Attempts the write until DynamoDB decides, or the attempts are used up.
    async fn attempt(&self, write: &Write) -> Result<Outcome, StoreError> {
        let mut is_throttled = false;
        for number in 0..self.backoff.attempts {
            self.wait_before(number).await;
            match self.attempt_once(write).await? {
                Attempt::Decided(outcome) => return Ok(outcome),
                Attempt::Conflict => is_throttled = false,
                Attempt::Throttled => is_throttled = true,
            }
        }
        if is_throttled { Err(StoreError::busy("throttled")) } else { Ok(Outcome::Conflict) }
    }

    async fn attempt_once(&self, write: &Write) -> Result<Attempt, StoreError> {
        match write {
            Write::Item { table, key, expression } => {
                match self.try_update(*table, key, expression).await? {
                    Tried::Done => Ok(Attempt::Decided(Outcome::Committed)),
                    Tried::Refused(item) => stale(item.as_ref()).map(Attempt::Decided),
                    Tried::Conflict => Ok(Attempt::Conflict),
                }
            }
            Write::Transaction(transaction) => match self.try_transaction(transaction).await? {
                Tried::Done => Ok(Attempt::Decided(Outcome::Committed)),
                Tried::Refused(reasons) => read_cancellation(&reasons),
                Tried::Conflict => Ok(Attempt::Conflict),
            },
        }
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
}
