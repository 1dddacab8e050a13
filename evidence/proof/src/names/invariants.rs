//! The invariants: what the items of the table must satisfy after every write.
//!
//! This file states the rules on its own. It uses no code of the store or the domain.

use std::collections::BTreeMap;

use sandbox::{InProcessDynamoDb, TABLE};
use serde_json::Value;

use super::scenario::Name;
use super::spec::{COOLDOWN, HOLD};
use crate::subject::Invariants;

/// The items of the table.
#[derive(Debug, Default)]
struct Table {
    /// The users by their id.
    users: BTreeMap<String, User>,
    /// The name records by the key of their item.
    names: BTreeMap<String, NameRecord>,
}

#[derive(Debug, Clone, PartialEq)]
struct User {
    username: String,
    changed_at: Option<i64>,
    updated_at: Option<i64>,
}

#[derive(Debug)]
struct NameRecord {
    owner: String,
    username: String,
    held_until: Option<i64>,
    /// The time to live, in seconds since 1970.
    expires_at: Option<i64>,
}

/// Reads the items. An error names the malformed item.
fn read(items: &[Value]) -> Result<Table, String> {
    let mut table = Table::default();
    for item in items {
        let text = |name: &str| {
            let text = item[name]["S"].as_str().map(str::to_owned);
            text.ok_or_else(|| format!("no {name} in {item}"))
        };
        let number = |name: &str| item[name]["N"].as_str().and_then(|number| number.parse().ok());
        let pk = text("pk")?;
        if let Some(id) = pk.strip_prefix("USER#") {
            let (changed_at, updated_at) = (number("usernameChangedAt"), number("updatedAt"));
            let user = User { username: text("username")?, changed_at, updated_at };
            table.users.insert(id.to_owned(), user);
        } else {
            let (held_until, expires_at) = (number("heldUntil"), number("expiresAt"));
            let (owner, username) = (text("userId")?, text("username")?);
            table.names.insert(pk, NameRecord { owner, username, held_until, expires_at });
        }
    }
    Ok(table)
}

/// The invariants, and the earlier states that they need.
#[derive(Debug, Default)]
pub struct Rules {
    /// The users after the last write.
    users: BTreeMap<String, User>,
    /// The names that somebody gave up, by their key.
    given_up: BTreeMap<u8, GivenUpName>,
    renames: u64,
}

/// A name that its owner gave up.
#[derive(Debug)]
struct GivenUpName {
    owner: String,
    /// The instant at which the hold is over.
    held_until: i64,
}

impl Invariants for Rules {
    fn check(&mut self, table: &InProcessDynamoDb, now: i64) -> Result<(), String> {
        self.check_table(&read(&table.items(TABLE)?)?, now)
    }
}

impl Rules {
    /// Returns the number of renames so far.
    pub fn renames(&self) -> u64 {
        self.renames
    }

    fn check_table(&mut self, table: &Table, now: i64) -> Result<(), String> {
        let cooldown = self.record_renames(table);
        for (id, user) in &table.users {
            let own: Vec<_> = table.in_use().filter(|name| name.owner == *id).collect();
            match own[..] {
                [name] if name.username == user.username => {}
                _ => {
                    let username = &user.username;
                    return Err(format!(
                        "a user has not exactly the name in the record: {id} is {username}, and has {own:?}"
                    ));
                }
            }
        }
        for name in table.in_use() {
            if !table.users.contains_key(&name.owner) {
                return Err(format!("a name is nobody's: {name:?}"));
            }
        }
        table.check_look_alikes()?;
        table.names.values().try_for_each(|name| name.check_hold(now))?;
        self.given_up.retain(|_, name| now < name.held_until);
        for (key, GivenUpName { owner, held_until }) in &self.given_up {
            if !table.names.values().any(|name| name.has_key(*key) && name.owner == *owner) {
                return Err(format!(
                    "a name is not held for 37 days: {owner}'s, until {held_until}"
                ));
            }
        }
        cooldown
    }

    /// Compares the users with those after the last write, and records the renames. Returns an error
    /// when two changes by one user are less than 30 days apart.
    fn record_renames(&mut self, table: &Table) -> Result<(), String> {
        let mut result = Ok(());
        for (id, user) in &table.users {
            let Some(before) = self.users.insert(id.clone(), user.clone()) else { continue };
            let [from, to] = [&before, user].map(|user| Name::parse(&user.username).map(Name::key));
            if let (Some(from), Some(at), true) = (from, user.updated_at, from != to) {
                let name = GivenUpName { owner: id.clone(), held_until: at + HOLD };
                self.given_up.insert(from, name);
            }
            self.renames += u64::from(before.username != user.username);
            if let (Some(last), Some(this)) = (before.changed_at, user.changed_at)
                && last != this
                && this - last < COOLDOWN
            {
                result = Err(format!("two changes within 30 days: {id}, after {} ms", this - last));
            }
        }
        result
    }
}

impl Table {
    /// Returns the records of the names that are in use, so not held.
    fn in_use(&self) -> impl Iterator<Item = &NameRecord> {
        self.names.values().filter(|name| name.held_until.is_none())
    }

    /// Checks that no two names look alike, held names included.
    fn check_look_alikes(&self) -> Result<(), String> {
        let mut keys = BTreeMap::new();
        for name in self.names.values() {
            let Some(key) = Name::parse(&name.username).map(Name::key) else { continue };
            if let Some(other) = keys.insert(key, name) {
                return Err(format!("two names look alike: {name:?} and {other:?}"));
            }
        }
        Ok(())
    }
}

impl NameRecord {
    /// Whether the name has this key.
    fn has_key(&self, key: u8) -> bool {
        Name::parse(&self.username).is_some_and(|name| name.key() == key)
    }

    /// Checks that a held name becomes free within 37 days, and that no sweep deletes it earlier.
    fn check_hold(&self, now: i64) -> Result<(), String> {
        let Some(until) = self.held_until else { return Ok(()) };
        match self.expires_at {
            Some(expires_at) if until <= now + HOLD && expires_at * 1000 >= until => Ok(()),
            _ => Err(format!("a name is not held for 37 days: {self:?}")),
        }
    }
}
