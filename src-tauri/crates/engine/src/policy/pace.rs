//! Keeping to what a provider says is left, before it has to say no.

use super::backoff::LONGEST_HINT;
use std::time::Duration;
use tokio::time::Instant;

/// Below one part in this many of the limit, the rest is spread until the reset.
const SPREAD_BELOW: u64 = 10;

/// What response headers say of one kind of limit; `None` where they are silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    pub limit: Option<u64>,
    pub remaining: Option<u64>,
    /// How long until the limit is whole again.
    pub reset: Option<Duration>,
}

/// The last word of a provider about one of its limits (requests or tokens), and what was sent since.
///
/// Once the told reset has passed without news, the limit is taken to be whole again, for a minute at a
/// time: no wait is longer than the told reset or a minute.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    known: Option<Known>,
}

/// Longer is nonsense.
const LONGEST_RESET: Duration = Duration::from_secs(366 * 24 * 3600);

/// How long a limit holds of which nothing newer was told.
const MINUTE: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, Copy)]
struct Known {
    /// `None`: only what remains is told.
    limit: Option<u64>,
    remaining: u64,
    reset_at: Instant,
    /// From when on the next may go, while little remains.
    next_at: Instant,
    /// When it was last told, or something was sent.
    last_asked: Instant,
}

impl Pace {
    /// Takes in a response's headers. `unheard` is what is under way that the provider may not have
    /// counted yet.
    pub fn told(&mut self, now: Instant, told: Told, unheard: u64) {
        let (Some(remaining), Some(reset)) = (told.remaining, told.reset) else {
            return;
        };
        let remaining = remaining.saturating_sub(unheard);
        let limit = told.limit.filter(|limit| *limit > 0);
        let next_at = match self.known {
            Some(known) if scarce(remaining, limit) => known.next_at,
            _ => now,
        };
        self.known = Some(Known {
            limit,
            remaining,
            reset_at: now + reset.min(LONGEST_RESET),
            next_at,
            last_asked: now,
        });
    }

    /// Returns from when on `cost` may go, with `ahead` before it. A cost above the whole limit counts as
    /// the limit.
    pub fn earliest(&self, now: Instant, ahead: u64, cost: u64) -> Instant {
        let Some(known) = self.current(now) else {
            return now;
        };
        let cost = known.limit.map_or(cost, |limit| cost.min(limit));
        let left = known.remaining.saturating_sub(ahead);
        if left < cost || known.remaining == 0 {
            return known.reset_at;
        }
        if !scarce(left, known.limit) {
            return now;
        }
        let ahead = share(known.reset_at - now, ahead, known.remaining);
        (known.next_at.max(now) + ahead).min(known.reset_at)
    }

    /// Returns the same for the last usable target: it may be asked a minute after it was asked last,
    /// whatever it told. Headers may be wrong, and there is nobody else.
    pub fn recheck_at(&self, now: Instant, ahead: u64, cost: u64) -> Instant {
        let at = self.earliest(now, ahead, cost);
        match self.current(now) {
            Some(known) if ahead == 0 => at.min((known.last_asked + LONGEST_HINT).max(now)),
            _ => at,
        }
    }

    /// Counts `cost` as sent.
    pub fn take(&mut self, now: Instant, cost: u64) {
        let Some(mut known) = self.current(now) else {
            return;
        };
        if scarce(known.remaining, known.limit) {
            let until_reset = known.reset_at - now;
            known.next_at = now + share(until_reset, cost, known.remaining);
        }
        known.remaining = known.remaining.saturating_sub(cost);
        known.last_asked = now;
        self.known = Some(known);
    }

    /// Takes in that the provider asks to be called again `after` this long: its word to this one request is
    /// surer than what it tells of its limits, which are whole by then if they were not before.
    pub fn asked_back(&mut self, now: Instant, after: Duration) {
        if let Some(known) = &mut self.known {
            known.reset_at = known.reset_at.min(now + after.min(LONGEST_RESET));
        }
    }

    /// Returns whether the provider ever told this limit.
    pub fn is_told(&self) -> bool {
        self.known.is_some()
    }

    /// Returns the limit as last told, and what is left of it; `None` where untold or outdated.
    pub fn last_told(&self, now: Instant) -> Option<(Option<u64>, u64)> {
        self.current(now)
            .map(|known| (known.limit, known.remaining))
    }

    /// Forgets what was told.
    pub fn clear(&mut self) {
        self.known = None;
    }

    fn current(&self, now: Instant) -> Option<Known> {
        let known = self.known?;
        if known.reset_at > now {
            return Some(known);
        }
        let limit = known.limit?;
        Some(Known {
            limit: known.limit,
            remaining: limit,
            reset_at: now + MINUTE,
            next_at: now,
            last_asked: now,
        })
    }
}

fn scarce(remaining: u64, limit: Option<u64>) -> bool {
    match limit {
        Some(limit) => remaining.saturating_mul(SPREAD_BELOW) < limit,
        None => remaining < SPREAD_BELOW,
    }
}

/// Returns the part of `time` that `cost` has in `remaining`.
fn share(time: Duration, cost: u64, remaining: u64) -> Duration {
    if cost >= remaining {
        return time;
    }
    let nanos = time.as_nanos() * u128::from(cost) / u128::from(remaining);
    u64::try_from(nanos).map_or(time, Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(limit: u64, remaining: u64, reset: Duration) -> Told {
        Told {
            limit: Some(limit),
            remaining: Some(remaining),
            reset: Some(reset),
        }
    }

    #[test]
    fn the_last_tenth_is_spread_until_the_reset() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.told(start, told(100, 6, MINUTE), 0);
        let mut now = start;
        let mut sent = Vec::new();
        while now < start + MINUTE {
            now = pace.earliest(now, 0, 1);
            if now >= start + MINUTE {
                break;
            }
            pace.take(now, 1);
            sent.push((now - start).as_secs());
        }
        assert_eq!(sent, [0, 10, 20, 30, 40, 50]);
    }

    #[test]
    fn with_plenty_left_nothing_waits() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.told(now, told(100, 50, MINUTE), 0);
        for _ in 0..40 {
            assert_eq!(pace.earliest(now, 0, 1), now);
            pace.take(now, 1);
        }
    }

    #[test]
    fn nothing_left_waits_for_the_reset() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.told(now, told(100, 0, MINUTE), 0);
        assert_eq!(pace.earliest(now, 0, 1), now + MINUTE);
        assert_eq!(pace.earliest(now + MINUTE, 0, 1), now + MINUTE);
    }

    #[test]
    fn the_last_target_is_asked_once_a_minute_whatever_it_told() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.told(now, told(100, 0, MINUTE * 600), 0);
        assert_eq!(pace.earliest(now, 0, 1), now + MINUTE * 600);
        assert_eq!(pace.recheck_at(now, 0, 1), now + MINUTE);
        assert_eq!(pace.recheck_at(now, 1, 1), now + MINUTE * 600);
        pace.take(now + MINUTE, 1);
        assert_eq!(pace.recheck_at(now + MINUTE, 0, 1), now + MINUTE * 2);
    }

    #[test]
    fn tokens_that_do_not_fit_the_rest_wait_for_the_reset() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.told(now, told(10_000, 5_000, MINUTE), 0);
        assert_eq!(pace.earliest(now, 0, 5_000), now);
        assert_eq!(pace.earliest(now, 0, 6_000), now + MINUTE);
    }

    #[test]
    fn what_is_under_way_and_uncounted_is_not_given_twice() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.told(now, told(10, 5, MINUTE), 5);
        assert_eq!(pace.earliest(now, 0, 1), now + MINUTE);
    }

    #[test]
    fn half_a_word_changes_nothing() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.told(
            now,
            Told {
                limit: Some(3),
                remaining: Some(0),
                reset: None,
            },
            0,
        );
        assert_eq!(pace.earliest(now, 0, 1), now);
        assert!(!pace.is_told());
    }

    proptest! {
        #[test]
        fn no_more_goes_than_is_left_and_no_wait_is_longer_than_the_reset(
            limit in 1u64..1_000, remaining in 0u64..1_000, reset_ms in 1u64..100_000,
            asks in prop::collection::vec(1u64..40, 1..100),
        ) {
            let start = Instant::now();
            let reset_at = start + Duration::from_millis(reset_ms);
            let mut pace = Pace::default();
            pace.told(start, told(limit, remaining, reset_at - start), 0);
            let (mut now, mut sent) = (start, 0);
            for cost in asks {
                let cost = cost.min(limit);
                let at = pace.earliest(now, 0, cost);
                prop_assert!(at <= reset_at.max(now));
                if at >= reset_at {
                    break;
                }
                now = at;
                pace.take(now, cost);
                sent += cost;
                prop_assert!(sent <= remaining);
            }
        }
    }
}
