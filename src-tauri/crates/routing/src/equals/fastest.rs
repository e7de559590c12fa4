//! The shortest wait for the first token, as load balancers measure it: a moving average that jumps to every peak and
//! forgets it slowly (Finagle's peak EWMA, <https://twitter.github.io/finagle/guide/Clients.html#power-of-two-choices-p2c-least-loaded>),
//! times the requests under way. Two targets are drawn and the better one is taken, so that a good target is not
//! flooded by everyone at once.

use super::{Equal, Picked};

/// Milliseconds after which a peak counts for about a third (1/e).
const DECAY_MS: f64 = 10_000.0;

/// A moving average that follows every rise at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeakEwma {
    value_ms: f64,
    at_ms: u64,
}

impl PeakEwma {
    /// Begins with a first measurement, taken at `now_ms` of any clock that only goes forward.
    pub fn new(first_token_ms: f64, now_ms: u64) -> Self {
        Self {
            value_ms: sane(first_token_ms),
            at_ms: now_ms,
        }
    }

    /// Returns when the last measurement was taken.
    pub fn at_ms(&self) -> u64 {
        self.at_ms
    }

    /// Adds a measurement.
    pub fn add(&mut self, first_token_ms: f64, now_ms: u64) {
        let sample = sane(first_token_ms);
        if sample >= self.value_ms {
            self.value_ms = sample;
        } else {
            let kept = self.kept(now_ms);
            self.value_ms = self.value_ms * kept + sample * (1.0 - kept);
        }
        self.at_ms = self.at_ms.max(now_ms);
    }

    /// Returns the average in milliseconds. It falls while nothing is measured, so that a target that was slow once
    /// is tried again.
    pub fn value_ms(&self, now_ms: u64) -> f64 {
        self.value_ms * self.kept(now_ms)
    }

    fn kept(&self, now_ms: u64) -> f64 {
        (-(now_ms.saturating_sub(self.at_ms) as f64) / DECAY_MS).exp()
    }
}

/// Returns a measurement that can be averaged.
fn sane(ms: f64) -> f64 {
    if ms.is_finite() { ms.max(0.0) } else { 0.0 }
}

pub(super) fn pick(equals: &[Equal], now_ms: u64, mut draw: impl FnMut(usize) -> usize) -> Picked {
    let count = equals.len();
    // Two different ones.
    let first = draw(count) % count;
    let second = (first + 1 + draw(count - 1) % (count - 1)) % count;
    let (low, high) = (first.min(second), first.max(second));
    let (one, other) = (load(&equals[low], now_ms), load(&equals[high], now_ms));
    let (at, against, mine, theirs) = if one <= other {
        (low, high, one, other)
    } else {
        (high, low, other, one)
    };
    let against = &equals[against].target;
    let drawn = if count > 2 {
        format!(" (two of {count} drawn)")
    } else {
        String::new()
    };
    let why = if equals[at].first_token.is_none() {
        format!("has not been measured yet and is tried before {against}{drawn}")
    } else {
        format!(
            "is the fastest: about {mine:.0} ms to a first token with what is under way, {against} {theirs:.0} ms{drawn}"
        )
    };
    Picked { at, why }
}

/// Returns what one more request would wait, in milliseconds. One that was never measured is tried with a single
/// request, and then waits for its measurement.
fn load(equal: &Equal, now_ms: u64) -> f64 {
    match &equal.first_token {
        Some(average) => average.value_ms(now_ms) * (f64::from(equal.in_flight) + 1.0),
        None if equal.in_flight == 0 => 0.0,
        None => f64::MAX,
    }
}
