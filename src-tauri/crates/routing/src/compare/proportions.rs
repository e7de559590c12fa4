//! Two rates.

use super::normal::{Z95, two_sided};
use super::{Aim, Verdict, verdict};

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rate {
    pub hits: u64,
    /// All, the hits among them.
    pub of: u64,
}

/// Compares the second rate with the first.
///
/// The interval is Newcombe's (R. G. Newcombe, Statistics in Medicine 17, 1998, 873-890, method 10), of two Wilson
/// intervals; `p` is of the pooled normal test. A rate with more hits than calls counts as all hits.
pub fn proportions(first: Rate, second: Rate, aim: Aim) -> Verdict {
    let counts = (first.of, second.of);
    let (Some(one), Some(two)) = (wilson(first), wilson(second)) else {
        return verdict(0.0, None, None, counts, aim, 0.0);
    };
    let difference = two.rate - one.rate;
    let low = difference - (two.rate - two.low).hypot(one.high - one.rate);
    let high = difference + (two.high - two.rate).hypot(one.rate - one.low);
    let (n1, n2) = (first.of as f64, second.of as f64);
    let pooled = (one.rate * n1 + two.rate * n2) / (n1 + n2);
    let error = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
    // All hits or none on both sides: no difference at all.
    let p = if error > 0.0 {
        two_sided(difference / error)
    } else {
        1.0
    };
    let variances = one.rate * (1.0 - one.rate) + two.rate * (1.0 - two.rate);
    verdict(
        difference,
        Some((low, high)),
        Some(p),
        counts,
        aim,
        variances,
    )
}

struct Wilson {
    rate: f64,
    low: f64,
    high: f64,
}

/// Returns Wilson's interval without continuity correction (E. B. Wilson, JASA 22, 1927, 209-212).
fn wilson(rate: Rate) -> Option<Wilson> {
    if rate.of == 0 {
        return None;
    }
    let n = rate.of as f64;
    let p = rate.hits.min(rate.of) as f64 / n;
    let squared = Z95 * Z95;
    let middle = (p + squared / (2.0 * n)) / (1.0 + squared / n);
    let half = Z95 / (1.0 + squared / n) * (p * (1.0 - p) / n + squared / (4.0 * n * n)).sqrt();
    Some(Wilson {
        rate: p,
        low: (middle - half).clamp(0.0, p),
        high: (middle + half).clamp(p, 1.0),
    })
}
