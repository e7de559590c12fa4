//! Why a call takes its route and its model: recorded of real calls, found out for others.

use super::types::RoutePick;
use serde::{Deserialize, Serialize};
use switchboard_engine::call::CallId;
use switchboard_routing::{Complexity, RuleError};
use ts_rs::TS;

pub use switchboard_routing::{Completion, Explained, Facts};

/// How a call came to its route and models. Recorded with the call, without its texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RouteDecision {
    /// What the caller named: `auto`, a route or a model.
    pub asked: String,
    /// `None`: the caller named a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    pub by: RoutedBy,
    /// Why this route, as one clause.
    pub why: String,
    /// The rules that were looked at, in order, up to the one that held.
    #[serde(default)]
    pub rules: Vec<RuleOutcome>,
    /// What the classifier took it for; `None`: it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskGuess>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complexity: Option<Complexity>,
    /// What the decision looked at, without the texts. `None`: nothing was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// Of each step with several options: which was picked.
    #[serde(default)]
    pub picks: Vec<StepPick>,
}

/// What chose the route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RoutedBy {
    /// The caller named a model.
    Model,
    /// The caller named the route.
    Name,
    /// The rule of the route.
    Rule,
    /// The kind of work.
    Task,
    /// How demanding the prompt is.
    Complexity,
    /// Nothing else told.
    Default,
}

/// A rule that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RuleOutcome {
    pub route: String,
    /// The rule in words.
    pub words: String,
    pub held: bool,
}

/// What a prompt was taken for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TaskGuess {
    pub task: String,
    /// From 0 to 1; 1 where a model was asked.
    pub certainty: f64,
    /// Whether it was sure enough to decide by.
    pub sure: bool,
    /// The model that was asked, as `provider/model`; `None`: the classifier of this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub by: Option<String>,
}

/// How one of a step's equals was picked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StepPick {
    /// Counts from 0.
    pub step: u32,
    pub pick: RoutePick,
    /// In the order in which they are tried; of weighted ones only the first is.
    pub options: Vec<OptionPick>,
    /// As one clause.
    pub why: String,
}

/// One of the equals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct OptionPick {
    /// `provider/model`.
    pub model: String,
    /// What it was judged by: a share, a cost, a time, a score; `None`: nothing is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    pub picked: bool,
}

/// A request as far as routing looks at it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct ExplainRequest {
    /// `auto`, a route or a model; empty: `auto`.
    pub model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// What else is known; what the texts tell is filled in. `None`: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// What weighted options stay the same for; `None`: a draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sticky: Option<String>,
}

/// Why a call takes, or took, its model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RouteExplanation {
    /// All of it in one sentence.
    pub sentence: String,
    /// Targets in the order of the plan.
    pub path: Vec<PathStep>,
    /// `None`: the call is older than decisions are recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<RouteDecision>,
}

/// A target on the path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct PathStep {
    /// `provider/model`.
    pub model: String,
    pub simulated: bool,
    pub state: PathState,
    /// Why it was skipped or left; `None`: there is nothing to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Attempts made at it.
    pub attempts: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PathState {
    /// It answered; of a request that was not made: it would be asked first.
    Taken,
    /// It was asked and did not answer.
    Failed,
    /// It could not be asked.
    Skipped,
    /// It was not needed.
    NotReached,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ExplainCall {
    pub call: CallId,
}

/// A rule held against a request.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct TestRule {
    pub rule: String,
    pub request: ExplainRequest,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RuleTest {
    pub holds: bool,
    /// The rule in words; `None`: it is faulty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// The rule as it is best written; `None`: it is faulty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// Every part and what it saw; `None`: it is faulty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explained: Option<Explained>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<RuleError>,
    /// What the request is taken for.
    pub facts: Facts,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CompleteRule {
    pub text: String,
    /// In bytes of UTF-8.
    pub cursor: u32,
}
