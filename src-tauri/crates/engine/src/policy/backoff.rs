//! How long to wait before the same target is tried again.

use std::time::Duration;

/// Full-jitter exponential backoff: a uniform draw from zero to a doubling ceiling.
///
/// Full jitter keeps many callers that failed together from coming back together
/// (AWS Architecture Blog, "Exponential Backoff And Jitter", read 2026-11).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// Ceiling of the first wait.
    pub base: Duration,
    /// Growth of the ceiling from one wait to the next.
    pub factor: f64,
    /// No ceiling is higher.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(500),
            factor: 2.0,
            cap: Duration::from_secs(8),
        }
    }
}

/// A provider's hint longer than this is not waited for: the next target is tried instead.
pub const LONGEST_HINT: Duration = Duration::from_secs(60);

impl Backoff {
    /// Returns the highest wait before retry number `retry` (0 for the first).
    pub fn ceiling(&self, retry: u32) -> Duration {
        let growth = self.factor.powi(i32::try_from(retry).unwrap_or(i32::MAX));
        let seconds = self.base.as_secs_f64() * growth;
        Duration::try_from_secs_f64(seconds)
            .unwrap_or(self.cap)
            .min(self.cap)
    }

    /// Returns the wait before retry number `retry`, for a `draw` from 0 (inclusive) to 1.
    pub fn wait(&self, retry: u32, draw: f64) -> Duration {
        self.ceiling(retry).mul_f64(draw.clamp(0.0, 1.0))
    }

    /// Returns the wait when the provider asked for `hint`: never less, up to a tenth more so that
    /// callers given the same hint spread out.
    pub fn wait_with_hint(hint: Duration, draw: f64) -> Duration {
        hint + hint.mul_f64(0.1 * draw.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ceiling_doubles_up_to_the_cap() {
        let ceilings: Vec<u128> = (0..7)
            .map(|retry| Backoff::default().ceiling(retry).as_millis())
            .collect();
        assert_eq!(ceilings, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
    }

    proptest! {
        #[test]
        fn a_wait_is_never_above_its_ceiling(retry in any::<u32>(), draw in 0.0..1.0f64) {
            let backoff = Backoff::default();
            prop_assert!(backoff.wait(retry, draw) <= backoff.ceiling(retry));
        }

        #[test]
        fn a_hint_is_a_floor(ms in 0u64..600_000, draw in 0.0..1.0f64) {
            let hint = Duration::from_millis(ms);
            let wait = Backoff::wait_with_hint(hint, draw);
            prop_assert!(wait >= hint && wait <= hint.mul_f64(1.1) + Duration::from_millis(1));
        }
    }
}
