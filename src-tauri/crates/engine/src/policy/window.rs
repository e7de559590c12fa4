//! How many of something happened in the last minute, in bounded memory.

use std::time::Duration;
use tokio::time::Instant;

const SLOTS: usize = 60;
const SLOT: Duration = Duration::from_secs(1);

/// A sliding count over the last 60 s, in steps of a second.
#[derive(Debug, Clone)]
pub struct Window {
    counts: [u32; SLOTS],
    sum: u32,
    /// The slot that is being filled, and when it began; `None`: nothing was counted yet.
    current: Option<(usize, Instant)>,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            counts: [0; SLOTS],
            sum: 0,
            current: None,
        }
    }
}

impl Window {
    /// Counts one.
    pub fn add(&mut self, now: Instant) {
        self.advance(now);
        let (slot, _) = *self.current.get_or_insert((0, now));
        self.counts[slot] = self.counts[slot].saturating_add(1);
        self.sum = self.sum.saturating_add(1);
    }

    /// Returns how many were counted in the last minute.
    pub fn sum(&mut self, now: Instant) -> u32 {
        self.advance(now);
        self.sum
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Empties the slots that time has passed over.
    fn advance(&mut self, now: Instant) {
        let Some((mut slot, mut began)) = self.current else {
            return;
        };
        let passed = now.saturating_duration_since(began).as_secs();
        if passed == 0 {
            return;
        }
        if passed >= SLOTS as u64 {
            self.clear();
            return;
        }
        for _ in 0..passed {
            slot = (slot + 1) % SLOTS;
            began += SLOT;
            self.sum = self.sum.saturating_sub(self.counts[slot]);
            self.counts[slot] = 0;
        }
        self.current = Some((slot, began));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_older_than_a_minute_is_forgotten() {
        let start = Instant::now();
        let mut window = Window::default();
        for second in 0..90 {
            window.add(start + Duration::from_secs(second));
        }
        assert_eq!(window.sum(start + Duration::from_secs(89)), 60);
        assert_eq!(window.sum(start + Duration::from_secs(119)), 30);
        assert_eq!(window.sum(start + Duration::from_secs(500)), 0);
    }

    proptest! {
        #[test]
        fn the_count_is_within_a_second_of_the_exact_one(
            gaps in prop::collection::vec(0u64..5_000, 1..200),
        ) {
            let start = Instant::now();
            let mut window = Window::default();
            let mut now = start;
            let mut all = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                window.add(now);
                all.push(now);
                let within = |seconds| {
                    all.iter().filter(|at| now - **at < Duration::from_secs(seconds)).count()
                };
                let sum = window.sum(now) as usize;
                prop_assert!(within(59) <= sum && sum <= within(60), "{sum}");
            }
        }
    }
}
