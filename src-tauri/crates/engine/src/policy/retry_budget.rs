//! How many retries there may be, so that a provider in trouble is not buried under them.

use super::window::Window;
use tokio::time::Instant;

/// One retry for this many calls of the last minute.
const CALLS_PER_RETRY: u32 = 5;
/// This many retries a minute are always allowed: one call alone must be able to retry.
const FLOOR: u32 = 3;

/// Retries are at most a fifth of the calls of the last minute, with a floor of three.
#[derive(Debug, Clone, Default)]
pub struct RetryBudget {
    calls: Window,
    retries: Window,
}

impl RetryBudget {
    /// Counts a call.
    pub fn call(&mut self, now: Instant) {
        self.calls.add(now);
    }

    /// Returns whether a retry is left.
    pub fn allows(&mut self, now: Instant) -> bool {
        let most = (self.calls.sum(now) / CALLS_PER_RETRY).max(FLOOR);
        self.retries.sum(now) < most
    }

    /// Returns whether nothing happened in the last minute.
    pub fn is_idle(&mut self, now: Instant) -> bool {
        self.calls.sum(now) == 0 && self.retries.sum(now) == 0
    }

    /// Counts a retry.
    pub fn spend(&mut self, now: Instant) {
        self.retries.add(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn granted(budget: &mut RetryBudget, now: Instant, wanted: u32) -> u32 {
        let mut granted = 0;
        for _ in 0..wanted {
            if budget.allows(now) {
                budget.spend(now);
                granted += 1;
            }
        }
        granted
    }

    #[test]
    fn of_a_hundred_calls_twenty_may_retry() {
        let now = Instant::now();
        let mut budget = RetryBudget::default();
        for _ in 0..100 {
            budget.call(now);
        }
        assert_eq!(granted(&mut budget, now, 100), 20);
    }

    #[test]
    fn one_call_alone_may_retry_three_times() {
        let now = Instant::now();
        let mut budget = RetryBudget::default();
        budget.call(now);
        assert_eq!(granted(&mut budget, now, 10), 3);
        assert_eq!(granted(&mut budget, now + Duration::from_secs(61), 10), 3);
    }

    proptest! {
        #[test]
        fn retries_never_exceed_a_fifth_or_three(
            steps in prop::collection::vec((0u64..2_000, any::<bool>()), 1..300),
        ) {
            let mut now = Instant::now();
            let mut budget = RetryBudget::default();
            for (gap, retry) in steps {
                now += Duration::from_millis(gap);
                if !retry {
                    budget.call(now);
                } else if budget.allows(now) {
                    budget.spend(now);
                    let most = (budget.calls.sum(now) / 5).max(3);
                    prop_assert!(budget.retries.sum(now) <= most);
                }
            }
        }
    }
}
