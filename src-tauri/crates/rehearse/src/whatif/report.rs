//! What a replay found. The same history and seed give the same report, byte for byte.

use serde::{Deserialize, Serialize};
use switchboard_engine::event::TargetInfo;
use switchboard_routing::compare::Says;
use ts_rs::TS;

/// Past calls, what happened to them, and what would have happened on a route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct WhatIfReport {
    pub route: String,
    pub seed: u32,
    /// Replayed.
    pub calls: u32,
    /// When the first of them was made; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number")]
    pub from_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(type = "number")]
    pub to_ms: Option<i64>,
    /// Calls of the time that are not replayed, and why.
    pub left_out: Vec<LeftOut>,
    pub has_active: bool,
    pub has_draft: bool,
    /// The result in a few sentences. One that tells of a saving tells of quality too.
    pub summary: Vec<String>,
    pub rows: Vec<WhatIfRow>,
    /// Models that were asked, or would be: most calls of what happened first.
    pub targets: Vec<WhatIfTarget>,
    pub quality: WhatIfQuality,
    /// What the data do not bear, and what is assumed.
    pub notes: Vec<String>,
}

/// Calls that are not replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LeftOut {
    /// A clause without a subject: `were cancelled`.
    pub why: String,
    pub calls: u32,
}

/// One figure, as it happened and as it would have been.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct WhatIfRow {
    pub measure: WhatIfMeasure,
    pub happened: WhatIfFigure,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<WhatIfFigure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<WhatIfFigure>,
    /// The active route against what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_change: Option<WhatIfChange>,
    /// The draft against what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft_change: Option<WhatIfChange>,
    /// The draft against the active route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<WhatIfChange>,
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WhatIfMeasure {
    /// Pico-USD of all calls whose cost is known on every side.
    Cost,
    /// Milliseconds from a call's start to the end of its answer, of answered calls.
    LatencyP50,
    LatencyP90,
    /// Milliseconds from a call's start to its first token, of answered calls.
    FirstTokenP50,
    FirstTokenP90,
    /// Share of calls, 0 to 1.
    Failed,
    /// Share of calls that a retry or another target saved, 0 to 1.
    Rescued,
    /// Share of calls that got the route's fallback text, 0 to 1.
    FallbackText,
    /// Attempts a call.
    Attempts,
}

/// A figure with its 95 % interval. `None`: there is nothing to tell it from.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct WhatIfFigure {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

/// A difference with its 95 % interval, of the same calls on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct WhatIfChange {
    /// Below 0: less than before.
    pub by: f64,
    pub low: f64,
    pub high: f64,
    pub says: Says,
}

/// A model, how many calls it has on each side, and what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct WhatIfTarget {
    pub target: TargetInfo,
    /// Shares of all calls, 0 to 1.
    pub happened: WhatIfFigure,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<WhatIfFigure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<WhatIfFigure>,
    /// Attempts of the time looked at that tell of it.
    pub measured: u32,
    /// How many of them failed.
    pub failed: u32,
    pub basis: WhatIfBasis,
    /// Median to the first token that replays draw from, in milliseconds; `None`: no route asks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_p50_ms: Option<u32>,
    /// Ratings and blind votes won, and all of them.
    pub votes: (u32, u32),
    /// Answers that kept their schema, and all that had one.
    pub schema: (u32, u32),
}

/// What a target's times and failures rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WhatIfBasis {
    /// On its own calls.
    Measured,
    /// On few calls of its own: too few to tell its distribution, used as they are.
    TooFew,
    /// On what models of its tier usually take: it was never called.
    Assumed,
}

/// The other half of a saving: how the models did that calls would move between.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct WhatIfQuality {
    /// Models that would get fewer calls than they had, and more.
    pub from: Vec<String>,
    pub to: Vec<String>,
    /// One clause each: votes, schemas, failures of attempts.
    pub words: Vec<String>,
    /// Whether anything at all was recorded of the quality on both sides.
    pub known: bool,
}
