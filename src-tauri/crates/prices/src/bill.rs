//! What one request cost, and how that is known.

use crate::money::PicoUsd;
use crate::tariff::Row;
use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// How a cost is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CostSource {
    /// The provider said what it charges.
    Reported,
    /// Reported usage at a known price.
    Computed,
    /// The usage is an estimate, or a discount of the service tier is not known and left out.
    Estimated,
    /// No price is known, so there is no amount.
    Unknown,
}

impl CostSource {
    /// Every source, the surest first.
    pub const ALL: [Self; 4] = [
        Self::Reported,
        Self::Computed,
        Self::Estimated,
        Self::Unknown,
    ];

    /// Returns the name used in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Computed => "computed",
            Self::Estimated => "estimated",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the source of this name, or `None`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }
}

/// What each bucket of the usage cost. The buckets do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Breakdown {
    pub input: PicoUsd,
    pub cache_read: PicoUsd,
    pub cache_write: PicoUsd,
    pub cache_write_1h: PicoUsd,
    pub output: PicoUsd,
    pub reasoning: PicoUsd,
    /// A fee for the request itself.
    pub request: PicoUsd,
}

impl Breakdown {
    /// Returns the sum, or `None` if it does not fit.
    pub fn total(&self) -> Option<PicoUsd> {
        let parts = [
            self.input,
            self.cache_read,
            self.cache_write,
            self.cache_write_1h,
            self.output,
            self.reasoning,
            self.request,
        ];
        let sum: i128 = parts.iter().map(|part| i128::from(part.0)).sum();
        i64::try_from(sum).ok().map(PicoUsd)
    }
}

/// The cost of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bill<'a> {
    pub total: PicoUsd,
    pub breakdown: Breakdown,
    pub cost_source: CostSource,
    /// The price that was applied.
    pub row: &'a Row,
}

/// Why a request has no cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unpriced {
    /// No price is known for that time.
    NoPrice,
    /// The service tier costs more than the standard one, and how much is not known.
    Tier,
    /// Tokens of this kind were used, and their price is not known.
    Bucket(&'static str),
    /// Sound was read or written: it has a price of its own, which the book does not know.
    Audio,
    /// The amount is beyond nine million dollars: the usage cannot be right.
    TooLarge,
}

impl fmt::Display for Unpriced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPrice => f.write_str("no price is known for this model at that time; set one"),
            Self::Tier => f.write_str(
                "no price is known for this service tier; set one, or use the standard tier",
            ),
            Self::Bucket(name) => write!(f, "no price is known for {name} tokens; set one"),
            Self::Audio => f.write_str(
                "sound has a price of its own, which is not known; the provider's bill has it",
            ),
            Self::TooLarge => f.write_str(
                "the cost is too large to be true; the provider's token counts cannot be right",
            ),
        }
    }
}

impl std::error::Error for Unpriced {}
