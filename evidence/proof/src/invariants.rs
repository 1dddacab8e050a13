//! What must be true of the table after every write, read from its items and judged by rules of this file's
//! own.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cast::Name;
use crate::spec::{COOLDOWN, HOLD};

/// What the table says.
#[derive(Debug, Default)]
pub struct Table {
    users: BTreeMap<String, User>,
    /// By the key of the item.
    names: BTreeMap<String, NameItem>,
}

#[derive(Debug, Clone, PartialEq)]
struct User {
    username: String,
    changed_at: Option<i64>,
    updated_at: Option<i64>,
}

#[derive(Debug)]
struct NameItem {
    user: String,
    username: String,
    held_until: Option<i64>,
    /// In seconds.
    expires_at: Option<i64>,
}

/// Reads the items.
///
/// # Errors
/// A sentence that says which one is malformed.
pub fn read(items: &[Value]) -> Result<Table, String> {
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
            let (user, username) = (text("userId")?, text("username")?);
            table.names.insert(pk, NameItem { user, username, held_until, expires_at });
        }
    }
    Ok(table)
}

/// What was true so far.
#[derive(Debug, Default)]
pub struct Invariants {
    users: BTreeMap<String, User>,
    /// By its key, who gave a name up, and until when nobody else can have it.
    given_up: BTreeMap<u8, (String, i64)>,
    renames: u64,
}

impl Invariants {
    /// How many changes of names it has seen.
    pub fn renames(&self) -> u64 {
        self.renames
    }

    /// Looks at the table after a write, at the instant `now` in milliseconds since 1970.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn check(&mut self, table: &Table, now: i64) -> Result<(), String> {
        let changed = self.take_in(table);
        for (id, user) in &table.users {
            let own: Vec<_> = table.in_use().filter(|name| name.user == *id).collect();
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
            if !table.users.contains_key(&name.user) {
                return Err(format!("a name is nobody's: {name:?}"));
            }
        }
        table.no_two_look_alike()?;
        table.names.values().try_for_each(|name| name.is_held_for_a_while(now))?;
        self.given_up.retain(|_, (_, until)| now < *until);
        for (key, (user, until)) in &self.given_up {
            if !table.names.values().any(|name| name.is(*key) && name.user == *user) {
                return Err(format!("a name is not held for 37 days: {user}'s, until {until}"));
            }
        }
        changed
    }

    /// Notes who was renamed.
    fn take_in(&mut self, table: &Table) -> Result<(), String> {
        let mut found = Ok(());
        for (id, user) in &table.users {
            let Some(before) = self.users.insert(id.clone(), user.clone()) else { continue };
            let [from, to] = [&before, user].map(|user| Name::parse(&user.username).map(Name::key));
            if let (Some(from), Some(at), true) = (from, user.updated_at, from != to) {
                self.given_up.insert(from, (id.clone(), at + HOLD));
            }
            self.renames += u64::from(before.username != user.username);
            if let (Some(last), Some(this)) = (before.changed_at, user.changed_at)
                && last != this
                && this - last < COOLDOWN
            {
                found = Err(format!("two changes within 30 days: {id}, after {} ms", this - last));
            }
        }
        found
    }
}

impl Table {
    fn in_use(&self) -> impl Iterator<Item = &NameItem> {
        self.names.values().filter(|name| name.held_until.is_none())
    }

    /// Nobody has a name that looks like another's, held ones included.
    fn no_two_look_alike(&self) -> Result<(), String> {
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

impl NameItem {
    /// Whether it is one of that key.
    fn is(&self, key: u8) -> bool {
        Name::parse(&self.username).is_some_and(|name| name.key() == key)
    }

    /// A held name is free at some time, and no sweep comes before.
    fn is_held_for_a_while(&self, now: i64) -> Result<(), String> {
        let Some(until) = self.held_until else { return Ok(()) };
        match self.expires_at {
            Some(expires_at) if until <= now + HOLD && expires_at * 1000 >= until => Ok(()),
            _ => Err(format!("a name is not held for 37 days: {self:?}")),
        }
    }
}
