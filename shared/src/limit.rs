//! How often one caller may ask.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::domain::user_id::UserId;

/// How many requests a caller may make at once: more than anybody types.
const BURST: NonZeroU32 = NonZeroU32::new(40).unwrap();
/// After that, how long it takes until the next is allowed.
const PERIOD: Duration = Duration::from_secs(2);
/// How many callers are remembered before those who have long been quiet are forgotten.
const CALLERS: usize = 1024;

/// A limit for each caller: 40 requests at once, then one in two seconds (GCRA, as a leaky bucket).
///
/// It is kept in the memory of the process, so on Lambda it holds for each sandbox: a caller with n
/// requests under way at once has up to n times as many. A count in the table would be exact, and cost
/// a write for every keystroke.
pub struct CallerLimit {
    limiter: Limiter,
    clock: SinceEpoch,
}

type Limiter = RateLimiter<UserId, HashMapStateStore<UserId>, SinceEpoch, NoOpMiddleware<Duration>>;

/// The caller has to wait so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many requests")]
pub struct RateLimited(pub Duration);

/// The app's clock as `governor` reads one.
#[derive(Clone)]
struct SinceEpoch(Arc<dyn Clock>);

impl governor::clock::Clock for SinceEpoch {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let millis = self.0.now().as_millisecond();
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

impl CallerLimit {
    /// The limit by that clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let quota = Quota::with_period(PERIOD).unwrap_or(Quota::per_second(BURST));
        let (quota, clock) = (quota.allow_burst(BURST), SinceEpoch(clock));
        let limiter = RateLimiter::new(quota, HashMapStateStore::default(), clock.clone());
        Self { limiter, clock }
    }

    /// Counts a request of the caller.
    ///
    /// # Errors
    /// [`RateLimited`] when it is one too many; it is then not counted.
    pub fn check(&self, caller: &UserId) -> Result<(), RateLimited> {
        if self.limiter.len() > CALLERS {
            self.limiter.retain_recent();
        }
        let counted = self.limiter.check_key(caller);
        counted.map_err(|not_until| RateLimited(not_until.wait_time_from(self.clock.now())))
    }
}
