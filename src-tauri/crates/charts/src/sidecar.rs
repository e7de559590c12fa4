//! What the parts of a chart stand for: for hover, click and keyboard.

use crate::unit::Unit;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the parts of a chart stand for. Coordinates are those of the picture's `viewBox`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ChartSidecar")]
pub struct Sidecar {
    /// Of the `viewBox`.
    pub width: f64,
    /// Of the `viewBox`.
    pub height: f64,
    /// Where values are drawn: from `left`, `top`…
    pub left: f64,
    pub top: f64,
    /// …to `right`, `bottom`: the line of 0.
    pub right: f64,
    pub bottom: f64,
    pub unit: Unit,
    pub series: Vec<ReadSeries>,
    pub buckets: Vec<ReadBucket>,
    /// Of bar charts: every bar that has a height.
    pub bars: Vec<ReadBar>,
}

/// A series of a chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ChartSeries")]
pub struct ReadSeries {
    pub label: String,
    /// The interface's colour without `--`: `series-1`, `series-other`.
    pub colour: String,
    pub dashed: bool,
}

/// A place on the x axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ChartBucket")]
pub struct ReadBucket {
    /// Milliseconds since 1970, inclusive.
    pub from_ms: i64,
    /// Milliseconds since 1970, exclusive.
    pub to_ms: i64,
    /// Its whole name: `Tue 25 Nov 2026`.
    pub name: String,
    /// Its left edge.
    pub x: f64,
    pub width: f64,
    /// By series, in the chart's unit; `None`: nothing was measured.
    pub values: Vec<Option<f64>>,
    /// By series, to be shown.
    pub texts: Vec<String>,
    /// Of bar charts: the sum of the values.
    pub total: Option<f64>,
    /// Of bar charts: the sum, to be shown.
    pub total_text: Option<String>,
    /// Calls whose price is not known.
    pub unpriced: u64,
}

/// A bar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "ChartBar")]
pub struct ReadBar {
    /// Place in `buckets`.
    pub bucket: u32,
    /// Place in `series`.
    pub series: u32,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}
