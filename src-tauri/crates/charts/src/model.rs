//! What a chart is drawn from.

use crate::ink::Colour;
use crate::unit::Unit;

/// The size a chart is laid out for, in CSS pixels: letters have 11 of them. Held to 160–4000 by 100–3000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// A stretch of time: one place on the x axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Milliseconds since 1970, inclusive.
    pub from_ms: i64,
    /// Milliseconds since 1970, exclusive.
    pub to_ms: i64,
    /// On the axis, short: `25`, `14:00`. Empty: none.
    pub label: String,
    /// In readouts, whole: `Tue 25 Nov 2026`.
    pub name: String,
    /// Calls in it whose price is not known: hatched on top of its bar.
    pub unpriced: u64,
}

/// A dashed line across the chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// In the chart's unit.
    pub value: f64,
    pub label: String,
}

/// One series of a bar chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarSeries {
    pub label: String,
    pub colour: Colour,
    /// By bucket, in the chart's unit; missing and negative ones are 0.
    pub values: Vec<i128>,
}

/// Stacked bars over time, the first series at the bottom.
#[derive(Debug, Clone, PartialEq)]
pub struct BarChart {
    /// The picture's accessible name.
    pub title: String,
    pub unit: Unit,
    pub buckets: Vec<Bucket>,
    pub series: Vec<BarSeries>,
    pub levels: Vec<Level>,
    pub size: Size,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct LineSeries {
    pub label: String,
    pub colour: Colour,
    /// Tells apart what the colour does not, for example p95 from p50.
    pub dashed: bool,
    /// By bucket, in the chart's unit; `None` (nothing was measured) leaves a gap.
    pub values: Vec<Option<f64>>,
}

/// Lines over time.
#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    /// The picture's accessible name.
    pub title: String,
    pub unit: Unit,
    pub buckets: Vec<Bucket>,
    pub series: Vec<LineSeries>,
    pub levels: Vec<Level>,
    pub size: Size,
}

/// A chart of either kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    Bars(BarChart),
    Lines(LineChart),
}
