//! How durations are counted so that percentiles can be read from sums.
//!
//! Buckets grow by a twentieth (one millisecond at least). A percentile is told as the middle of its bucket, so it is
//! off by at most 2.5 % and half a millisecond. Histograms add up exactly.

use std::sync::LazyLock;

/// Longest duration told apart, in milliseconds: longer ones count as this long (a day).
const LONGEST_MS: u64 = 24 * 60 * 60 * 1000;

/// Smallest duration of each bucket, in milliseconds.
static STARTS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut starts = vec![0];
    let mut start = 0_u64;
    while start < LONGEST_MS {
        start = (start + 1).max(start + start / 20);
        starts.push(start);
    }
    starts
});

/// Returns the bucket of a duration.
pub(super) fn bucket(ms: u64) -> usize {
    STARTS.partition_point(|start| *start <= ms).max(1) - 1
}

/// Returns how many buckets there are.
pub(super) fn buckets() -> usize {
    STARTS.len()
}

/// Returns the duration that stands for a bucket, in milliseconds.
fn middle(bucket: usize) -> u64 {
    let start = STARTS.get(bucket).copied().unwrap_or(LONGEST_MS);
    match STARTS.get(bucket + 1) {
        Some(next) => start + (next - 1 - start) / 2,
        None => start,
    }
}

/// Counts by bucket. Takes no room until something is counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Histogram(Vec<i64>);

impl Histogram {
    /// Adds `count` (which may be negative) to a bucket; buckets that no version has are left out.
    pub(super) fn add(&mut self, bucket: usize, count: i64) {
        if self.0.is_empty() {
            self.0 = vec![0; buckets()];
        }
        if let Some(counted) = self.0.get_mut(bucket) {
            *counted = counted.saturating_add(count);
        }
    }

    pub(super) fn add_all(&mut self, other: &Self) {
        if self.0.is_empty() {
            self.0.clone_from(&other.0);
        } else {
            for (counted, more) in self.0.iter_mut().zip(&other.0) {
                *counted = counted.saturating_add(*more);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Returns the buckets that are not 0, in order.
    pub(super) fn counted(&self) -> impl Iterator<Item = (usize, i64)> + '_ {
        self.0
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, count)| *count != 0)
    }

    /// Returns the duration in milliseconds that `share` (0 to 1) of what was counted does not exceed, by the
    /// nearest rank; `None` if nothing was counted.
    pub(super) fn percentile(&self, share: f64) -> Option<u64> {
        let all: i64 = self.0.iter().filter(|count| **count > 0).sum();
        if all <= 0 {
            return None;
        }
        let rank = ((all as f64 * share).ceil() as i64).clamp(1, all);
        let mut seen = 0;
        for (bucket, count) in self.counted().filter(|(_, count)| *count > 0) {
            seen += count;
            if seen >= rank {
                return Some(middle(bucket));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_off_by_at_most_two_and_a_half_percent() {
        for ms in (0..3_000).chain((3_000..10_000_000).step_by(997)) {
            let mut histogram = Histogram::default();
            histogram.add(bucket(ms), 1);
            let told = histogram.percentile(0.5).unwrap();
            let bound = (ms as f64 * 0.025).max(0.5);
            assert!(
                (told as f64 - ms as f64).abs() <= bound + 0.5,
                "{ms} ms is told as {told}"
            );
        }
        assert!(buckets() < 400);
    }

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile(0.5), None);
        for ms in 1..=20 {
            histogram.add(bucket(ms), 1);
        }
        assert_eq!(histogram.percentile(0.5), Some(10));
        assert_eq!(histogram.percentile(0.95), Some(19));
        assert_eq!(histogram.percentile(1.0), Some(20));
        assert_eq!(histogram.percentile(0.0), Some(1));
        histogram.add(bucket(u64::MAX), 20);
        assert_eq!(histogram.percentile(0.95), Some(STARTS[buckets() - 1]));
    }
}
