//! Who has a name.

use jiff::Timestamp;

use super::Username;
use crate::domain::user_id::UserId;

/// What the table says of a name: who has it, in which spelling, and whether it is only held for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Whose name it is, or was last.
    pub holder: UserId,
    /// The name in their spelling.
    pub username: Username,
    /// Until when it is held for them; `None` while they use it.
    pub held_until: Option<Timestamp>,
}

impl Holding {
    /// Whether the name means nobody any more: its hold is over, swept or not.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.held_until.is_some_and(|until| until <= now)
    }

    /// Whether the user may take the name: it was theirs, or its hold is over. The conditions of the
    /// transaction that takes it say the same.
    pub fn is_free_for(&self, user: &UserId, now: Timestamp) -> bool {
        self.holder == *user || self.is_over(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_name_is_its_holder_s_until_the_instant_and_free_from_it_on() {
        let (ada, bob) = (UserId::parse("ada").unwrap(), UserId::parse("bob").unwrap());
        let until: Timestamp = "2026-03-01T00:00:00.000Z".parse().unwrap();
        let milli = jiff::SignedDuration::from_millis(1);
        let username = Username::held("ada".to_owned());
        let mut holding = Holding { holder: ada.clone(), username, held_until: Some(until) };
        for (now, free) in [(until - milli, false), (until, true), (until + milli, true)] {
            assert_eq!(holding.is_over(now), free);
            assert_eq!(holding.is_free_for(&bob, now), free);
            assert!(holding.is_free_for(&ada, now));
        }
        holding.held_until = None;
        assert!(!holding.is_over(until) && !holding.is_free_for(&bob, until));
    }
}
