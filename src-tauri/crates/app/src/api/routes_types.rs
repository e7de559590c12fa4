//! What is shown about routes.

use serde::{Deserialize, Serialize};
use switchboard_engine::plan::{Recovery, Tier};
use ts_rs::TS;

/// A named chain of targets that a call can name in place of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Route {
    /// What a call names; `sim:` and this name runs it on simulated twins of its targets.
    pub name: String,
    /// One line on what it is for.
    pub about: String,
    pub source: RouteSource,
    /// Tried in order.
    pub targets: Vec<RouteTarget>,
    pub lists: RouteLists,
    pub settings: RouteSettings,
}

/// Where a route comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum RouteSource {
    #[serde(rename = "built-in")]
    BuiltIn,
    /// The configuration file; it may stand in for a built-in route of the same name.
    #[serde(rename = "config")]
    Config,
}

/// One target of a route, and whether a call could be sent to it now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RouteTarget {
    pub model: String,
    /// Provider id; of a built-in route whose provider is not configured, the preset's.
    pub provider: String,
    pub provider_label: String,
    pub local: bool,
    pub ready: bool,
    /// Why it would be passed over; `None`: it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// Preset with which its provider can be added; `None`: the provider is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
}

/// Targets for failures that the general order does not help with. Empty: see each.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct RouteLists {
    /// Empty: the general order, only to larger windows.
    pub context_too_long: Vec<RouteTarget>,
    /// Empty: filtered content is sent to nobody else.
    pub content_filter: Vec<RouteTarget>,
    /// For a refused key; empty: the call stops.
    pub auth: Vec<RouteTarget>,
}

/// What a route sets beside its targets. `None`: as the program's settings have it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct RouteSettings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<RouteTask>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// For the whole call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// Most tokens of an answer where the call does not say; models that think get room for that besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// When a second request goes out beside one that is slow to begin; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hedge_after_ms: Option<u64>,
    /// The answer when no target answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_text: Option<String>,
}

/// What kind of work a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RouteTask {
    Classification,
    Summarization,
    CodeGeneration,
    ComplexReasoning,
    Translation,
    DataExtraction,
}
