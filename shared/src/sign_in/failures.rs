//! Failures of one source address: who tries many names from one place.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};

use super::memory::Memory;
use crate::error::Error;

/// The most failures of one source in a window, which begins with the first of them. Mobile networks put thousands of people behind one address.
const MAX_FAILURES: u32 = 300;
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

/// The failures of each source, as this sandbox has seen them.
pub(super) struct SourceFailures(Memory<SourceAddress, u32>);

impl SourceFailures {
    pub(super) fn new() -> Self {
        Self(Memory::new())
    }

    /// Refuses a source that failed too often.
    pub(super) fn check(&self, source: SourceAddress, now: Timestamp) -> Result<(), Error> {
        match self.0.get(&source, now) {
            Some((failures, until)) if failures >= MAX_FAILURES => {
                Err(Error::TooManyAttempts { until })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn count(&self, source: SourceAddress, now: Timestamp) {
        let until = now.checked_add(WINDOW).unwrap_or(Timestamp::MAX);
        self.0.update(source, until, now, |failures| *failures = failures.saturating_add(1));
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
    fn a_source_may_fail_300_times_in_15_minutes() {
        let (failures, address) = (SourceFailures::new(), source("192.0.2.1"));
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for _ in 0..299 {
            failures.count(address, now);
        }
        assert!(failures.check(address, now).is_ok());
        failures.count(address, now);
        assert!(failures.check(address, now).is_err());
        assert!(failures.check(source("192.0.2.2"), now).is_ok());
        let milli = SignedDuration::from_millis(1);
        assert!(failures.check(address, now + WINDOW - milli).is_err());
        assert!(failures.check(address, now + WINDOW).is_ok());
    }
}
