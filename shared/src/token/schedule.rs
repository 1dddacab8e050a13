//! The schedule of our own keys: which sign, and which verify, at which instant. Instants alone decide; there is
//! nothing to switch.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long a key is published before it signs, so that everybody who caches keys has it: authorizers of HTTP APIs
/// keep keys for up to two hours.
pub const PUBLISHED_BEFORE: SignedDuration = SignedDuration::from_hours(2);

/// Our keys, in the order in which they sign.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeySchedule {
    /// The keys.
    pub keys: Vec<ScheduledKey>,
    /// Tokens and sessions from a sign-in before that instant do not count: a table that was restored to
    /// yesterday has sessions that ended since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
}

/// One of our keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScheduledKey {
    /// The public half as a JSON Web Key (RFC 7517), with `kid` and `alg`.
    pub jwk: Value,
    /// From when on it signs, until the next one does.
    pub sign_from: Timestamp,
    /// Until when it verifies, once another one has taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_until: Option<Timestamp>,
}

impl ScheduledKey {
    /// The key's id.
    pub fn id(&self) -> &str {
        self.jwk["kid"].as_str().unwrap_or_default()
    }

    /// The key's algorithm, as in `alg`.
    pub fn algorithm(&self) -> &str {
        self.jwk["alg"].as_str().unwrap_or_default()
    }

    /// Whether the key is to sign later, and was not revoked.
    fn waits_at(&self, now: Timestamp) -> bool {
        self.sign_from > now && self.verifies_at(now)
    }

    fn verifies_at(&self, now: Timestamp) -> bool {
        self.verify_until.is_none_or(|until| now < until)
    }
}

impl KeySchedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// When the text is not one.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The key that signs at that instant: the latest whose time has come, unless it was revoked. One that another
    /// has taken over from never signs again.
    pub fn signing_at(&self, now: Timestamp) -> Option<&ScheduledKey> {
        let mut keys = self.keys.iter().rev();
        keys.find(|key| key.sign_from <= now).filter(|key| key.verifies_at(now))
    }

    /// The public halves that are published at that instant, as a JSON Web Key Set: those that verify, and
    /// those that will sign.
    pub fn key_set_at(&self, now: Timestamp) -> Value {
        let keys = self.keys.iter().filter(|key| key.verifies_at(now));
        serde_json::json!({ "keys": keys.map(|key| &key.jwk).collect::<Vec<_>>() })
    }

    /// The schedule with a new key, published now. The first key of all signs at once; a later one takes over
    /// after [`PUBLISHED_BEFORE`], and those before it verify for two lifetimes of a token more. Keys that
    /// verify no longer are left out.
    #[must_use]
    pub fn rotated(&self, jwk: Value, token_lifetime: SignedDuration, now: Timestamp) -> Self {
        let sign_from = match self.signing_at(now) {
            None => now,
            Some(_) => now.checked_add(PUBLISHED_BEFORE).unwrap_or(now),
        };
        let retired = sign_from.checked_add(token_lifetime * 2).unwrap_or(Timestamp::MAX);
        let mut next = self.clone();
        next.keys.retain(|key| key.verifies_at(now));
        for key in &mut next.keys {
            key.verify_until = Some(key.verify_until.unwrap_or(retired));
        }
        next.keys.push(ScheduledKey { jwk, sign_from, verify_until: None });
        next
    }

    /// The schedule in which the key of that id verifies no longer; `None` when it has no such key.
    #[must_use]
    pub fn revoked(&self, kid: &str, now: Timestamp) -> Option<Self> {
        let mut next = self.clone();
        let key = next.keys.iter_mut().find(|key| key.id() == kid)?;
        key.verify_until = Some(now);
        // If it signs, the next one takes over at once.
        if next.signing_at(now).is_none()
            && let Some(successor) = next.keys.iter_mut().find(|key| key.waits_at(now))
        {
            successor.sign_from = now;
        }
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
    const MILLI: SignedDuration = SignedDuration::from_millis(1);

    fn start() -> Timestamp {
        "2026-01-01T00:00:00.000Z".parse().unwrap()
    }

    fn jwk(kid: &str) -> Value {
        json!({ "kid": kid, "alg": "RS256" })
    }

    fn signing(schedule: &KeySchedule, at: Timestamp) -> &str {
        schedule.signing_at(at).map_or("none", ScheduledKey::id)
    }

    fn published(schedule: &KeySchedule, at: Timestamp) -> Vec<String> {
        let set = schedule.key_set_at(at);
        let keys = set["keys"].as_array().unwrap();
        keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_first_key_signs_at_once() {
        let schedule = KeySchedule::default().rotated(jwk("a"), LIFETIME, start());
        assert_eq!(signing(&schedule, start()), "a");
        assert_eq!(published(&schedule, start()), ["a"]);
    }

    #[test]
    fn a_later_key_is_published_two_hours_before_it_signs() {
        let first = KeySchedule::default().rotated(jwk("a"), LIFETIME, start());
        let schedule = first.rotated(jwk("b"), LIFETIME, start());
        let takes_over = start() + PUBLISHED_BEFORE;
        assert_eq!(signing(&schedule, takes_over - MILLI), "a");
        assert_eq!(signing(&schedule, takes_over), "b");
        assert_eq!(published(&schedule, start()), ["a", "b"]);
    }

    #[test]
    fn a_key_verifies_for_two_lifetimes_of_a_token_after_the_next_one_signs() {
        let first = KeySchedule::default().rotated(jwk("a"), LIFETIME, start());
        let schedule = first.rotated(jwk("b"), LIFETIME, start());
        let retired = start() + PUBLISHED_BEFORE + LIFETIME * 2;
        assert_eq!(published(&schedule, retired - MILLI), ["a", "b"]);
        assert_eq!(published(&schedule, retired), ["b"]);
        // Rotating once more does not prolong its time, and leaves it out in the end.
        let again = schedule.rotated(jwk("c"), LIFETIME, retired - MILLI);
        assert_eq!(published(&again, retired), ["b", "c"]);
        assert_eq!(schedule.rotated(jwk("c"), LIFETIME, retired).keys.len(), 2);
    }

    #[test]
    fn a_revoked_key_verifies_no_longer_and_the_next_one_signs_at_once() {
        let first = KeySchedule::default().rotated(jwk("a"), LIFETIME, start());
        let schedule = first.rotated(jwk("b"), LIFETIME, start());
        let revoked = schedule.revoked("a", start()).unwrap();
        assert_eq!(
            (signing(&revoked, start()), published(&revoked, start())),
            ("b", vec!["b".to_owned()])
        );
        assert_eq!(signing(&first.revoked("a", start()).unwrap(), start()), "none");
        // The runbook: a new key, then the leaked one is revoked, soon after it took over from another.
        let soon = start() + PUBLISHED_BEFORE + MILLI;
        let leaked = schedule.rotated(jwk("c"), LIFETIME, soon).revoked("b", soon).unwrap();
        assert_eq!(signing(&leaked, soon), "c", "and not the one that is past");
        assert_eq!(signing(&leaked, soon + LIFETIME * 3), "c");
        // A key that was revoked before it signed takes over from nobody.
        let two = schedule.rotated(jwk("c"), LIFETIME, start());
        let two = two.revoked("b", start()).unwrap().revoked("a", start()).unwrap();
        assert_eq!(signing(&two, start()), "c");
        assert_eq!(first.revoked("x", start()), None);
    }
}
