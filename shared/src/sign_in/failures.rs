//! Failures of one source address: who tries many names from one place.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};

use super::memory::Memory;
use crate::domain::attempt::AttemptPool;
use crate::store::{AttemptLimit, Window};

/// The most failures of one source in a window. Mobile networks put thousands of people behind one address.
const MAX_FAILURES: u32 = 300;
/// The failures of a source that a sandbox counts by itself. From then on the table counts them for all sandboxes, so
/// that who fails now and then costs no write.
const FAILURES_BY_ITSELF: u32 = 30;
/// The length of a window, which begins with the first failure: with thousands of people behind an address, no quarter
/// of an hour may pass without one.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Where a request comes from: an IPv4 address, or the /64 of an IPv6 address, which one subscriber has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceAddress(IpAddr);

impl From<IpAddr> for SourceAddress {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(v6) => {
                Self(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into())
            }
            v4 @ IpAddr::V4(_) => Self(v4),
        }
    }
}

impl fmt::Display for SourceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The limit of the failures that the table counts.
pub(super) fn limit_in_table(now: Timestamp) -> AttemptLimit {
    AttemptLimit {
        // The failure that finds the pool full is the last one.
        attempts: MAX_FAILURES - FAILURES_BY_ITSELF - 1,
        in_a_row: u64::MAX,
        window: Window::AfterFirst(WINDOW),
        now,
    }
}

/// The first failures of each source in a window, as this sandbox has seen them.
pub(super) struct FirstFailures(Memory<AttemptPool, u32>);

impl FirstFailures {
    pub(super) fn new() -> Self {
        Self(Memory::new())
    }

    /// Counts a failure, if it is one of the first.
    pub(super) fn is_counted(&self, source: &AttemptPool, now: Timestamp) -> bool {
        let known = self.0.get(source, now);
        if known.is_some_and(|(failures, _)| failures >= FAILURES_BY_ITSELF) {
            return false;
        }
        let until = now.checked_add(WINDOW).unwrap_or(Timestamp::MAX);
        self.0
            .update(source.clone(), until, now, |failures| *failures = failures.saturating_add(1));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(address: &str) -> SourceAddress {
        address.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn a_source_is_an_ipv4_address_or_the_64_of_an_ipv6_address() {
        assert_eq!(source("2001:db8:1:2:3:4:5:6"), source("2001:db8:1:2:ffff::1"));
        assert_ne!(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
        assert_ne!(source("192.0.2.1"), source("192.0.2.2"));
        assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
    }

    #[test]
    fn a_sandbox_counts_the_first_30_failures_of_15_minutes_by_itself() {
        let (failures, address) = (FirstFailures::new(), AttemptPool::source("192.0.2.1"));
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for _ in 0..30 {
            assert!(failures.is_counted(&address, now));
        }
        let milli = SignedDuration::from_millis(1);
        assert!(!failures.is_counted(&address, now + WINDOW - milli));
        assert!(failures.is_counted(&AttemptPool::source("192.0.2.2"), now));
        assert!(failures.is_counted(&address, now + WINDOW));
    }
}
