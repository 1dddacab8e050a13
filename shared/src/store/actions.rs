//! The conditional writes, one function an item.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update as UpdateAction,
};

use super::expression::Expression;
use super::item::{self, Item, PK, instant, n, s, ttl};
use crate::domain::rename::{NameChange, Rename};
use crate::domain::status::Status;
use crate::domain::update::Update;
use crate::domain::user::User;
use crate::domain::username::Username;

/// A conditional write of one item.
#[derive(Debug, Clone)]
pub(super) enum Action {
    /// Writes the whole item.
    Put { item: Item, condition: Expression },
    /// Changes some attributes.
    Update { key: AttributeValue, expression: Expression },
}

impl Action {
    /// The write as part of a transaction on the table. When its condition fails, the cancellation
    /// reason carries the item as it is.
    pub(super) fn in_transaction(self, table: &str) -> Result<TransactWriteItem, BuildError> {
        let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
        let builder = TransactWriteItem::builder();
        Ok(match self {
            Self::Put { item, condition } => builder.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(item))
                    .condition_expression(condition.condition())
                    .set_expression_attribute_values(condition.values())
                    .set_expression_attribute_names(Some(condition.names))
                    .return_values_on_condition_check_failure(all_old)
                    .build()?,
            ),
            Self::Update { key, expression } => builder.update(
                UpdateAction::builder()
                    .table_name(table)
                    .set_key(Some(HashMap::from([(PK.to_owned(), key)])))
                    .update_expression(expression.update())
                    .condition_expression(expression.condition())
                    .set_expression_attribute_values(expression.values())
                    .set_expression_attribute_names(Some(expression.names))
                    .return_values_on_condition_check_failure(all_old)
                    .build()?,
            ),
        }
        .build())
    }
}

/// The new user, if there is none of that id.
pub(super) fn create_user(user: &User) -> Action {
    let mut condition = Expression::default();
    condition.require_absent();
    Action::Put { item: item::from_user(user), condition }
}

/// The name of a new user, if nobody has it.
pub(super) fn take_first_name(user: &User) -> Action {
    take_name(user.id.as_str(), &user.username, user.created_at)
}

/// The user renamed, if `ACTIVE`, still of the old name, and not cooling down.
pub(super) fn rename_user(rename: &Rename) -> Action {
    let NameChange { user_id, from, to, at, .. } = &rename.names;
    let mut e = Expression::default();
    e.set("username", s(to.as_str()));
    e.set("previousUsername", s(from.as_str()));
    e.set("usernameChangedAt", instant(*at));
    e.set("updatedAt", instant(*at));
    e.increase("version", n(1));
    if rename.names.changes_email() {
        e.set("emailVerified", AttributeValue::Bool(false));
    }
    let active = e.equals("status", s(Status::Active.as_str()));
    e.require(active);
    let still = e.equals("username", s(from.as_str()));
    e.require(still);
    let over = [
        e.absent("usernameChangedAt"),
        e.at_most("usernameChangedAt", instant(rename.last_change_before)),
    ];
    e.require_any(&over);
    Action::Update { key: item::user_key(user_id), expression: e }
}

/// The user updated, if still of the version that was read. Only attributes that differ are
/// written, so that what a newer version of this code added to an item stays.
pub(super) fn update_user(update: &Update) -> Action {
    let mut e = Expression::default();
    e.set_difference(&item::from_user(&update.before), &item::from_user(&update.after));
    let unchanged = e.equals("version", n(update.before.version));
    e.require(unchanged);
    Action::Update { key: item::user_key(&update.before.id), expression: e }
}

/// What happens to the names: with the same key the item is re-spelled; otherwise the new name is
/// taken, and the old one held.
pub(super) fn change_names(names: &NameChange) -> Vec<Action> {
    if names.is_respelling() {
        vec![respell(names)]
    } else {
        vec![take_name(names.user_id.as_str(), &names.to, names.at), hold_old_name(names)]
    }
}

/// The name, if nobody has it, if the user holds it from earlier, or if its hold is over.
fn take_name(user_id: &str, name: &Username, now: jiff::Timestamp) -> Action {
    let mut e = Expression::default();
    let free = [e.absent(PK), e.equals("userId", s(user_id)), e.at_most("heldUntil", instant(now))];
    e.require_any(&free);
    Action::Put { item: name_item(user_id, name), condition: e }
}

/// The old name, held for the user, if it was the user's.
fn hold_old_name(names: &NameChange) -> Action {
    let mut item = name_item(names.user_id.as_str(), &names.from);
    item.insert("heldUntil".to_owned(), instant(names.held_until));
    item.insert("expiresAt".to_owned(), ttl(names.held_until));
    Action::Put { item, condition: in_use_by(names) }
}

/// The name in its new spelling, if it is the user's.
fn respell(names: &NameChange) -> Action {
    let item = name_item(names.user_id.as_str(), &names.to);
    Action::Put { item, condition: in_use_by(names) }
}

/// The condition that the name is the user's, and not just held.
fn in_use_by(names: &NameChange) -> Expression {
    let mut e = Expression::default();
    let mine = e.equals("userId", s(names.user_id.as_str()));
    e.require(mine);
    let not_held = e.absent("heldUntil");
    e.require(not_held);
    e
}

fn name_item(user_id: &str, name: &Username) -> Item {
    HashMap::from([
        (PK.to_owned(), item::name_key(&name.key())),
        ("userId".to_owned(), s(user_id)),
        ("username".to_owned(), s(name.as_str())),
    ])
}
