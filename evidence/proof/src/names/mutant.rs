//! The deliberate faults in the protocol of names.

use clap::ValueEnum;
use jiff::Timestamp;
use sandbox::{InProcessDynamoDb, TABLE};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::call::{Call, Mutation};

/// A deliberate fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mutant {
    /// A rename does not ask whether the account is active.
    AnyStatus,
    /// A rename does not ask whether the user still has the old name.
    AnyName,
    /// A rename does not ask whether the cooldown is over.
    NoCooldown,
    /// A rename does not start a cooldown.
    NoStamp,
    /// A name is taken whoever has it.
    NamesOfOthers,
    /// A rename asks neither for the user's present name nor whose the old name is.
    AnyOldName,
    /// An update does not ask for the version that it is based on.
    AnyVersion,
    /// The user is written first, then the names, in two transactions.
    UserThenNames,
    /// The names are written first, then the user, in two transactions.
    NamesThenUser,
    /// The conditions are checked by a read, and the write has none.
    ReadThenWrite,
    /// The old name is free at once, not held.
    ForgottenHold,
    /// The old name is held without an end.
    EndlessHold,
    /// A held name is free when DynamoDB has deleted it, and no sooner.
    TrustedTtl,
    /// Each attempt has a token of its own, so that DynamoDB takes it for another request.
    NewToken,
    /// Each attempt takes the time anew.
    ThawedNow,
    /// Reads are answered from a cache.
    CachedReads,
    /// A deleted user's name is free.
    FreedByDeletion,
}

impl Mutation for Mutant {
    fn apply(self, mut call: Call, table: &InProcessDynamoDb, now: Timestamp) -> Vec<Call> {
        match self {
            Self::AnyStatus => relax(&mut call, Part::User, "#status"),
            Self::AnyName => relax(&mut call, Part::User, "#username ="),
            Self::NoCooldown => relax(&mut call, Part::User, "#usernameChangedAt"),
            Self::NamesOfOthers => relax(&mut call, Part::NewName, ""),
            Self::AnyOldName => {
                relax(&mut call, Part::User, "#username =");
                relax(&mut call, Part::User, "#usernameKey");
                relax(&mut call, Part::OldName, "");
            }
            Self::AnyVersion => relax(&mut call, Part::User, "#version"),
            Self::NoStamp => misplace_stamp(&mut call),
            Self::UserThenNames => return call.split(|action| Part::of(action) == Part::User),
            Self::NamesThenUser => return call.split(|action| Part::of(action) != Part::User),
            Self::ReadThenWrite => return read_then_write(call),
            Self::ForgottenHold => call.actions().for_each(free_old_name),
            Self::EndlessHold => call.actions().for_each(hold_for_ever),
            Self::TrustedTtl => call.actions().for_each(wait_for_ttl),
            Self::NewToken => call.body["ClientRequestToken"] = json!(Uuid::new_v4()),
            Self::ThawedNow => move_to_now(&mut call, now),
            // `caches_reads`.
            Self::CachedReads => {}
            Self::FreedByDeletion => return delete_name_with_user(call, table),
        }
        vec![call]
    }

    fn caches_reads(self) -> bool {
        self == Self::CachedReads
    }
}

/// The item that an action of a transaction, or the only action of an update, writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    User,
    NewName,
    OldName,
}

impl Part {
    fn of(action: &Value) -> Self {
        let condition = action["ConditionExpression"].as_str().unwrap_or_default();
        if action.get("UpdateExpression").is_some() {
            Self::User
        } else if condition.contains("attribute_not_exists(#pk)") {
            Self::NewName
        } else {
            Self::OldName
        }
    }
}

/// Relaxes the conditions on one part.
fn relax(call: &mut Call, part: Part, text: &str) {
    call.relax(|action| Part::of(action) == part, text);
}

/// Writes the instant of the rename to an attribute that no condition reads.
fn misplace_stamp(call: &mut Call) {
    for action in call.actions().filter(|action| Part::of(action) == Part::User) {
        let update = action["UpdateExpression"].as_str().unwrap_or_default();
        if update.contains("#usernameChangedAt = ") {
            let update = update.replace("#usernameChangedAt = ", "#elsewhere = ");
            action["UpdateExpression"] = json!(update);
            action["ExpressionAttributeNames"]["#elsewhere"] = json!("elsewhere");
            let condition = action["ConditionExpression"].as_str().unwrap_or_default();
            if !condition.contains("#usernameChangedAt")
                && let Some(names) = action["ExpressionAttributeNames"].as_object_mut()
            {
                names.remove("#usernameChangedAt");
            }
        }
    }
}

/// Splits a transaction into its conditions alone and its writes without conditions.
fn read_then_write(mut call: Call) -> Vec<Call> {
    if call.operation != "TransactWriteItems" {
        return vec![call];
    }
    let checks: Vec<_> = call.actions().map(|action| condition_check(action)).collect();
    for part in [Part::User, Part::NewName, Part::OldName] {
        relax(&mut call, part, "");
    }
    vec![Call::transaction(&checks), call]
}

/// Returns the condition of an action as a `ConditionCheck`.
fn condition_check(action: &Value) -> Value {
    let condition = action["ConditionExpression"].as_str().unwrap_or_default();
    let is_of_placeholder = |c: char| c.is_ascii_alphanumeric() || "#:_".contains(c);
    let used: Vec<_> = condition.split(|c| !is_of_placeholder(c)).collect();
    let only_used = |placeholders: &Value| {
        let all = placeholders.as_object().into_iter().flatten();
        let used = all.filter(|(placeholder, _)| used.contains(&placeholder.as_str()));
        used.map(|(placeholder, value)| (placeholder.clone(), value.clone())).collect::<Map<_, _>>()
    };
    let key = match action.get("Key") {
        Some(key) => key.clone(),
        None => json!({ "pk": action["Item"]["pk"] }),
    };
    let mut check = json!({
        "TableName": action["TableName"], "Key": key, "ConditionExpression": condition,
        "ExpressionAttributeNames": only_used(&action["ExpressionAttributeNames"]),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    });
    let values = only_used(&action["ExpressionAttributeValues"]);
    if !values.is_empty() {
        check["ExpressionAttributeValues"] = json!(values);
    }
    json!({ "ConditionCheck": check })
}

/// Ends the hold in 1970.
fn free_old_name(action: &mut Value) {
    if action["Item"].get("heldUntil").is_some() {
        action["Item"]["heldUntil"] = json!({ "N": "0" });
    }
}

/// Ends the hold in the distant future.
fn hold_for_ever(action: &mut Value) {
    if action["Item"].get("heldUntil").is_some() {
        action["Item"]["heldUntil"] = json!({ "N": "9999999999999" });
        action["Item"]["expiresAt"] = json!({ "N": "9999999999" });
    }
}

/// Makes the clause that allows taking an expired name always false.
fn wait_for_ttl(action: &mut Value) {
    let condition = action["ConditionExpression"].as_str().unwrap_or_default();
    if Part::of(action) == Part::NewName {
        let never =
            condition.replace("#heldUntil <= ", "#heldUntil < #heldUntil AND #heldUntil <= ");
        action["ConditionExpression"] = json!(never);
    }
}

/// Moves every instant of a write by the time that has passed since the request began.
fn move_to_now(call: &mut Call, now: Timestamp) {
    let began_at = call.actions().find_map(|action| {
        let update = action["UpdateExpression"].as_str()?;
        let placeholder = update.split("#updatedAt = ").nth(1)?.split(',').next()?.trim();
        action["ExpressionAttributeValues"][placeholder]["N"].as_str()?.parse::<i64>().ok()
    });
    if let Some(began_at) = began_at {
        shift(&mut call.body, now.as_millisecond() - began_at);
    }
}

/// Adds to every number with 13 or more digits, which is an instant in milliseconds.
fn shift(value: &mut Value, by: i64) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(digits)) = fields.get_mut("N")
                && let (13.., Ok(instant)) = (digits.len(), digits.parse::<i64>())
            {
                *digits = (instant + by).to_string();
                return;
            }
            fields.values_mut().for_each(|value| shift(value, by));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| shift(value, by)),
        _ => {}
    }
}

/// Adds the deletion of the name record to the deletion of a user.
fn delete_name_with_user(call: Call, table: &InProcessDynamoDb) -> Vec<Call> {
    let is_deletion =
        call.operation == "UpdateItem" && call.body.to_string().contains(r#""S":"DELETED""#);
    let user = call.body["Key"]["pk"]["S"].as_str().unwrap_or_default().replace("USER#", "");
    let items = table.items(TABLE).unwrap_or_default();
    let name =
        items.iter().find(|item| item["userId"]["S"] == *user && item.get("heldUntil").is_none());
    match name {
        Some(name) if is_deletion => {
            let delete = json!({ "TableName": TABLE, "Key": { "pk": name["pk"] } });
            vec![call, Call::transaction(&[json!({ "Delete": delete })])]
        }
        _ => vec![call],
    }
}
