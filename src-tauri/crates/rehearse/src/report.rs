//! What a rehearsal found. The same seed gives the same report, byte for byte: no clock of the machine, no
//! order that chance decides.

use crate::load::Load;
use serde::{Deserialize, Serialize};
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::Tier;
use switchboard_engine::price::{PicoUsd, TokenPrice};
use ts_rs::TS;

/// A whole rehearsal: one route, or two on the same calls and the same chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RehearsalReport {
    pub calls: u32,
    pub seed: u32,
    /// Over how long the calls are spread.
    pub span_ms: u64,
    pub load: Load,
    /// Calls of the history whose shapes the rehearsed ones have; 0: all calls have one made-up shape.
    #[serde(default)]
    pub shapes: u32,
    /// In the order given.
    pub faults: Vec<FaultWindow>,
    pub result: RouteResult,
    /// The other route; `None`: none was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<RouteResult>,
    /// From `result` to `compared`, a row a figure; empty without a comparison.
    pub differences: Vec<Difference>,
}

/// A fault as it was understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct FaultWindow {
    /// In the grammar, with everything that was left out filled in.
    pub text: String,
    pub provider: String,
    /// `None`: all models of the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The kind's word: `outage`, `errors`, …
    pub kind: String,
    /// One sentence for people.
    pub means: String,
    pub from_ms: u64,
    /// `None`: to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_ms: Option<u64>,
}

/// One route's part of a rehearsal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RouteResult {
    /// As it was asked for.
    pub route: String,
    pub targets: Vec<RehearsedTarget>,
    pub calls: u32,
    /// `first_try`, the three rescues and `fallback_text` together.
    pub answered: u32,
    /// By the first attempt of the call.
    pub first_try: u32,
    /// By the first target, after a failed attempt.
    pub rescued_by_retry: u32,
    /// By another target than the first.
    pub rescued_by_fallback: u32,
    /// A broken answer that was carried on.
    pub rescued_by_continuation: u32,
    /// No target answered; the caller got the route's fallback text.
    pub fallback_text: u32,
    pub failed: u32,
    /// Most frequent first.
    pub failures: Vec<FailureCount>,
    /// From a call's start to the end of its answer; `None`: nothing was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Spread>,
    /// From a call's start to its first token; `None`: nothing was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token: Option<Spread>,
    pub cost: CostRange,
    pub attempts: AttemptCount,
    /// In the order in which the route names them.
    pub providers: Vec<ProviderLoad>,
    /// By target, then time. Closed breakers are not listed.
    pub breakers: Vec<BreakerSpan>,
    /// Answers over time, for the chart.
    pub timeline: Timeline,
    /// When the last call ended, counted from the first one's earliest start.
    pub ended_ms: u64,
}

/// A target and how it is assumed to behave when nothing is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RehearsedTarget {
    pub target: TargetInfo,
    pub provider_label: String,
    pub tier: Tier,
    /// `None`: no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<TokenPrice>,
    /// Whether it is tried in general; if not, only for causes that the route lists it for.
    pub general: bool,
    pub behaviour: Behaviour,
}

/// How a target behaves when nothing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct Behaviour {
    /// First token: median and 95th percentile of a lognormal distribution.
    pub first_token_p50_ms: u32,
    pub first_token_p95_ms: u32,
    pub tokens_per_second: f64,
    /// Length of an answer: median and 95th percentile of a lognormal distribution, in tokens.
    pub output_p50_tokens: u32,
    pub output_p95_tokens: u32,
    /// Share of requests that fail with HTTP 500 on an ordinary day, 0 to 1.
    pub error_rate: f64,
}

/// Calls that failed in one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FailureCount {
    /// The first cause.
    pub kind: ErrorKind,
    pub calls: u32,
    /// The first few, with what happened to each.
    pub examples: Vec<ExampleCall>,
}

/// One call of a rehearsal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ExampleCall {
    /// Counted from 1, in the order in which the calls began.
    pub call: u32,
    pub began_ms: u64,
    /// At the call's end, counted from its start.
    pub elapsed_ms: u64,
    pub trail: Vec<TrailStep>,
}

/// One thing that happened to a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TrailStep {
    /// Counted from the call's start.
    pub at_ms: u64,
    pub text: String,
}

/// Percentiles in milliseconds: of n sorted values, that at rank ⌈p·n⌉.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Spread {
    pub p50_ms: u64,
    pub p90_ms: u64,
    pub p95_ms: u64,
    pub p99_ms: u64,
    pub max_ms: u64,
}

/// What the calls would have cost, failed attempts included. Amounts are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct CostRange {
    /// Of all calls whose price is known.
    pub total: PicoUsd,
    /// Of a call; `None`: no call has a known price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p5: Option<PicoUsd>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50: Option<PicoUsd>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95: Option<PicoUsd>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<PicoUsd>,
    /// Of `total`, what was spent on attempts that did not answer.
    pub wasted: PicoUsd,
    /// Calls with an attempt that cost something, but nobody knows what.
    pub unpriced_calls: u32,
}

/// How often calls were tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AttemptCount {
    pub total: u64,
    pub per_call: f64,
    /// How many calls had 0, 1, 2, … attempts.
    pub histogram: Vec<u32>,
}

/// What reached one provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ProviderLoad {
    pub provider: String,
    /// Calls that sent it at least one request.
    pub calls: u32,
    pub requests: u64,
    /// Requests a call; 1: nothing was repeated.
    pub amplification: f64,
    /// Most requests within one second of the rehearsal's clock.
    pub peak_requests_per_second: u32,
}

/// A time in which a target's breaker was not closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct BreakerSpan {
    pub target: TargetInfo,
    pub state: BreakerState,
    pub from_ms: u64,
    /// `None`: until the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_ms: Option<u64>,
    /// The kind of failure that led to it, in words; empty if none is known.
    pub why: String,
}

/// How a breaker that is not closed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// Left alone for a while.
    Open,
    /// Being tried with one request at a time.
    HalfOpen,
    /// Left alone until somebody mends it (key, account, configuration).
    Down,
}

/// Calls over time, in equal steps, by when they ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Timeline {
    /// A minute, or more so that there are at most 240 steps; less for spans under ten minutes.
    pub step_ms: u64,
    /// One a target that answered anything, in the order of the route; then the fallback text, if any.
    pub series: Vec<Series>,
    pub failed: Vec<u32>,
}

/// Calls that one target answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Series {
    /// `provider/model`, or `fallback text`.
    pub label: String,
    /// A step each.
    pub calls: Vec<u32>,
}

/// One figure of two routes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Difference {
    /// For people, for example `first token p95`.
    pub figure: String,
    pub unit: Unit,
    /// `None` where there is no such figure.
    pub from: Option<f64>,
    pub to: Option<f64>,
    /// Whether the change is for the better; `None`: it is neither, or there is none.
    pub better: Option<bool>,
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Calls,
    /// Times a call, such as attempts.
    PerCall,
    Milliseconds,
    PicoUsd,
}
