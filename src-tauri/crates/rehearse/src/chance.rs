//! Seeded chance: every draw depends on the seed and on what it is for, never on the order of events.

use fastrand::Rng;

/// What a source of chance is for. Two routes rehearsed on one seed meet the same luck.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// When calls begin.
    Arrivals,
    /// A call's own jitter.
    Call(u32),
    /// Which of several equals a call takes.
    Pick(u32),
    /// Which call of the history a call is like.
    Shape(u32),
    /// How a target meets the `nth` request that one call sends it.
    Request {
        call: u32,
        target: &'a str,
        nth: u32,
    },
    /// What a target writes to one call; of each `take` another text.
    Words {
        call: u32,
        target: &'a str,
        take: u32,
    },
}

/// Returns the source for a purpose.
pub(crate) fn source(seed: u32, purpose: Purpose<'_>) -> Rng {
    let mut hash = Fnv::new();
    hash.write(&seed.to_le_bytes());
    match purpose {
        Purpose::Arrivals => hash.write(&[1]),
        Purpose::Call(call) => {
            hash.write(&[2]);
            hash.write(&call.to_le_bytes());
        }
        Purpose::Shape(call) => {
            hash.write(&[5]);
            hash.write(&call.to_le_bytes());
        }
        Purpose::Pick(call) => {
            hash.write(&[4]);
            hash.write(&call.to_le_bytes());
        }
        Purpose::Request { call, target, nth } => {
            hash.write(&[3]);
            hash.write(&call.to_le_bytes());
            hash.write(&nth.to_le_bytes());
            hash.write(target.as_bytes());
        }
        Purpose::Words { call, target, take } => {
            hash.write(&[9]);
            hash.write(&call.to_le_bytes());
            hash.write(&take.to_le_bytes());
            hash.write(target.as_bytes());
        }
    }
    Rng::with_seed(hash.0)
}

/// FNV-1a: the same on every machine and in every version of the standard library.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// 95th percentile of the standard normal distribution.
const Z95: f64 = 1.644_853_626_951;

/// Draws from the lognormal distribution with this median and 95th percentile, at most 4 times the 95th
/// percentile.
pub(crate) fn lognormal(rng: &mut Rng, p50: f64, p95: f64) -> f64 {
    let normal = normal(rng);
    if p50 <= 0.0 {
        return 0.0;
    }
    let sigma = (p95 / p50).max(1.0).ln() / Z95;
    (p50 * (sigma * normal).exp()).min(p95 * 4.0)
}

/// Draws from the standard normal distribution (Box and Muller).
fn normal(rng: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.f64()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_median_and_the_percentile_asked_for() {
        let mut rng = source(1, Purpose::Arrivals);
        let mut draws: Vec<f64> = (0..20_000)
            .map(|_| lognormal(&mut rng, 600.0, 1800.0))
            .collect();
        draws.sort_by(f64::total_cmp);
        assert!((draws[10_000] / 600.0 - 1.0).abs() < 0.05);
        assert!((draws[19_000] / 1800.0 - 1.0).abs() < 0.05);
    }

    #[test]
    fn what_a_request_meets_depends_on_what_it_is_and_not_on_when_it_is_drawn() {
        let request = |call, target, nth| source(7, Purpose::Request { call, target, nth }).u64(..);
        assert_eq!(request(3, "a/b", 0), request(3, "a/b", 0));
        assert_ne!(request(3, "a/b", 0), request(3, "a/b", 1));
        assert_ne!(request(3, "a/b", 0), request(4, "a/b", 0));
        assert_ne!(request(3, "a/b", 0), request(3, "a/c", 0));
    }
}
