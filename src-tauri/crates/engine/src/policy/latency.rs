//! How long a target takes to bring its first token, over its recent answers.

use std::time::Duration;
use tokio::time::Instant;

const KEPT: usize = 128;
/// Fewer say nothing about a percentile.
const LEAST: usize = 20;
/// Older ones say nothing about now.
const MAX_AGE: Duration = Duration::from_secs(3600);

/// The last 128 first-token times of the last hour.
#[derive(Debug, Clone, Default)]
pub struct Latency {
    /// When each was seen, and how long it took; a ring once it is full.
    samples: Vec<(Instant, Duration)>,
    next: usize,
}

impl Latency {
    /// Adds a first-token time.
    pub fn add(&mut self, now: Instant, first_token: Duration) {
        if self.samples.len() < KEPT {
            self.samples.push((now, first_token));
        } else {
            self.samples[self.next] = (now, first_token);
            self.next = (self.next + 1) % KEPT;
        }
    }

    /// Returns the `percentile` (0 to 1, nearest rank), or `None` while fewer than 20 are known.
    pub fn percentile(&self, now: Instant, percentile: f64) -> Option<Duration> {
        let mut recent = [Duration::ZERO; KEPT];
        let mut count = 0;
        for (at, first_token) in &self.samples {
            if now.saturating_duration_since(*at) <= MAX_AGE {
                recent[count] = *first_token;
                count += 1;
            }
        }
        if count < LEAST {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "at most 128"
        )]
        let rank = (percentile.clamp(0.0, 1.0) * count as f64).ceil() as usize;
        let index = rank.clamp(1, count) - 1;
        let (_, value, _) = recent[..count].select_nth_unstable(index);
        Some(*value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn percentiles_are_known_from_twenty_answers_on() {
        let now = Instant::now();
        let mut latency = Latency::default();
        for ms in 1..=19 {
            latency.add(now, Duration::from_millis(ms));
            assert_eq!(latency.percentile(now, 0.5), None);
        }
        latency.add(now, Duration::from_millis(20));
        for (percentile, ms) in [(0.0, 1), (0.5, 10), (0.95, 19), (0.99, 20), (1.0, 20)] {
            assert_eq!(
                latency.percentile(now, percentile),
                Some(Duration::from_millis(ms))
            );
        }
    }

    #[test]
    fn old_answers_are_forgotten() {
        let now = Instant::now();
        let mut latency = Latency::default();
        for _ in 0..100 {
            latency.add(now, Duration::from_secs(1));
        }
        assert!(latency.percentile(now, 0.5).is_some());
        assert_eq!(latency.percentile(now + MAX_AGE * 2, 0.5), None);
    }

    #[test]
    fn new_answers_push_out_the_oldest() {
        let now = Instant::now();
        let mut latency = Latency::default();
        for ms in 0..1_000 {
            latency.add(now, Duration::from_millis(ms));
        }
        assert_eq!(latency.samples.len(), KEPT);
        assert_eq!(
            latency.percentile(now, 0.0),
            Some(Duration::from_millis(872))
        );
    }

    proptest! {
        #[test]
        fn a_percentile_is_the_one_of_a_sorted_list(
            mut all in prop::collection::vec(0u64..10_000, 20..128), percentile in 0.0..1.0f64,
        ) {
            let now = Instant::now();
            let mut latency = Latency::default();
            for ms in &all {
                latency.add(now, Duration::from_millis(*ms));
            }
            all.sort_unstable();
            let rank = ((percentile * all.len() as f64).ceil() as usize).max(1);
            prop_assert_eq!(
                latency.percentile(now, percentile),
                Some(Duration::from_millis(all[rank - 1]))
            );
        }
    }
}
