//! The deliberate faults in signing in.

use clap::ValueEnum;
use jiff::Timestamp;
use sandbox::{InProcessDynamoDb, TABLE};
use serde_json::{Value, json};
use uuid::Uuid;

use super::scenario::Kind;
use super::scenario::USER;
use crate::call::{Call, Mutation};

/// A deliberate fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mutant {
    /// A rotation asks neither for the generation nor for the hash of the token.
    AnyRotation,
    /// A rotation does not ask whether the session has ended.
    RotatesEnded,
    /// The session keeps another nonce than the one that the next token was derived with.
    AnotherNonce,
    /// A late repeat is not counted.
    LateNotCounted,
    /// A late repeat does not ask whether another one was counted meanwhile.
    EachLateCounts,
    /// A token that is used again ends nothing.
    ReuseEndsNothing,
    /// A log-out writes nothing.
    LogOutWritesNothing,
    /// A log-out ends a session again that has ended.
    EndsTwice,
    /// A log-out everywhere does not raise the epoch.
    EverywhereKeepsEpoch,
    /// A block does not raise the epoch.
    BlockKeepsEpoch,
    /// Reads are answered from a cache.
    CachedReads,
    /// A new session has the epoch of the moment at which it is written.
    EpochAtBirth,
    /// A change of password does not raise the epoch.
    ChangeKeepsEpoch,
    /// A change of password leaves its own session in the old epoch.
    OwnSessionLeftBehind,
    /// A change of password writes the user first, then the rest, in two transactions.
    UserThenPassword,
    /// A change of password writes the password first, then the user, in two transactions.
    PasswordThenUser,
    /// A change of password asks neither for the version nor for the hash that it is based on.
    ChangesAnyPassword,
    /// A password that is hashed anew does not ask for the hash that was verified.
    RehashesAnyPassword,
    /// An attempt is counted whatever the count is.
    NoLimit,
    /// An attempt is not counted before it is verified.
    NotReserved,
    /// A success gives its attempt back twice.
    GivesBackTwice,
    /// A window ends with the attempt that begins it.
    WindowEndsAtOnce,
}

impl Mutation for Mutant {
    fn apply(self, mut call: Call, table: &InProcessDynamoDb, now: Timestamp) -> Vec<Call> {
        match self {
            Self::AnyRotation => {
                call.relax(is_rotation, "#gen =");
                call.relax(is_rotation, "#hash =");
            }
            Self::RotatesEnded => call.relax(is_rotation, "#endedAt"),
            Self::AnotherNonce => call.actions().for_each(keep_another_nonce),
            Self::LateNotCounted => call.actions().for_each(count_nothing),
            Self::EachLateCounts => call.relax(is_late_repeat, "#late ="),
            Self::ReuseEndsNothing => return without(call, |action| ends(action, "reuse")),
            Self::LogOutWritesNothing => return without(call, |action| ends(action, "signed_out")),
            Self::EndsTwice => call.relax(|action| ends(action, ""), "not_exists(#endedAt"),
            Self::EverywhereKeepsEpoch => {
                keep_epoch(&mut call, |update, is_single| is_single && !update.contains("#status"));
            }
            Self::BlockKeepsEpoch => keep_epoch(&mut call, |update, _| update.contains("#status")),
            Self::EpochAtBirth => take_present_epoch(&mut call, table),
            Self::ChangeKeepsEpoch => keep_epoch(&mut call, |_, is_single| !is_single),
            Self::OwnSessionLeftBehind => leave_own_session(&mut call),
            Self::UserThenPassword => return in_two(call, is_of_user),
            Self::PasswordThenUser => return in_two(call, |action| !is_of_user(action)),
            Self::ChangesAnyPassword => {
                call.relax(is_of_user, "#version");
                call.relax(|action| sets(action, "#passwordVersion"), "#hash");
            }
            Self::RehashesAnyPassword => call.relax(is_of_credential, "#hash ="),
            Self::NoLimit => call.actions().for_each(raise_limit),
            Self::NotReserved => return without(call, counts_attempt),
            Self::GivesBackTwice if gives_back(&mut call) => return vec![call.clone(), call],
            // `caches_reads`.
            Self::GivesBackTwice | Self::CachedReads => {}
            Self::WindowEndsAtOnce => call.actions().for_each(|action| end_window(action, now)),
        }
        vec![call]
    }

    fn caches_reads(self) -> bool {
        self == Self::CachedReads
    }

    fn can_show_in(self, seed: u64) -> bool {
        let kind = match self {
            Self::EpochAtBirth
            | Self::ChangeKeepsEpoch
            | Self::OwnSessionLeftBehind
            | Self::UserThenPassword
            | Self::PasswordThenUser
            | Self::ChangesAnyPassword
            | Self::RehashesAnyPassword => Kind::Passwords,
            Self::NoLimit | Self::NotReserved | Self::GivesBackTwice | Self::WindowEndsAtOnce => {
                Kind::Guessing
            }
            _ => Kind::Refreshing,
        };
        Kind::of(seed) == kind
    }
}

fn key(action: &Value) -> &str {
    let of_update = action["Key"]["pk"]["S"].as_str();
    of_update.or_else(|| action["Item"]["pk"]["S"].as_str()).unwrap_or_default()
}

fn is_of(action: &Value, prefix: &str) -> bool {
    key(action).starts_with(prefix)
}

fn is_of_user(action: &Value) -> bool {
    is_of(action, "USER#")
}

fn is_of_credential(action: &Value) -> bool {
    is_of(action, "CREDENTIAL#")
}

fn is_of_attempts(action: &Value) -> bool {
    is_of(action, "ATTEMPTS#")
}

fn update_of(action: &Value) -> &str {
    action["UpdateExpression"].as_str().unwrap_or_default()
}

fn sets(action: &Value, name: &str) -> bool {
    update_of(action).contains(&format!("{name} ="))
}

fn is_rotation(action: &Value) -> bool {
    is_of(action, "SESSION#") && sets(action, "#nonce")
}

fn is_late_repeat(action: &Value) -> bool {
    is_of(action, "SESSION#") && sets(action, "#late")
}

/// Whether the write ends a session for that reason, or for any.
fn ends(action: &Value, reason: &str) -> bool {
    let values = action["ExpressionAttributeValues"].to_string();
    sets(action, "#endReason") && values.contains(reason)
}

fn counts_attempt(action: &Value) -> bool {
    is_of_attempts(action) && sets(action, "#windowEndsAt")
}

fn gives_back(call: &mut Call) -> bool {
    call.actions().any(|action| update_of(action).contains("#attempts = #attempts +"))
}

/// The call is not carried out if it is meant.
fn without(mut call: Call, is_meant: impl Fn(&Value) -> bool) -> Vec<Call> {
    if call.actions().any(|action| is_meant(action)) { Vec::new() } else { vec![call] }
}

/// Splits a change of password in two transactions.
fn in_two(mut call: Call, is_first: impl Fn(&Value) -> bool) -> Vec<Call> {
    let is_change = call.actions().any(|action| sets(action, "#passwordVersion"));
    if is_change { call.split(is_first) } else { vec![call] }
}

/// Returns the placeholder of the value that the update sets an attribute to.
fn placeholder(action: &Value, name: &str) -> Option<String> {
    let (_, rest) = update_of(action).split_once(&format!("{name} = "))?;
    let end = rest.find([',', ' ']).unwrap_or(rest.len());
    rest.get(..end).map(str::to_owned)
}

fn set_value(action: &mut Value, name: &str, value: Value) {
    if let Some(placeholder) = placeholder(action, name) {
        action["ExpressionAttributeValues"][placeholder] = value;
    }
}

fn keep_another_nonce(action: &mut Value) {
    if is_rotation(action) {
        set_value(action, "#nonce", json!({ "B": "A".repeat(43) + "=" }));
    }
}

/// A late repeat begins a new grace, and adds nothing.
fn count_nothing(action: &mut Value) {
    if is_late_repeat(action) {
        let update = update_of(action);
        if let Some((_, rest)) = update.split_once("#late = #late + ") {
            let placeholder: String = rest.chars().take_while(|c| !", ".contains(*c)).collect();
            action["ExpressionAttributeValues"][placeholder] = json!({ "N": "0" });
        }
    }
}

/// Writes the epoch of the user to an attribute that nothing reads, in the updates that are meant: those whose
/// expression, and whether they are no part of a transaction, fit.
fn keep_epoch(call: &mut Call, is_meant: impl Fn(&str, bool) -> bool) {
    let is_single = call.operation == "UpdateItem";
    for action in call.actions().filter(|action| is_of_user(action)) {
        let update = update_of(action).to_owned();
        if update.contains("#sessionEpoch = ") && is_meant(&update, is_single) {
            action["UpdateExpression"] = json!(update.replace("#sessionEpoch =", "#elsewhere ="));
            action["ExpressionAttributeNames"]["#elsewhere"] = json!("elsewhere");
            if let Some(names) = action["ExpressionAttributeNames"].as_object_mut() {
                names.remove("#sessionEpoch");
            }
        }
    }
}

fn take_present_epoch(call: &mut Call, table: &InProcessDynamoDb) {
    let items = table.items(TABLE).unwrap_or_default();
    let pk = format!("USER#{USER}");
    let Some(user) = items.iter().find(|item| item["pk"]["S"].as_str() == Some(&pk)) else {
        return;
    };
    let mut is_changed = false;
    for action in call.actions().filter(|action| action["Item"].get("tagKey").is_some()) {
        action["Item"]["epoch"] = user["sessionEpoch"].clone();
        is_changed = true;
    }
    if is_changed && call.body.get("ClientRequestToken").is_some() {
        // DynamoDB refuses another transaction with the token of the first attempt.
        call.body["ClientRequestToken"] = json!(Uuid::new_v4());
    }
}

/// Takes the own session out of a change of password.
fn leave_own_session(call: &mut Call) {
    if let Some(items) = call.body["TransactItems"].as_array_mut() {
        items.retain(|item| !is_of(&item["Update"], "SESSION#"));
    }
}

fn raise_limit(action: &mut Value) {
    if counts_attempt(action)
        && let Some(values) = action["ExpressionAttributeValues"].as_object_mut()
    {
        let limit = json!({ "N": "10" });
        values.values_mut().filter(|v| **v == limit).for_each(|v| *v = json!({ "N": "1000" }));
    }
}

fn end_window(action: &mut Value, now: Timestamp) {
    if counts_attempt(action) {
        let now = json!({ "N": now.as_millisecond().to_string() });
        set_value(action, "#windowEndsAt", now);
    }
}
