//! The one write path.

use std::collections::HashMap;
use std::error::Error;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem,
};
use uuid::Uuid;

use super::actions::{self, Action};
use super::expression::Expression;
use super::item::{self, Item, PK};
use super::{Store, StoreError, count_capacity};
use crate::domain::rename::{NameChange, Rename};
use crate::domain::update::Update;
use crate::domain::user::User;
use crate::domain::username::Username;
use crate::meter::Meter;

/// A decision of the rules, to be made true if what it was based on still holds.
#[derive(Debug, Clone)]
pub enum Change {
    /// A new user, with its name.
    Create(Box<User>),
    /// A user's change of the own name.
    Rename(Rename),
    /// A change of a user's fields, perhaps with the name.
    Update(Box<Update>),
}

/// What became of a [`Change`].
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is in the table, whole.
    Committed,
    /// The user is not as the change assumes, and nothing was written. This is the user as the
    /// table has it, or `None` when there is none.
    Stale(Option<Box<User>>),
    /// Somebody else has a name of the same key, in this spelling, and nothing was written.
    Taken(Username),
}

impl Change {
    /// Whether a user in the table is what this change would have made of it: the change was
    /// committed, and the answer lost on the way.
    fn is_done(&self, user: &User) -> bool {
        match self {
            Self::Create(created) => *user == **created,
            Self::Update(update) => *user == update.after,
            // Its token tells; and the same wish in the same millisecond would look the same.
            Self::Rename(_) => false,
        }
    }

    /// Whether a user in the table shows that none of this change's attempts was committed, and none
    /// that is still on its way can be.
    fn is_overtaken(&self, user: &User) -> bool {
        match self {
            // The version after the one that was read is somebody else's: an attempt would have been
            // `done`. Later ones do not tell whose it was; but a transaction's token does.
            Self::Update(update) => {
                update.names.is_some() || user.version == update.before.version + 1
            }
            // A condition that fails now can hold in a moment.
            Self::Create(_) | Self::Rename(_) => false,
        }
    }

    /// What an outcome means once it is known what was asked for. When an earlier attempt went
    /// `unanswered`, a refusal is none as long as that attempt may have been committed, or may yet be:
    /// who was refused must not find the change made.
    fn settle(&self, outcome: Outcome, unanswered: bool) -> Result<Outcome, StoreError> {
        match outcome {
            Outcome::Stale(Some(user)) if unanswered && self.is_done(&user) => {
                Ok(Outcome::Committed)
            }
            Outcome::Stale(Some(user)) if unanswered && self.is_overtaken(&user) => {
                Ok(Outcome::Stale(Some(user)))
            }
            Outcome::Stale(_) | Outcome::Taken(_) if unanswered => Err(StoreError::busy(
                "what became of an attempt that was not answered is not known",
            )),
            // The item to re-spell is the user's own.
            Outcome::Taken(_) if self.names().is_some_and(NameChange::is_respelling) => {
                Err(lost_name())
            }
            outcome => Ok(outcome),
        }
    }

    fn names(&self) -> Option<&NameChange> {
        match self {
            Self::Create(_) => None,
            Self::Rename(rename) => Some(&rename.names),
            Self::Update(update) => update.names.as_ref(),
        }
    }

    /// The writes: the user first, then the names.
    fn actions(&self) -> Vec<Action> {
        let mut actions = match self {
            Self::Create(user) => vec![actions::create_user(user), actions::take_first_name(user)],
            Self::Rename(rename) => vec![actions::rename_user(rename)],
            Self::Update(update) => vec![actions::update_user(update)],
        };
        actions.extend(self.names().map(actions::change_names).unwrap_or_default());
        actions
    }
}

/// What one attempt at a write says.
enum Attempt {
    Done(Outcome),
    /// Nothing is known to be decided. The same attempt may be made again: if this one was made
    /// after all, the next one finds that out.
    Busy(StoreError),
}

impl Attempt {
    /// An attempt that met another one on the same item is made again. Throttling, time-outs and
    /// lost connections are not: the SDK has repeated those itself.
    fn unless_met<E>(error: SdkError<E>) -> Result<Self, StoreError>
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        const MET: [&str; 3] = [
            "ReplicatedWriteConflictException",
            "TransactionConflictException",
            "TransactionInProgressException",
        ];
        if error.code().is_some_and(|code| MET.contains(&code)) {
            Ok(Self::Busy(StoreError::busy(error)))
        } else {
            Err(StoreError::from_sdk(error))
        }
    }
}

/// A change as DynamoDB is asked for it, every value frozen.
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
    /// Commits the change, all of it or nothing, if its conditions hold. One call: `UpdateItem`
    /// when one item is written, else `TransactWriteItems`; more only when DynamoDB was busy.
    ///
    /// Every value is frozen before the first attempt and all attempts share one client request
    /// token, so an attempt whose answer was lost is not made twice.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it is not known whether the change was committed, or it was
    /// not because DynamoDB stayed busy; repeating is safe. [`StoreError::Broken`] otherwise.
    pub async fn commit(&self, change: &Change) -> Result<Outcome, StoreError> {
        let write = Write::of(change, &self.table)?;
        let meter = Meter::of_part();
        let outcome = meter.measure(self.attempt(&write)).await?;
        change.settle(outcome, meter.usage().unanswered > 0)
    }

    /// Attempts the write until something is decided, or DynamoDB has been busy too often.
    async fn attempt(&self, write: &Write) -> Result<Outcome, StoreError> {
        let mut cause = StoreError::busy("no attempt was made");
        for number in 0..self.backoff.attempts {
            self.wait_before(number).await;
            let attempt = match write {
                Write::Item { key, expression } => self.update_item(key, expression).await?,
                Write::Transaction { items, token } => self.transact(items, token).await?,
            };
            match attempt {
                Attempt::Done(outcome) => return Ok(outcome),
                Attempt::Busy(busy) => cause = busy,
            }
        }
        Err(cause)
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
                Ok(Attempt::Done(Outcome::Committed))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    stale(failed.item.as_ref()).map(Attempt::Done)
                }
                _ => Attempt::unless_met(error),
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
                Ok(Attempt::Done(Outcome::Committed))
            }
            Err(error) => match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    judge(canceled.cancellation_reasons())
                }
                _ => Attempt::unless_met(error),
            },
        }
    }
}

/// Reads why a transaction was cancelled, by index: the user, the name taken or re-spelled, the name
/// given up. What the user's item says comes first; then whether somebody stood in the way for a
/// moment; then what the new name's says.
fn judge(reasons: &[CancellationReason]) -> Result<Attempt, StoreError> {
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let momentary = |reason: &CancellationReason| {
        matches!(
            reason.code(),
            Some("TransactionConflict" | "ProvisionedThroughputExceeded" | "ThrottlingError")
        )
    };
    match reasons {
        [user, ..] if failed(user) => stale(user.item.as_ref()).map(Attempt::Done),
        reasons if reasons.iter().any(momentary) => {
            Ok(Attempt::Busy(StoreError::busy("the transaction met another one or was throttled")))
        }
        [_, new, ..] if failed(new) => {
            let item = new.item.as_ref().ok_or_else(lost_name)?;
            let holding = item::to_holding(item).map_err(StoreError::broken)?;
            Ok(Attempt::Done(Outcome::Taken(holding.username)))
        }
        [_, _, old] if failed(old) => Err(lost_name()),
        other => Err(StoreError::broken(format!(
            "a transaction was cancelled for {:?}",
            other.iter().filter_map(CancellationReason::code).collect::<Vec<_>>()
        ))),
    }
}

fn stale(item: Option<&Item>) -> Result<Outcome, StoreError> {
    let user = item.filter(|item| !item.is_empty()).map(item::to_user).transpose();
    Ok(Outcome::Stale(user.map_err(StoreError::broken)?.map(Box::new)))
}

fn lost_name() -> StoreError {
    StoreError::broken("a user's name is not the user's in the table")
}
