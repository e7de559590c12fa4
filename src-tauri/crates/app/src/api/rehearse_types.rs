//! What the rehearsal screen asks and shows. What a rehearsal found is the rehearsal's own types.

use super::route_edit_types::RouteEdit;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use switchboard_rehearse::load::Load;
pub use switchboard_rehearse::report::{
    FaultWindow, RehearsalReport, RehearsedTarget, RouteResult, Timeline,
};

/// Rehearses a route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct StartRehearsal {
    /// A route's name, a model, or several models separated by commas: the first and its fallbacks.
    pub route: String,
    /// A form in place of the active one, for `route` alone: what is compared with it is active. `None`: `route` is
    /// active too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<RouteEdit>,
    /// Rehearsed too, on the same calls and the same chance; `None`: no comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<String>,
    /// Lines of the fault grammar, for example `openai=outage@10m+10m`.
    #[serde(default)]
    pub faults: Vec<String>,
    /// 1 to 200,000.
    pub calls: u32,
    #[serde(default)]
    pub seed: u32,
    /// Over how long the calls are spread: a second to 24 hours, at most 1,000 calls a second on average.
    pub span_ms: u64,
    #[serde(default)]
    pub load: Load,
    /// Calls have the shapes (tokens in and out, attachments, tools, schemas) of the real calls of so many days back,
    /// 1 to 3,660; `None`: all have one made-up shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like_days: Option<u32>,
}

/// The rehearsal that runs, or that ran last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RehearsalProgress {
    /// Counts from 1 in this process; 0: there was none yet.
    pub id: u32,
    pub state: RehearsalState,
    /// Calls that have ended, of both routes where two are compared.
    pub done: u32,
    /// All calls, of both routes where two are compared.
    pub calls: u32,
    /// Why it failed; only with `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How far a rehearsal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RehearsalState {
    /// There was none yet.
    None,
    Running,
    /// Its report can be read.
    Done,
    Stopped,
    Failed,
}

/// Asks how a route would be rehearsed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields)]
pub struct PreviewRehearsal {
    /// As in [`StartRehearsal`].
    pub route: String,
    /// As in [`StartRehearsal`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<RouteEdit>,
}

/// What a rehearsal of a route would run on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RehearsalPreview {
    pub targets: Vec<RehearsedTarget>,
    /// Why these: one short sentence each.
    pub reasons: Vec<String>,
    /// What can stand before the `=` of a fault: the providers, then the models.
    pub fault_targets: Vec<String>,
}

/// Asks what a line of the fault grammar means, as it is being typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ParseFault {
    pub text: String,
}

/// What a line of the fault grammar means; exactly one of the two is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ParsedFault {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultWindow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<FaultProblem>,
}

/// What is wrong with a fault line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FaultProblem {
    /// The part at fault: `target`, `kind`, `arguments`, `start`, `duration`, or an argument's name.
    pub part: String,
    /// One sentence: lower case, no final period.
    pub message: String,
    /// What to write instead.
    pub fix: String,
}

/// Asks for a rehearsal's chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct ChartRehearsal {
    /// Of the compared route instead of the first.
    #[serde(default)]
    pub compared: bool,
    pub dark: bool,
    /// In pixels, 300 to 4,000.
    pub width: u32,
    /// In pixels, 150 to 4,000.
    pub height: u32,
}

/// A chart as an SVG document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RehearsalChart {
    pub svg: String,
}
