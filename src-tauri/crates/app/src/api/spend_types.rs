//! What the Costs screen, the meter in the title bar and `switchboard-cli spend` ask and show.
//!
//! Money is in integer pico-dollars (10^-12 USD). Times are RFC 3339 with milliseconds in UTC; days and hours are
//! those of the zone the report names. Simulated calls are never in the same sums as others.

use serde::{Deserialize, Serialize};
use switchboard_engine::price::PicoUsd;
use ts_rs::TS;

/// What a report is to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SpendQuery {
    pub range: SpendRange,
    pub by: SpendBy,
    #[serde(default)]
    pub view: SpendView,
    #[serde(default)]
    pub filter: SpendFilter,
    /// `provider/model` with which the routed calls are compared; `None`: the tile "saved" is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// Only simulated calls, instead of only real ones.
    #[serde(default)]
    pub simulated: bool,
    /// The chart's size; `None`: no chart is drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<SpendChartSize>,
}

/// Which time a report covers. Ranges that end now end at the end of the running quarter of an hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SpendRange {
    Today,
    /// This hour and the 23 before.
    #[serde(rename = "last_24h")]
    Last24h,
    /// Today and the 6 days before.
    #[serde(rename = "last_7d")]
    Last7d,
    /// Today and the 29 days before.
    #[serde(rename = "last_30d")]
    Last30d,
    MonthToDate,
    /// At most 400 days. Both are a date (`2026-11-01`, `to` inclusive) or an RFC 3339 time, taken down to the
    /// quarter of an hour.
    Custom {
        from: String,
        to: String,
    },
}

/// What a series and a row of the table stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SpendBy {
    /// `provider/model`. A call counts at the model that answered, or was tried last; what it used and cost counts
    /// attempt by attempt, each at the model that was asked in it.
    Model,
    /// As `Model`.
    Provider,
    Route,
    Project,
    /// `window`, `cli`, `gateway`, or `gateway: NAME` of a gateway key.
    Caller,
    Prompt,
    /// A call with two tags counts in both rows, once in the totals.
    Tag,
}

/// What the chart shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SpendView {
    #[default]
    Spend,
    Latency,
    Errors,
}

/// Only calls that are all of these. An empty text means calls without one (no route, no project, no tag).
///
/// Of a model (or provider): the calls that it answered, and what its attempts used and cost, also in calls that another
/// model answered. So the rows of any kind, narrowed to one model, add up to that model's own row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct SpendFilter {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// A chart's size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SpendChartSize {
    /// 300 to 4,000.
    pub width: u32,
    /// 150 to 4,000.
    pub height: u32,
}

/// All that the Costs screen shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SpendReport {
    pub from: String,
    /// Exclusive.
    pub to: String,
    /// Name of the zone whose days these are, for example `Europe/Berlin`.
    pub zone: String,
    /// What a bucket is: hours if the range is at most 48 hours long.
    pub unit: SpendUnit,
    pub buckets: Vec<SpendBucket>,
    pub tiles: SpendTiles,
    /// By spend, the largest first (by calls where nothing was spent): at most six and `Other`.
    pub series: Vec<SpendSeries>,
    /// Every value, by spend, the largest first; at most 1,000, the rest in `rows_left_out`.
    pub rows: Vec<SpendRow>,
    pub rows_left_out: u32,
    /// Of all calls of the range, each counted once.
    pub totals: SpendRow,
    /// Projects that calls of the range have, by name: what the filter can be set to.
    pub projects: Vec<String>,
    /// Simulated calls in the range, which are not in this report (or, if asked for, the only ones in it).
    pub simulated_calls: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<SpendChart>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SpendUnit {
    Hour,
    Day,
}

/// One bar's time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SpendBucket {
    pub from: String,
    /// Exclusive.
    pub to: String,
    /// `14:00` or `25 Nov`; the hour that a clock change repeats has its offset too.
    pub label: String,
    /// The range ends or begins within this bucket, or it is not over yet.
    pub partial: bool,
}

/// The figures above the chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SpendTiles {
    pub spend: PicoUsd,
    pub previous: SpendPrevious,
    pub calls: u64,
    pub failed: u64,
    pub rescued: SpendRescued,
    /// Calls whose cost is not known; they are not in `spend`.
    pub unpriced: u64,
    /// Part of `spend` that comes from counts or prices that we estimated, 0 to 1.
    pub estimated_share: f64,
    pub input_tokens: u64,
    pub cached_tokens: u64,
    pub output_tokens: u64,
    /// `None`: see `no_forecast`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast: Option<SpendForecast>,
    /// Why there is no forecast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_forecast: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved: Option<SpendSaved>,
    /// Why there is no figure of what was saved, if a baseline was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_saved: Option<String>,
}

/// The period of the same length before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SpendPrevious {
    pub from: String,
    pub to: String,
    /// For example `previous 7 days`.
    pub label: String,
    pub spend: PicoUsd,
    pub calls: u64,
    pub failed: u64,
    pub rescued: u64,
}

/// Calls that answered although an attempt of theirs had failed; each is counted under one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct SpendRescued {
    /// By the same target, asked again.
    pub retry: u64,
    /// By another target.
    pub fallback: u64,
    /// By carrying a cut answer on.
    pub continuation: u64,
}

/// What will have been spent at the end of the window, if the rest of it goes like the days before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SpendForecast {
    /// The window: `November`, or `today`.
    pub label: String,
    pub from: String,
    pub to: String,
    /// What is spent already in the window.
    pub so_far: PicoUsd,
    /// In 8 of 10 resampled futures the window ends between these two.
    pub low: PicoUsd,
    pub high: PicoUsd,
    pub middle: PicoUsd,
    /// Whole days of history that it rests on.
    pub days: u32,
}

/// What the routed calls would have cost at the baseline's prices, less what they did cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SpendSaved {
    /// `provider/model`.
    pub baseline: String,
    /// Negative if routing cost more.
    pub amount: PicoUsd,
    pub baseline_cost: PicoUsd,
    pub actual_cost: PicoUsd,
    /// Routed calls with a known cost: those that are compared.
    pub calls: u64,
    /// What the figure assumes, as a sentence.
    pub assumption: String,
    pub quality: SpendQuality,
}

/// Saving says nothing without quality: both sides' figures over the same range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SpendQuality {
    pub routed: SpendQualityFigures,
    pub baseline: SpendQualityFigures,
    /// For example `0.9 % failed, baseline 1.4 %; no votes`, or `no quality data`.
    pub summary: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct SpendQualityFigures {
    pub calls: u64,
    pub failed: u64,
    pub rated_good: u64,
    pub rated_bad: u64,
}

/// A colour of the chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SpendSeries {
    /// As in [`SpendRow::key`]; empty for `Other` too.
    pub key: String,
    pub label: String,
    /// Whether it is all that the others are not.
    pub other: bool,
    /// One a bucket.
    pub values: Vec<SpendPoint>,
}

/// What a series has in a bucket.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SpendPoint {
    pub spend: PicoUsd,
    pub calls: u64,
    pub failed: u64,
    pub unpriced: u64,
    /// Whether a part of `spend` is estimated.
    pub estimated: bool,
    /// In milliseconds, within 2.5 %; only in the view `latency`, `None` without an answered call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_p50_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_p95_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_p50_ms: Option<u64>,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SpendRow {
    /// What the filter takes: a model as `provider/model`, a prompt's id, else the name; empty: without one.
    pub key: String,
    pub label: String,
    /// Ended calls: answered, failed, stopped and interrupted.
    pub calls: u64,
    pub failed: u64,
    pub cancelled: u64,
    pub interrupted: u64,
    /// Of `failed` and `interrupted` together, 0 to 1.
    pub error_share: f64,
    pub rescued: SpendRescued,
    pub retries: u64,
    /// Not from a cache.
    pub input_tokens: u64,
    /// Read from a cache or written to one.
    pub cached_tokens: u64,
    /// Shown text and reasoning.
    pub output_tokens: u64,
    pub spend: PicoUsd,
    /// Of the report's whole spend, 0 to 1.
    pub share: f64,
    pub unpriced: u64,
    /// Part of `spend` that is estimated.
    pub estimated: PicoUsd,
    /// Of answered calls, in milliseconds, within 2.5 %; `None` without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_p50_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_p95_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_p50_ms: Option<u64>,
}

/// A drawn chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SpendChart {
    /// Follows the page's theme.
    pub svg: String,
    /// Where each bar is and what it says, as JSON: for hover and keyboard.
    pub sidecar: String,
}

/// What was spent today, for the title bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SpendToday {
    pub spend: PicoUsd,
    pub calls: u64,
    pub failed: u64,
    pub unpriced: u64,
    pub estimated_share: f64,
    /// When the day began.
    pub from: String,
    /// When the next begins.
    pub to: String,
    pub zone: String,
}

/// The sums were made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SpendRebuilt {
    /// Ended calls that they hold.
    pub calls: u64,
}

/// Asks for a report as a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ExportSpend {
    pub query: SpendQuery,
    pub format: SpendFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SpendFormat {
    /// The table.
    Csv,
    /// The whole report.
    Json,
    /// The chart.
    Svg,
}

/// A file to be saved by `save_text`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SpendFile {
    pub suggested_name: String,
    pub text: String,
}
