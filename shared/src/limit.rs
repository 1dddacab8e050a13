//! How often one caller may use an operation.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;

/// The quota of an operation: so many requests at once, then one in each period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerQuota {
    /// Looking names up: 40 requests at once, then one in 2 s.
    Lookup,
    /// Reading: 120 at once, then 4 a second.
    Read,
    /// Changing: 20 at once, then one in 3 s.
    Change,
    /// Without a token, for each source address: 30 at once, then one in 2 s.
    Visit,
}

/// The quota of every operation for callers whose token says `POWER_USER` or `ADMIN`: 200 at once, then
/// 20 a second.
const STAFF: (u32, Duration) = (200, Duration::from_millis(50));

impl CallerQuota {
    /// The requests at once, and the time after which one more is allowed.
    const fn burst_and_period(self) -> (u32, Duration) {
        match self {
            Self::Lookup => (40, Duration::from_secs(2)),
            Self::Read => (120, Duration::from_millis(250)),
            Self::Change => (20, Duration::from_secs(3)),
            Self::Visit => (30, Duration::from_secs(2)),
        }
    }
}

/// Who uses which operation.
#[derive(Debug, Clone, Copy)]
pub struct QuotaRequest<'a> {
    /// The caller: a user's id, or a source address.
    pub caller: &'a str,
    /// Whether the caller's token says `POWER_USER` or `ADMIN`.
    pub is_staff: bool,
    /// The operation.
    pub operation: &'static str,
    /// The operation's quota.
    pub quota: CallerQuota,
}

/// The quotas of every caller for every operation (GCRA, as a leaky bucket).
///
/// They are kept in the memory of the process, so on Lambda they hold for each sandbox: a caller with n
/// requests under way at once has up to n times as many. A count in the table would be exact, and cost
/// a write for every request.
pub struct CallerQuotas(Option<Limits>);

/// A limit for each quota.
struct Limits {
    lookup: Limit,
    read: Limit,
    change: Limit,
    visit: Limit,
    staff: Limit,
}

/// The caller has to wait so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many requests")]
pub struct RateLimited(pub Duration);

impl CallerQuotas {
    /// The quotas, by that clock.
    pub fn new(clock: &Arc<dyn Clock>) -> Self {
        let limit = |quota: CallerQuota| Limit::new(quota.burst_and_period(), clock);
        Self(Some(Limits {
            lookup: limit(CallerQuota::Lookup),
            read: limit(CallerQuota::Read),
            change: limit(CallerQuota::Change),
            visit: limit(CallerQuota::Visit),
            staff: Limit::new(STAFF, clock),
        }))
    }

    /// No quotas, to measure and attack a server on one's own machine.
    pub const fn off() -> Self {
        Self(None)
    }

    /// Counts a request.
    ///
    /// # Errors
    /// [`RateLimited`] when it is one too many; it is then not counted.
    pub fn count(&self, request: QuotaRequest<'_>) -> Result<(), RateLimited> {
        let Some(limits) = &self.0 else { return Ok(()) };
        let limit = match request.quota {
            _ if request.is_staff => &limits.staff,
            CallerQuota::Lookup => &limits.lookup,
            CallerQuota::Read => &limits.read,
            CallerQuota::Change => &limits.change,
            CallerQuota::Visit => &limits.visit,
        };
        limit.count(&(request.caller.to_owned(), request.operation))
    }
}

type Key = (String, &'static str);
type Limiter = RateLimiter<Key, HashMapStateStore<Key>, SinceEpoch, NoOpMiddleware<Duration>>;

/// One quota, for each caller and operation.
struct Limit {
    limiter: Limiter,
    clock: SinceEpoch,
    /// How many callers are remembered before those who have been quiet are forgotten.
    forget_at: AtomicUsize,
}

/// The fewest callers that are remembered.
const CALLERS: usize = 1024;

impl Limit {
    fn new((burst, period): (u32, Duration), clock: &Arc<dyn Clock>) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(period).unwrap_or(Quota::per_second(burst));
        let clock = SinceEpoch { clock: Arc::clone(clock), latest: Arc::default() };
        let limiter =
            RateLimiter::new(quota.allow_burst(burst), HashMapStateStore::default(), clock.clone());
        Self { limiter, clock, forget_at: AtomicUsize::new(CALLERS) }
    }

    fn count(&self, key: &Key) -> Result<(), RateLimited> {
        self.forget_quiet_callers();
        let counted = self.limiter.check_key(key);
        counted.map_err(|not_until| RateLimited(not_until.wait_time_from(self.clock.now())))
    }

    /// Forgets the callers whose quota is full again, whenever the number of callers has doubled: so the
    /// cost of a request does not grow with their number.
    fn forget_quiet_callers(&self) {
        if self.limiter.len() > self.forget_at.load(Ordering::Relaxed) {
            self.limiter.retain_recent();
            self.forget_at.store(CALLERS.max(2 * self.limiter.len()), Ordering::Relaxed);
        }
    }
}

/// The app's clock as `governor` reads one. It never goes back, so that a corrected clock locks nobody out.
#[derive(Clone)]
struct SinceEpoch {
    clock: Arc<dyn Clock>,
    latest: Arc<AtomicU64>,
}

impl governor::clock::Clock for SinceEpoch {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let millis = u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0);
        Duration::from_millis(self.latest.fetch_max(millis, Ordering::Relaxed).max(millis))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use jiff::Timestamp;

    use super::*;

    struct Moved(AtomicI64);

    impl Clock for Moved {
        fn now(&self) -> Timestamp {
            Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap()
        }
    }

    fn limit(quota: (u32, Duration)) -> (Limit, Arc<Moved>) {
        let moved = Arc::new(Moved(AtomicI64::new(1_768_473_000_000)));
        let clock: Arc<dyn Clock> = Arc::clone(&moved) as _;
        (Limit::new(quota, &clock), moved)
    }

    fn key(caller: usize) -> Key {
        (format!("user-{caller}"), "operation")
    }

    #[test]
    fn each_quota_allows_its_burst_and_then_one_request_in_each_period() {
        let quotas =
            [CallerQuota::Lookup, CallerQuota::Read, CallerQuota::Change, CallerQuota::Visit];
        for (burst, period) in quotas.map(CallerQuota::burst_and_period).into_iter().chain([STAFF])
        {
            let (limit, clock) = limit((burst, period));
            let millis = i64::try_from(period.as_millis()).unwrap();
            for _ in 0..burst {
                assert_eq!(limit.count(&key(0)), Ok(()));
            }
            assert_eq!(limit.count(&key(0)), Err(RateLimited(period)));
            clock.0.fetch_add(millis - 1, Ordering::SeqCst);
            assert_eq!(limit.count(&key(0)), Err(RateLimited(Duration::from_millis(1))));
            clock.0.fetch_add(1, Ordering::SeqCst);
            assert_eq!(limit.count(&key(0)), Ok(()));
            assert!(limit.count(&key(0)).is_err());
            assert_eq!(limit.count(&key(1)), Ok(()), "another caller");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let (limit, clock) = limit((1, Duration::from_secs(2)));
        limit.count(&key(0)).unwrap();
        clock.0.fetch_sub(3_600_000, Ordering::SeqCst);
        assert_eq!(limit.count(&key(0)), Err(RateLimited(Duration::from_secs(2))));
    }

    #[test]
    fn callers_who_have_been_quiet_are_forgotten_and_the_others_are_not() {
        let (limit, clock) = limit((2, Duration::from_secs(1)));
        for caller in 0..20_000 {
            limit.count(&key(caller)).unwrap();
        }
        assert_eq!(limit.limiter.len(), 20_000);
        clock.0.fetch_add(10_000, Ordering::SeqCst);
        for caller in 0..2 * CALLERS {
            // They come back while everybody is forgotten, and have used half of their quota.
            limit.count(&key(caller)).unwrap();
        }
        for caller in 20_000..40_000 {
            limit.count(&key(caller)).unwrap();
        }
        assert!(limit.limiter.len() < 25_000, "{}", limit.limiter.len());
        limit.count(&key(0)).unwrap();
        assert!(limit.count(&key(0)).is_err());
    }
}
