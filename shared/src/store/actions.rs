//! The conditional writes, one function for each item.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update as UpdateAction,
};
use jiff::Timestamp;

use super::credential;
use super::expression::{Difference, Expression};
use super::item::{self, Item, PK, SESSION_EPOCH, USERNAME_KEY, instant, n, s, ttl};
use super::tables::{Table, Tables};
use crate::domain::author::{Author, AuthorKind, Origin};
use crate::domain::password::PasswordHash;
use crate::domain::rename::{NamePair, Rename, SelfRename};
use crate::domain::status::Status;
use crate::domain::update::Update;
use crate::domain::user::User;
use crate::domain::user_id::UserId;
use crate::domain::username::Username;

/// A conditional write of one item.
#[derive(Debug, Clone)]
pub(super) enum Action {
    /// Writes the whole item.
    Put { table: Table, item: Item, condition: Expression },
    /// Changes some attributes.
    Update { table: Table, key: AttributeValue, expression: Expression },
}

impl Action {
    /// The write as part of a transaction on the tables. When its condition fails, the cancellation
    /// reason carries the item as it is.
    pub(super) fn in_transaction(self, tables: &Tables) -> Result<TransactWriteItem, BuildError> {
        let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
        let builder = TransactWriteItem::builder();
        Ok(match self {
            Self::Put { table, item, condition } => builder.put(
                Put::builder()
                    .table_name(tables.name(table))
                    .set_item(Some(item))
                    .set_condition_expression(condition.condition())
                    .set_expression_attribute_values(condition.values())
                    .set_expression_attribute_names(condition.names())
                    .return_values_on_condition_check_failure(all_old)
                    .build()?,
            ),
            Self::Update { table, key, expression } => builder.update(
                UpdateAction::builder()
                    .table_name(tables.name(table))
                    .set_key(Some(HashMap::from([(PK.to_owned(), key)])))
                    .update_expression(expression.update())
                    .set_condition_expression(expression.condition())
                    .set_expression_attribute_values(expression.values())
                    .set_expression_attribute_names(expression.names())
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
    Action::Put { table: Table::Users, item: item::from_user(user), condition }
}

/// The name of a new user, if nobody has it.
pub(super) fn take_first_name(user: &User) -> Action {
    take_name(&user.id, &user.username, user.created_at)
}

/// The user renamed, if `ACTIVE`, still of the old name, of the token's epoch, and not cooling down.
pub(super) fn rename_user(change: &SelfRename, origin: &Origin) -> Action {
    let Rename { user_id, names: NamePair { from, to }, at, held_until: _ } = &change.rename;
    let mut e = Expression::default();
    e.set("username", s(to.as_str()));
    e.set(USERNAME_KEY, s(to.key().as_str()));
    e.set("previousUsername", s(from.as_str()));
    e.set("usernameChangedAt", instant(*at));
    e.set("updatedAt", instant(*at));
    e.increase("version", n(1));
    let Origin { request_id, session_epoch } = origin;
    let (id, request_id) = (user_id.clone(), request_id.clone());
    let author = Author { id, kind: AuthorKind::Owner, request_id };
    for (name, value) in item::from_author(&author) {
        e.set(name, value);
    }
    if change.rename.changes_email() {
        e.set("emailVerified", AttributeValue::Bool(false));
    }
    let active = e.equals("status", s(Status::Active.as_str()));
    e.require(active);
    let still = e.equals("username", s(from.as_str()));
    e.require(still);
    // The record of the old name has this key.
    let same_key = [e.absent(USERNAME_KEY), e.equals(USERNAME_KEY, s(from.key().as_str()))];
    e.require_any(&same_key);
    if let Some(epoch) = session_epoch {
        let same_epoch = match epoch {
            0 => e.absent(SESSION_EPOCH),
            epoch => e.equals(SESSION_EPOCH, n(epoch)),
        };
        e.require(same_epoch);
    }
    let over = [
        e.absent("usernameChangedAt"),
        e.at_most("usernameChangedAt", instant(change.last_change_at_most)),
    ];
    e.require_any(&over);
    Action::Update { table: Table::Users, key: item::user_key(user_id), expression: e }
}

/// The user updated, if still of the version that was read. It writes only the attributes that differ,
/// so that an attribute that a newer version of this code added stays.
pub(super) fn update_user(update: &Update) -> Action {
    let mut e = Expression::default();
    let (before, after) = (item::from_user(&update.before), item::from_user(&update.after));
    e.set_difference(Difference { before: &before, after: &after });
    let key = update.after.username.key();
    if update.before.username.key() == key {
        // An item from before keys were kept gets its own.
        e.set(USERNAME_KEY, s(key.as_str()));
    }
    let unchanged = e.equals("version", n(update.before.version));
    e.require(unchanged);
    let key = item::user_key(&update.before.id);
    Action::Update { table: Table::Users, key, expression: e }
}

/// The writes of the name records. With the same key, the record is respelled; else the new name is
/// taken and the old one held.
pub(super) fn change_names(rename: &Rename) -> Vec<Action> {
    if rename.is_respelling() {
        vec![respell(rename)]
    } else {
        let NamePair { from: _, to } = &rename.names;
        vec![take_name(&rename.user_id, to, rename.at), hold_old_name(rename)]
    }
}

/// The password, as an `ADMIN` sets it: nothing of the one before stays. The condition stands on the user.
pub(super) fn set_password(user: &User, hash: &PasswordHash) -> Action {
    let item = credential::new_item(&user.id, hash, user.version);
    Action::Put { table: Table::Credentials, item, condition: Expression::default() }
}

/// The name, if nobody has it, if it is the user's from earlier, or if its hold is over.
fn take_name(user_id: &UserId, name: &Username, now: Timestamp) -> Action {
    let mut e = Expression::default();
    let free = [
        e.absent(PK),
        e.equals("userId", s(user_id.as_str())),
        e.at_most("heldUntil", instant(now)),
    ];
    e.require_any(&free);
    Action::Put { table: Table::Users, item: name_item(user_id, name), condition: e }
}

/// The old name, held for the user, if it was the user's.
fn hold_old_name(rename: &Rename) -> Action {
    let mut item = name_item(&rename.user_id, &rename.names.from);
    item.insert("heldUntil".to_owned(), instant(rename.held_until));
    item.insert("expiresAt".to_owned(), ttl(rename.held_until));
    Action::Put { table: Table::Users, item, condition: in_use_by(&rename.user_id) }
}

/// The name in its new spelling, if it is the user's.
fn respell(rename: &Rename) -> Action {
    let item = name_item(&rename.user_id, &rename.names.to);
    Action::Put { table: Table::Users, item, condition: in_use_by(&rename.user_id) }
}

/// The condition that the user uses the name, and did not give it up.
fn in_use_by(user_id: &UserId) -> Expression {
    let mut e = Expression::default();
    let mine = e.equals("userId", s(user_id.as_str()));
    e.require(mine);
    let not_held = e.absent("heldUntil");
    e.require(not_held);
    e
}

fn name_item(user_id: &UserId, name: &Username) -> Item {
    HashMap::from([
        (PK.to_owned(), item::name_key(name.key())),
        ("userId".to_owned(), s(user_id.as_str())),
        ("username".to_owned(), s(name.as_str())),
    ])
}
