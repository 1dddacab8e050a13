//! Counters of attempts at a password: `ATTEMPTS#<pool>` in the table of credentials.
//!
//! An attempt is reserved before the password is hashed, so that attempts that run side by side are no more than
//! those that run one after another. A success gives its attempt back: what stays counted are failures.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use jiff::{SignedDuration, Timestamp};

use super::actions::Action;
use super::error::StoreError;
use super::expression::Expression;
use super::item::{CorruptItem, Item, Reader, instant, n, s, ttl};
use super::table::Store;
use super::tables::Table;
use super::write::Written;
use crate::domain::attempt::AttemptPool;

const ATTEMPTS: &str = "attempts";
const WINDOW_ENDS_AT: &str = "windowEndsAt";
/// Failures of strangers since the last success, in whatever windows.
const IN_A_ROW: &str = "inARow";
/// How long an item stays after its window: so long failures in a row are known.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long an item stays after its window at least, so that a function whose clock is behind does not begin anew.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_hours(1);

/// How many attempts a pool has, and until when they count.
#[derive(Debug, Clone, Copy)]
pub struct AttemptLimit {
    /// The most attempts that are counted at once.
    pub attempts: u32,
    /// The failures in a row after which the pool has one attempt in a window.
    pub in_a_row: u64,
    /// How long they are counted.
    pub window: Window,
    /// The instant of the attempt.
    pub now: Timestamp,
}

/// How long attempts are counted.
#[derive(Debug, Clone, Copy)]
pub enum Window {
    /// Until so much time has passed since the last of them.
    AfterLast(SignedDuration),
    /// Until so much time has passed since the first of them.
    AfterFirst(SignedDuration),
}

/// What became of reserving an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reservation {
    /// The attempt is counted.
    Reserved,
    /// There are too many already; the pool is empty again at that instant.
    Refused {
        /// The instant.
        until: Timestamp,
    },
}

impl Store {
    /// Counts an attempt, unless there are too many. One call, `UpdateItem`; two for the first attempt after a
    /// window with failures ended, and for the first of a window that its first attempt begins.
    ///
    /// # Errors
    /// [`StoreError`] when DynamoDB does not answer.
    pub async fn reserve_attempt(
        &self,
        pool: &AttemptPool,
        limit: AttemptLimit,
    ) -> Result<Reservation, StoreError> {
        let mut refused = match self.write(&count(pool, limit)).await? {
            Written::Done => return Ok(Reservation::Reserved),
            Written::Refused(item) => item,
        };
        for _ in 0..self.backoff.attempts {
            let until = window_end(refused.as_ref()).map_err(StoreError::broken)?;
            if let Some(until) = until.filter(|until| *until > limit.now) {
                return Ok(Reservation::Refused { until });
            }
            refused = match self.write(&count_anew(pool, limit, until)).await? {
                Written::Done => return Ok(Reservation::Reserved),
                Written::Refused(item) => item,
            };
        }
        Err(StoreError::busy("a counter of attempts is written by many at once"))
    }

    /// Gives an attempt back that came to a success. One call, `UpdateItem`.
    ///
    /// # Errors
    /// As [`Store::reserve_attempt`].
    pub async fn give_back_attempt(&self, pool: &AttemptPool) -> Result<(), StoreError> {
        let mut e = Expression::default();
        e.increase(ATTEMPTS, n(-1));
        e.remove(IN_A_ROW);
        let some = e.at_least(ATTEMPTS, n(1));
        e.require(some);
        // Nothing is left to give back when the window has ended meanwhile. An unanswered call is not repeated: it
        // could give back twice, and let one more guess through.
        self.without_retries().write(&update(pool, e)).await.map(drop)
    }

    /// The same tables without the SDK's own repetitions.
    fn without_retries(&self) -> Self {
        let config = self.client.config().to_builder().retry_config(RetryConfig::disabled());
        Self { client: Client::from_conf(config.build()), ..self.clone() }
    }
}

fn update(pool: &AttemptPool, expression: Expression) -> Action {
    let key = s(format!("ATTEMPTS#{}", pool.id()));
    Action::Update { table: Table::Credentials, key, expression }
}

/// One attempt more, if the pool is empty, or its window goes on and has room.
fn count(pool: &AttemptPool, limit: AttemptLimit) -> Action {
    let mut e = Expression::default();
    e.add(ATTEMPTS, n(1));
    e.add(IN_A_ROW, n(1));
    let goes_on = e.greater(WINDOW_ENDS_AT, instant(limit.now));
    let has_room = e.less(ATTEMPTS, n(limit.attempts));
    let few = [e.absent(IN_A_ROW), e.less(IN_A_ROW, n(limit.in_a_row))].join(" OR ");
    let mut clauses = vec![format!("({goes_on} AND {has_room} AND ({few}))")];
    if let Window::AfterLast(_) = limit.window {
        begin_window(&mut e, limit);
        clauses.extend([e.absent(ATTEMPTS), e.less(ATTEMPTS, n(1))]);
    }
    e.require_any(&clauses);
    update(pool, e)
}

/// The first attempt after the window that ended at that instant.
fn count_anew(pool: &AttemptPool, limit: AttemptLimit, ended: Option<Timestamp>) -> Action {
    let mut e = Expression::default();
    e.set(ATTEMPTS, n(1));
    e.add(IN_A_ROW, n(1));
    begin_window(&mut e, limit);
    let same = match ended {
        Some(ended) => e.equals(WINDOW_ENDS_AT, instant(ended)),
        None => e.absent(WINDOW_ENDS_AT),
    };
    e.require(same);
    update(pool, e)
}

/// Forgets the failures in a row: the user has signed in otherwise.
pub(super) fn end_row(pool: &AttemptPool) -> Action {
    let mut e = Expression::default();
    e.remove(IN_A_ROW);
    update(pool, e)
}

fn begin_window(e: &mut Expression, limit: AttemptLimit) {
    let (length, kept) = match limit.window {
        Window::AfterLast(length) => (length, KEPT),
        Window::AfterFirst(length) => (length, CLOCKS_DIFFER),
    };
    let end = limit.now.checked_add(length).unwrap_or(Timestamp::MAX);
    e.set(WINDOW_ENDS_AT, instant(end));
    e.set("expiresAt", ttl(end.checked_add(kept).unwrap_or(end)));
}

fn window_end(item: Option<&Item>) -> Result<Option<Timestamp>, CorruptItem> {
    item.map_or(Ok(None), |item| Reader(item).optional_instant(WINDOW_ENDS_AT))
}
