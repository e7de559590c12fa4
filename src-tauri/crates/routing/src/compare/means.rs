//! Two means.

use super::student::{quantile, two_sided};
use super::{Aim, LEVEL, Verdict, verdict};

/// Figures gathered one by one, without keeping them (Welford's way, so that large figures lose no digits).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sample {
    count: u64,
    mean: f64,
    /// Sum of squared distances from the mean.
    squares: f64,
}

impl Sample {
    /// Gathers figures; those that are no numbers are left out.
    pub fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut sample = Self::default();
        for figure in figures {
            sample.add(figure);
        }
        sample
    }

    /// Takes a sample that was gathered elsewhere; `variance` is the unbiased one (divided by `count - 1`).
    pub fn from_moments(count: u64, mean: f64, variance: f64) -> Self {
        Self {
            count,
            mean,
            squares: variance.max(0.0) * count.saturating_sub(1) as f64,
        }
    }

    /// Adds one figure, unless it is no number.
    pub fn add(&mut self, figure: f64) {
        if !figure.is_finite() {
            return;
        }
        self.count += 1;
        let before = figure - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (figure - self.mean);
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Returns the unbiased variance; `None` of fewer than two figures.
    pub fn variance(&self) -> Option<f64> {
        (self.count >= 2).then(|| self.squares / (self.count - 1) as f64)
    }
}

/// Compares the second mean with the first by Welch's test, which lets the variances differ (B. L. Welch, Biometrika
/// 34, 1947, 28-35).
pub fn means(first: Sample, second: Sample, aim: Aim) -> Verdict {
    let counts = (first.count, second.count);
    let difference = if counts.0 == 0 || counts.1 == 0 {
        0.0
    } else {
        second.mean - first.mean
    };
    let (Some(v1), Some(v2)) = (first.variance(), second.variance()) else {
        return verdict(difference, None, None, counts, aim, 0.0);
    };
    let (e1, e2) = (v1 / first.count as f64, v2 / second.count as f64);
    let error = (e1 + e2).sqrt();
    if !(difference.is_finite() && (e1 + e2).is_finite()) {
        // Figures too large to add up.
        return verdict(0.0, None, None, counts, aim, 0.0);
    }
    if error == 0.0 {
        // Every figure of each side is the same: there is no spread to judge by.
        let p = if difference == 0.0 { 1.0 } else { 0.0 };
        let interval = Some((difference, difference));
        return verdict(difference, interval, Some(p), counts, aim, 0.0);
    }
    // Welch and Satterthwaite's degrees of freedom, by the share of each side so that nothing overflows.
    let share = e1 / (e1 + e2);
    let degrees = 1.0
        / (share * share / (first.count - 1) as f64
            + (1.0 - share) * (1.0 - share) / (second.count - 1) as f64);
    let half = quantile(1.0 - (1.0 - LEVEL) / 2.0, degrees) * error;
    let p = two_sided(difference / error, degrees);
    let interval = Some((difference - half, difference + half));
    verdict(difference, interval, Some(p), counts, aim, v1 + v2)
}
