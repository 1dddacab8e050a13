//! What a sandbox remembers of those who guess, so that an attack does not write as often as it asks.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// The most entries before those that are over are forgotten, and all when none is.
const MANY: usize = 4096;

/// A value for each key until an instant.
pub(super) struct Memory<K, V>(Mutex<HashMap<K, (V, Timestamp)>>);

impl<K: Hash + Eq, V: Clone + Default> Memory<K, V> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    /// The value, and until when it is remembered.
    pub(super) fn get(&self, key: &K, now: Timestamp) -> Option<(V, Timestamp)> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(key).filter(|(_, until)| now < *until).cloned()
    }

    /// Changes the value. When nothing is remembered it is the default, and is remembered until that instant.
    pub(super) fn update(&self, key: K, until: Timestamp, now: Timestamp, change: impl Fn(&mut V)) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MANY {
            entries.retain(|_, (_, until)| now < *until);
            if entries.len() >= MANY {
                entries.clear();
            }
        }
        let entry = entries.entry(key).or_insert_with(|| (V::default(), until));
        if entry.1 <= now {
            *entry = (V::default(), until);
        }
        change(&mut entry.0);
    }
}
