//! What the items must satisfy after every write. No answer shows it.
//!
//! This file states the rules on its own. It uses no code of the store or the domain.

use std::collections::BTreeMap;

use sandbox::{CREDENTIALS_TABLE, InProcessDynamoDb, TABLE};
use serde_json::Value;

use super::scenario::USER;
use crate::subject::Invariants;

/// The most late repeats of a session.
pub const LATE_REPEATS: u64 = 3;

/// How long an access token counts, in milliseconds.
pub const ACCESS_LIFETIME: i64 = 10 * 60 * 1000;
/// The lifetimes have whole seconds.
pub const SECOND: i64 = 1000;
/// How long after a rotation the token before may be used again, in milliseconds.
pub const GRACE: i64 = 60 * 1000;

/// The rules, and the earlier items that they need.
#[derive(Debug, Default)]
pub struct Rules {
    sessions: BTreeMap<String, Seen>,
    epoch: u64,
    late_repeats: u64,
}

/// A session as it was after the last write.
#[derive(Debug)]
struct Seen {
    item: Value,
    /// How often a grace began without a rotation.
    late_repeats: u64,
}

impl Rules {
    /// Returns the number of late repeats that were counted.
    pub fn late_repeats(&self) -> u64 {
        self.late_repeats
    }

    fn check_session(&mut self, id: &str, item: &Value) -> Result<(), String> {
        let new = Seen { item: item.clone(), late_repeats: 0 };
        let Some(before) = self.sessions.get_mut(id) else {
            self.sessions.insert(id.to_owned(), new);
            return Ok(());
        };
        let same = |name: &str| before.item.get(name) == item.get(name);
        if before.item.get("endedAt").is_some() && before.item != *item {
            return Err(format!("a session that has ended is written: {id}"));
        }
        if same("gen") && !same("hash") {
            return Err(format!("a generation has a second secret: {id}"));
        }
        if same("gen") && !same("late") {
            if rotated_at(item) - rotated_at(&before.item) <= GRACE {
                return Err(format!("a repeat in the grace is counted: {id}"));
            }
            before.late_repeats += 1;
            self.late_repeats += 1;
        } else if same("gen") && !same("rotatedAt") {
            return Err(format!("a late repeat is not counted: {id}"));
        }
        if before.late_repeats > LATE_REPEATS {
            return Err(format!("a session has more late repeats than allowed: {id}"));
        }
        before.item = item.clone();
        Ok(())
    }
}

fn rotated_at(session: &Value) -> i64 {
    session["rotatedAt"]["N"].as_str().and_then(|n| n.parse().ok()).unwrap_or(0)
}

impl Invariants for Rules {
    fn check(&mut self, table: &InProcessDynamoDb, _now: i64) -> Result<(), String> {
        let items = table.items(CREDENTIALS_TABLE)?;
        for item in &items {
            let pk = item["pk"]["S"].as_str().unwrap_or_default();
            if let Some(id) = pk.strip_prefix("SESSION#") {
                self.check_session(id, item)?;
            }
        }
        for user in table.items(TABLE)? {
            if user["pk"]["S"].as_str() == Some(&format!("USER#{USER}")) {
                let epoch = user["sessionEpoch"]["N"].as_str().and_then(|n| n.parse().ok());
                let epoch = epoch.unwrap_or(0);
                if epoch < self.epoch {
                    return Err(format!("the user's epoch goes back: {epoch}"));
                }
                self.epoch = epoch;
            }
        }
        Ok(())
    }
}
