//! Routes as they are edited: whole forms, what is wrong with them, and what they would cost.

use super::types::{Diff, RouteSource, RouteTask};
use serde::{Deserialize, Serialize};
use switchboard_engine::admit::Circuit;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::plan::{Recovery, Tier};
use switchboard_engine::price::PicoUsd;
use ts_rs::TS;

/// A route's whole form. What is `None` or empty is not written in the file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct RouteDraft {
    /// 1 to 40 lower-case letters, digits, hyphens and underscores.
    pub name: String,
    /// One line on what it is for.
    pub about: String,
    /// When a call that names no route comes here; `None`: only by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Among rules that fit, the route of the highest priority is taken. 0 to 1000.
    pub priority: u32,
    /// Tried in order.
    pub steps: Vec<StepDraft>,
    pub lists: ListsDraft,
    /// Causes after which the next target is tried, though they end a call in general.
    pub fall_back_on: Vec<ErrorKind>,
    /// Causes that end the call at once.
    pub stop_on: Vec<ErrorKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// For the whole call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// Most tokens of an answer where the call does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// When a second request goes out beside one that is slow to begin; `None`: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hedge_after_ms: Option<u64>,
    /// The answer when no target answers; `None`: the call fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<RouteTask>,
}

/// One step of a route's form. `None`: as the settings or the model's tier have it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(optional_fields)]
pub struct StepDraft {
    /// Equals, of which one is picked for a call.
    pub options: Vec<OptionDraft>,
    pub pick: RoutePick,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_ms: Option<u64>,
    /// One attempt as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_ms: Option<u64>,
    /// 0 to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    /// Input and output together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u32>,
    /// Requests under way at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
}

/// One of a step's equals.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OptionDraft {
    /// `provider/model`, or `local` for a model on this machine.
    pub model: String,
    /// Its share is this over the sum of the step's weights; counts only where `pick` is `weighted`.
    #[serde(default = "one")]
    pub weight: u32,
}

fn one() -> u32 {
    1
}

/// How one of a step's equals is picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RoutePick {
    /// By weight, the same one for the same caller. The others are not tried.
    #[default]
    Weighted,
    /// What the request costs least at; the others follow by cost.
    Cheapest,
    /// What begins to answer soonest; the others follow.
    Fastest,
    /// What users voted for and what fits its schema; the others follow.
    Best,
}

/// Targets for single causes, as `provider/model` or `local`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct ListsDraft {
    /// Empty: the general order, only to larger windows.
    pub context_too_long: Vec<String>,
    /// Empty: filtered content is sent to nobody else.
    pub content_filter: Vec<String>,
    /// For a refused key; empty: the call stops.
    pub auth: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RouteName {
    pub name: String,
}

/// A route with its form, as it is active.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RouteForm {
    pub draft: RouteDraft,
    pub source: RouteSource,
    /// Whether a built-in route of this name stands behind it: removing it brings that one back.
    pub replaces_built_in: bool,
    pub check: RouteCheck,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct CheckRoute {
    pub draft: RouteDraft,
    /// The name under which the route is active now; `None`: it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
}

/// What is to be said about a form as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RouteCheck {
    /// In the order of the form.
    pub problems: Vec<RouteProblem>,
    /// Of each step, of each of its options, in order.
    pub options: Vec<Vec<OptionState>>,
    /// The rule in words; `None`: there is none, or it is faulty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_words: Option<String>,
    /// At most, whatever happens. `None`: there is nothing to estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<RouteEstimate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typical: Option<RouteEstimate>,
}

/// Something wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RouteProblem {
    /// Path in the form: `steps[0].options[1].model`, `lists.auth[0]`, `when`, `name`; empty: all of it.
    pub field: String,
    /// One clause, lower case.
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Whether it keeps the form from being activated.
    pub blocking: bool,
}

/// One option of a step: whether a call could be sent to it now, and what holds there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct OptionState {
    pub model: String,
    /// Provider id; of a provider that is not configured, the preset's.
    pub provider: String,
    pub provider_label: String,
    pub local: bool,
    pub ready: bool,
    /// Why it would be passed over; `None`: it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// `None`: it was not used lately.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circuit: Option<Circuit>,
    /// How long it asked to be left alone for; `None`: it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cooling_ms: Option<u64>,
    /// USD per token; `None`: no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_price: Option<PicoUsd>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_price: Option<PicoUsd>,
    /// Tokens; `None`: unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u64>,
    /// The clocks that hold, the step's own among them.
    pub first_token_ms: u64,
    pub idle_ms: u64,
    pub total_ms: u64,
    pub retries: u32,
    /// `None`: not limited by the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u32>,
    /// Median of recent first-token times; `None`: too few are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_p50_ms: Option<u64>,
}

/// What a call of a route costs and takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RouteEstimate {
    /// `None`: the price of one of its models is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<PicoUsd>,
    /// `None`: nothing is known to judge by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed_ms: Option<u64>,
    /// What it rests on, in one clause.
    pub rests_on: String,
}

/// Changes to routes that are made together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct RouteEdits {
    pub drafts: Vec<RouteEdit>,
    /// Names of routes that are taken out of the file.
    #[serde(default)]
    pub remove: Vec<String>,
}

/// One route's new form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RouteEdit {
    /// The name under which it is active now; `None`: it is new. A built-in route's own name is both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    pub draft: RouteDraft,
}

/// What changes would make of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RouteDiff {
    pub before: String,
    pub after: String,
    /// Line by line.
    pub diff: Diff,
    pub added_lines: u32,
    pub removed_lines: u32,
    /// Routes that get another name, with what names them and gets it too.
    pub renamed: Vec<RenamedRoute>,
}

/// A route that gets another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RenamedRoute {
    pub from: String,
    pub to: String,
    /// Titles of prompts whose columns name it.
    pub prompts: Vec<String>,
    /// Budgets that count its calls or fall back to it.
    pub budgets: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RenameRoute {
    pub name: String,
    pub to: String,
}
