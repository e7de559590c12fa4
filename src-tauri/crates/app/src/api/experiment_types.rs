//! What the variants of a route did, and whether the data can tell them apart.

use serde::{Deserialize, Serialize};
use switchboard_routing::compare::Verdict;
use ts_rs::TS;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct AskExperiment {
    pub route: String,
    /// How far back, in days; `None`: 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

/// A route's variants side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Experiment {
    pub route: String,
    pub days: u32,
    /// Fewest calls, or ratings, of each side for a verdict.
    pub least: u32,
    /// The one with most calls first: the others are held against it.
    pub variants: Vec<VariantReport>,
}

/// What one variant did. A saving is only worth something beside what it did to quality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct VariantReport {
    /// `provider/model`.
    pub model: String,
    pub simulated: bool,
    pub calls: u32,
    /// Of `calls`: by this variant or a fallback after it.
    pub answered: u32,
    /// Of `calls`: left for another target.
    pub left: u32,
    /// Mean, in USD; `None`: no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// Mean of answered calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed_ms: Option<f64>,
    /// Retries a call, mean.
    pub retries: f64,
    /// Answers that people rated, and those they liked.
    pub rated: u32,
    pub liked: u32,
    /// Against the first variant; empty for the first.
    pub against_first: Vec<Measured>,
}

/// One measure of a variant against the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Measured {
    pub measure: Measure,
    pub verdict: Verdict,
    /// The verdict as one clause.
    pub words: String,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// In USD a call.
    Cost,
    /// In milliseconds a call.
    Latency,
    /// The share of calls that the variant itself answered.
    Answered,
    /// The share of rated answers that people liked.
    Liked,
    /// Retries a call.
    Retries,
}
