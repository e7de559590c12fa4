//! How demanding a prompt is, as one of three tiers.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The tier of models that a prompt needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Complexity {
    /// One short step.
    Simple,
    /// Ordinary work.
    Standard,
    /// Several steps that depend on each other.
    Complex,
}

impl Complexity {
    /// Every tier, from the least demanding.
    pub const ALL: [Self; 3] = [Self::Simple, Self::Standard, Self::Complex];

    /// Returns the name used in rules and configuration files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Standard => "standard",
            Self::Complex => "complex",
        }
    }
}
