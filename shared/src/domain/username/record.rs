//! The record of a name: who has it.

use jiff::Timestamp;

use super::name::Username;
use crate::domain::user_id::UserId;

/// What the table says of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRecord {
    /// The user who has the name, or had it last.
    pub owner: UserId,
    /// The name in the owner's spelling.
    pub username: Username,
    /// The instant at which a given-up name becomes free; `None` while the owner uses it.
    pub held_until: Option<Timestamp>,
}

impl NameRecord {
    /// Whether the name is free for everybody: its hold is over, swept or not.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.held_until.is_some_and(|until| until <= now)
    }

    /// Whether the user may take the name: it was theirs, or its hold is over. The conditions of the
    /// transaction that takes a name say the same.
    pub fn is_available_to(&self, user: &UserId, now: Timestamp) -> bool {
        self.owner == *user || self.is_expired(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_name_is_its_owner_s_until_the_instant_and_free_from_it_on() {
        let (ada, bob) = (UserId::parse("ada").unwrap(), UserId::parse("bob").unwrap());
        let until: Timestamp = "2026-03-01T00:00:00.000Z".parse().unwrap();
        let milli = jiff::SignedDuration::from_millis(1);
        let username = Username::unvalidated("ada".to_owned());
        let mut record = NameRecord { owner: ada.clone(), username, held_until: Some(until) };
        for (now, free) in [(until - milli, false), (until, true), (until + milli, true)] {
            assert_eq!(record.is_expired(now), free);
            assert_eq!(record.is_available_to(&bob, now), free);
            assert!(record.is_available_to(&ada, now));
        }
        record.held_until = None;
        assert!(!record.is_expired(until) && !record.is_available_to(&bob, until));
    }
}
