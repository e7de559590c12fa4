//! How much may be sent in a minute, by the generic cell rate algorithm (GCRA, ITU-T I.371).
//!
//! One moment stands for a whole bucket: the *theoretical arrival time*, at which everything taken so far
//! has flowed off. A minute's allowance may go at once, and flows back evenly; providers that publish how
//! they count describe the same bucket (Anthropic, "Rate limits", read 2026-11: "your capacity is
//! continuously replenished up to your maximum limit"). In any span of `t` at most `limit x (1 + t/60 s)` go.
//!
//! Written here and not taken from the `governor` crate because its state can only be taken from, not be
//! asked without taking, nor be given back to: both are needed to reserve an estimate and settle it with
//! what was used. Not for money.

use std::time::Duration;
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

/// Longest debt that is kept. A limit of nothing a minute is this far away.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// What of a minute's allowance is used. The allowance is passed in: it may change at any time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rate {
    /// When all that was taken has flowed off; `None`: nothing was taken yet.
    free_at: Option<Instant>,
}

impl Rate {
    /// Returns from when on `cost` may be taken, when `ahead` is taken before it. A cost above the
    /// allowance counts as the allowance: it goes when nothing else is owed.
    pub fn earliest(&self, now: Instant, ahead: u64, cost: u64, per_minute: u64) -> Instant {
        let cost = cost.min(per_minute);
        if per_minute == 0 {
            return now + LONGEST;
        }
        let owed = self.owed(now);
        let total = owed
            .saturating_add(span(ahead, per_minute))
            .saturating_add(span(cost, per_minute))
            .min(LONGEST);
        now + total.saturating_sub(MINUTE)
    }

    /// Takes `cost`, allowed or not.
    pub fn take(&mut self, now: Instant, cost: u64, per_minute: u64) {
        let owed = self.owed(now).saturating_add(span(cost, per_minute));
        self.free_at = Some(now + owed.min(LONGEST));
    }

    /// Corrects what was `reserved` to what was `used`: gives the rest back, or owes the excess.
    pub fn settle(&mut self, now: Instant, reserved: u64, used: u64, per_minute: u64) {
        if used >= reserved {
            self.take(now, used - reserved, per_minute);
        } else {
            let back = span(reserved - used, per_minute);
            self.free_at = Some(now + self.owed(now).saturating_sub(back));
        }
    }

    /// Returns how much may be taken at once.
    pub fn remaining(&self, now: Instant, per_minute: u64) -> u64 {
        let free = MINUTE.saturating_sub(self.owed(now));
        let amount = free.as_nanos() * u128::from(per_minute) / MINUTE.as_nanos();
        u64::try_from(amount).unwrap_or(u64::MAX)
    }

    fn owed(&self, now: Instant) -> Duration {
        self.free_at
            .map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
    }
}

/// Returns how long `cost` takes to flow off, at most [`LONGEST`].
fn span(cost: u64, per_minute: u64) -> Duration {
    if cost == 0 {
        return Duration::ZERO;
    }
    let Some(nanos) = (u128::from(cost) * MINUTE.as_nanos()).checked_div(u128::from(per_minute))
    else {
        return LONGEST;
    };
    u64::try_from(nanos).map_or(LONGEST, |nanos| Duration::from_nanos(nanos).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_minutes_allowance_goes_at_once_and_flows_back_evenly() {
        let now = Instant::now();
        let mut rate = Rate::default();
        for _ in 0..100 {
            assert_eq!(rate.earliest(now, 0, 1, 100), now);
            rate.take(now, 1, 100);
        }
        assert_eq!(rate.remaining(now, 100), 0);
        assert_eq!(
            rate.earliest(now, 0, 1, 100),
            now + Duration::from_millis(600)
        );
        assert_eq!(
            rate.earliest(now, 4, 1, 100),
            now + Duration::from_millis(3000)
        );
        assert_eq!(rate.remaining(now + MINUTE, 100), 100);
    }

    #[test]
    fn what_was_reserved_and_not_used_is_given_back() {
        let now = Instant::now();
        let mut rate = Rate::default();
        rate.take(now, 60_000, 60_000);
        assert_eq!(rate.remaining(now, 60_000), 0);
        rate.settle(now, 60_000, 1_000, 60_000);
        assert_eq!(rate.remaining(now, 60_000), 59_000);
    }

    #[test]
    fn what_was_used_beyond_the_reservation_is_owed() {
        let now = Instant::now();
        let mut rate = Rate::default();
        rate.take(now, 1_000, 1_000);
        rate.settle(now, 1_000, 2_000, 1_000);
        assert_eq!(rate.earliest(now, 0, 1_000, 1_000), now + MINUTE * 2);
    }

    #[test]
    fn more_than_a_minutes_allowance_waits_for_a_full_bucket_and_then_goes() {
        let now = Instant::now();
        let mut rate = Rate::default();
        assert_eq!(rate.earliest(now, 0, 5_000, 1_000), now);
        rate.take(now, 500, 1_000);
        assert_eq!(rate.earliest(now, 0, 5_000, 1_000), now + MINUTE / 2);
    }

    #[test]
    fn a_limit_of_nothing_lets_nothing_through() {
        let now = Instant::now();
        assert!(Rate::default().earliest(now, 0, 1, 0) > now + MINUTE * 1000);
    }

    proptest! {
        #[test]
        fn no_span_sees_more_than_the_bucket_and_what_flowed_in(
            per_minute in 1u64..1_000,
            asks in prop::collection::vec((0u64..3_000, 1u64..50), 1..200),
        ) {
            let start = Instant::now();
            let mut now = start;
            let mut rate = Rate::default();
            let mut taken: Vec<(Instant, u64)> = Vec::new();
            for (gap, cost) in asks {
                now += Duration::from_millis(gap);
                let cost = cost.min(per_minute);
                if rate.earliest(now, 0, cost, per_minute) <= now {
                    rate.take(now, cost, per_minute);
                    taken.push((now, cost));
                }
            }
            for (index, (from, _)) in taken.iter().enumerate() {
                let mut sum = 0;
                for (at, cost) in &taken[index..] {
                    sum += cost;
                    let allowed = per_minute as f64 * (1.0 + (*at - *from).as_secs_f64() / 60.0);
                    prop_assert!(sum as f64 <= allowed + 0.001, "{sum} of {allowed}");
                }
            }
        }

        #[test]
        fn no_count_and_no_limit_overflows(ahead: u64, cost: u64, used: u64, per_minute: u64) {
            let now = Instant::now();
            let mut rate = Rate::default();
            rate.take(now, cost, per_minute);
            rate.settle(now, cost, used, per_minute);
            prop_assert!(rate.earliest(now, ahead, cost, per_minute) >= now);
            prop_assert!(rate.remaining(now, per_minute) <= per_minute);
        }
    }
}
