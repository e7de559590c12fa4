//! When the calls of a rehearsal begin.

use fastrand::Rng;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use ts_rs::TS;

/// Bursts of [`Load::Burst`].
const BURSTS: u32 = 4;
/// Length of one, as a share of the span.
const BURST_LENGTH: f64 = 0.01;

/// How calls are spread over the span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Load {
    /// Evenly.
    Constant,
    /// At random and independently, as from many callers.
    #[default]
    Poisson,
    /// At random, from nothing to twice the average at the end.
    Ramp,
    /// At random at half the average, and four bursts of a hundredth of the span that hold the other half.
    Burst,
}

impl Load {
    /// Returns its word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Poisson => "poisson",
            Self::Ramp => "ramp",
            Self::Burst => "burst",
        }
    }

    /// Returns when each of `calls` calls begins, in microseconds, ascending, within the span.
    pub(crate) fn arrivals(self, calls: u32, span: Duration, rng: &mut Rng) -> Vec<u64> {
        let span_us = span.as_micros() as f64;
        let place = |share: f64| (share.clamp(0.0, 1.0) * span_us) as u64;
        let mut times: Vec<u64> = match self {
            Self::Constant => {
                let span_us = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
                (0..u64::from(calls))
                    .map(|call| span_us.saturating_mul(call) / u64::from(calls))
                    .collect()
            }
            // Given their number, the events of a Poisson process are independent and uniform.
            Self::Poisson => (0..calls).map(|_| place(rng.f64())).collect(),
            // A rate that grows evenly from nothing has the square as its sum.
            Self::Ramp => (0..calls).map(|_| place(rng.f64().sqrt())).collect(),
            Self::Burst => (0..calls)
                .map(|call| {
                    if call % 2 == 0 {
                        return place(rng.f64());
                    }
                    let burst = f64::from(call / 2 % BURSTS);
                    let within = rng.f64() * BURST_LENGTH;
                    place((burst + 0.5) / f64::from(BURSTS) + within)
                })
                .collect(),
        };
        times.sort_unstable();
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{prop_assert, prop_assert_eq, proptest};

    const SPAN: Duration = Duration::from_secs(3600);

    fn arrivals(load: Load, calls: u32) -> Vec<u64> {
        load.arrivals(calls, SPAN, &mut Rng::with_seed(7))
    }

    #[test]
    fn a_constant_load_is_even() {
        let times = arrivals(Load::Constant, 3600);
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 1_000_000));
    }

    #[test]
    fn a_ramp_ends_at_twice_its_average() {
        let times = arrivals(Load::Ramp, 100_000);
        let last_tenth = times.iter().filter(|time| **time >= 3_240_000_000).count();
        assert!((18_500..19_500).contains(&last_tenth), "{last_tenth}");
    }

    #[test]
    fn half_the_calls_of_a_burst_load_come_in_four_hundredths_of_the_time() {
        let times = arrivals(Load::Burst, 100_000);
        let within = times.iter().filter(|time| {
            let share = **time as f64 / 3_600_000_000.0;
            (0..4).any(|burst| {
                let start = (f64::from(burst) + 0.5) / 4.0;
                (start..start + 0.01).contains(&share)
            })
        });
        let within = within.count();
        assert!((51_000..53_000).contains(&within), "{within}");
    }

    proptest! {
        #[test]
        fn every_load_begins_every_call_in_order_within_the_span(
            calls in 1u32..500,
            seconds in 1u64..86_400,
            seed: u64,
        ) {
            let span = Duration::from_secs(seconds);
            for load in [Load::Constant, Load::Poisson, Load::Ramp, Load::Burst] {
                let times = load.arrivals(calls, span, &mut Rng::with_seed(seed));
                prop_assert_eq!(times.len(), calls as usize);
                prop_assert!(times.is_sorted());
                prop_assert!(times.iter().all(|time| *time <= seconds * 1_000_000));
            }
        }
    }
}
