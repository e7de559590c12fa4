//! The normal distribution.

use super::student;

/// The 0.975 quantile.
pub(super) const Z95: f64 = 1.959_963_984_540_054;

/// Returns how often a normal variable is at least as far from 0, on either side.
pub(super) fn two_sided(z: f64) -> f64 {
    student::upper_gamma_half(z * z / 2.0)
}
