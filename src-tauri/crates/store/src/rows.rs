//! What the store takes and gives. Times are milliseconds since 1970 (UTC) where the name says
//! `_at_ms`, else milliseconds since the call began.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use switchboard_engine::call::{CallId, FinishReason};
use switchboard_engine::error::CallError;
use switchboard_engine::event::{Next, TargetInfo};
use switchboard_engine::price::{CostSource, PicoUsd, ServiceTier};
use switchboard_engine::usage::Usage;

/// What [`crate::Store::open`] found and did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opened {
    /// Calls of programs that are gone, found unfinished and marked interrupted.
    pub interrupted: u32,
    /// The copy made before a migration; `None` if there was nothing to migrate.
    pub backup: Option<PathBuf>,
    /// Whether the file did not exist before.
    pub created: bool,
}

/// A call as it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCall {
    pub id: CallId,
    pub started_at_ms: i64,
    /// Who made it: `window`, `cli` or `gateway`.
    pub caller: String,
    /// Name of the gateway key it was made with; `None`: without one.
    pub caller_key: Option<String>,
    /// The route that chose the targets; `None`: they were named.
    pub route: Option<String>,
    /// Groups the columns of one comparison.
    pub group: Option<String>,
    pub column: Option<String>,
    pub prompt_id: Option<String>,
    pub prompt_version: Option<u32>,
    pub labels: Labels,
    /// The first target.
    pub requested: TargetInfo,
    /// What was asked: the caller's own JSON, given back as it is.
    pub request_json: String,
    /// Why this route and these targets: the caller's own JSON, given back as it is. `None`: there was nothing
    /// to decide.
    pub decision_json: Option<String>,
    /// The variant of an experiment, as `provider/model`; `None`: there was no choice.
    pub variant: Option<String>,
}

/// What the caller says a call is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    pub project: Option<String>,
    pub tags: Vec<String>,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    Running,
    Ok,
    Failed,
    Cancelled,
    /// The program that ran the call ended before the call did.
    Interrupted,
}

impl CallStatus {
    /// Returns the name used in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// Returns the status of that name; a name this version does not know counts as failed.
    pub(crate) fn from_name(name: &str) -> Self {
        match name {
            "running" => Self::Running,
            "ok" => Self::Ok,
            "cancelled" => Self::Cancelled,
            "interrupted" => Self::Interrupted,
            _ => Self::Failed,
        }
    }
}

/// What a person thought of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    Good,
    Bad,
}

/// A call in the list.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRow {
    pub id: CallId,
    pub status: CallStatus,
    pub started_at_ms: i64,
    /// The first target.
    pub requested: TargetInfo,
    /// The target that answered (or was tried last); `None` before the first attempt.
    pub answered: Option<TargetInfo>,
    /// The model that answered, in the provider's words; `None` if it did not say.
    pub response_model: Option<String>,
    /// `None` unless the answer is whole.
    pub finish_reason: Option<FinishReason>,
    pub attempts: u32,
    /// Same target again.
    pub retries: u32,
    /// Changes of target.
    pub fallbacks: u32,
    /// Sum of the waits between attempts.
    pub wait_ms: u64,
    pub first_token_ms: Option<u64>,
    /// `None` while it runs.
    pub elapsed_ms: Option<u64>,
    /// Of the attempt that answered, or of the last one.
    pub usage: Usage,
    /// What its attempts cost together so far; `None`: that of one of them is not known.
    pub cost: Option<PicoUsd>,
    /// How the cost is known; `None`: nothing is charged yet, or it is as old as version 2.
    pub cost_source: Option<CostSource>,
    /// How urgently the last attempt was served; `None`: it is as old as version 2.
    pub service_tier: Option<ServiceTier>,
    /// Whether no target answered and the text is the route's fallback text.
    pub fallback_text: bool,
    /// Whether the answer was carried on after a cut.
    pub continued: bool,
    pub prompt_id: Option<String>,
    /// The prompt's title of now; `None` for loose calls.
    pub prompt_title: Option<String>,
    pub prompt_version: Option<u32>,
    pub group: Option<String>,
    pub column: Option<String>,
    pub caller: String,
    /// Name of the gateway key it was made with; `None`: without one.
    pub caller_key: Option<String>,
    /// The route that chose the targets; `None`: they were named.
    pub route: Option<String>,
    /// What it was for, in its caller's words.
    pub project: Option<String>,
    pub tags: Vec<String>,
    /// The first cause, for calls that did not succeed; without the raw reply in lists.
    pub error: Option<CallError>,
    pub rating: Option<Rating>,
    /// Start of the answer, at most [`EXCERPT_CHARS`] characters on one line.
    pub excerpt: String,
    /// Last event's `seq`; 0 before the first.
    pub seq: u64,
}

/// Longest excerpt, in characters.
pub const EXCERPT_CHARS: usize = 160;

/// A call with everything recorded about it.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRecord {
    pub row: CallRow,
    pub text: String,
    pub reasoning: String,
    pub tool_calls: Vec<ToolCall>,
    pub attempts: Vec<AttemptRow>,
    /// `None` if the call ended before it was planned.
    pub plan: Option<PlanRow>,
    pub request_json: String,
    /// As in [`NewCall`].
    pub decision_json: Option<String>,
}

/// A tool call of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ToolCall {
    pub index: u32,
    pub id: String,
    pub name: String,
    /// JSON text as the model wrote it; not whole while the call runs.
    pub arguments: String,
}

/// What was decided before the first attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanRow {
    pub targets: Vec<TargetInfo>,
    pub reasons: Vec<String>,
    pub deadline_ms: u64,
    /// The route that chose the targets; `None`: they were named.
    #[serde(default)]
    pub route: Option<String>,
    /// Targets that could not be used and were passed over.
    #[serde(default)]
    pub skipped: Vec<SkippedRow>,
}

/// A target that could not be used, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkippedRow {
    pub target: TargetInfo,
    pub error: CallError,
}

/// One attempt of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptRow {
    /// Counts from 1 over the whole call.
    pub attempt: u32,
    pub max_attempts: u32,
    pub target: TargetInfo,
    pub started_ms: u64,
    pub headers_ms: Option<u64>,
    pub first_token_ms: Option<u64>,
    /// `None` while it runs.
    pub ended_ms: Option<u64>,
    /// HTTP status; `None` before headers.
    pub status: Option<u16>,
    /// The provider's, for its support desk.
    pub request_id: Option<String>,
    pub error: Option<CallError>,
    /// What was done after it failed; `None` if it did not fail.
    pub next: Option<Next>,
    pub usage: Usage,
    /// What it cost; `None`: not known, or it runs.
    pub cost: Option<PicoUsd>,
    /// How the cost is known; `None`: it runs, or it is as old as version 2.
    pub cost_source: Option<CostSource>,
    /// Text this attempt had shown before it was discarded; empty if none.
    pub discarded: String,
    /// Reasoning this attempt had shown before it was discarded; empty if none.
    pub discarded_reasoning: String,
}

impl AttemptRow {
    /// Returns the wait after this attempt before the next; 0 if none.
    pub fn wait_ms(&self) -> u64 {
        match &self.next {
            Some(Next::Retry { after_ms }) => *after_ms,
            Some(Next::Fallback { .. } | Next::Continue { .. } | Next::Stop { .. }) | None => 0,
        }
    }
}

/// Which calls to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFilter {
    /// Words that must all occur in model, prompt title, answer or error; empty for all calls. The
    /// last word may be the beginning of one. Nothing in it is special.
    pub search: String,
    /// Only calls older than this one.
    pub before: Option<CallId>,
    /// Only calls begun at this time or later; milliseconds since 1970.
    pub from_ms: Option<i64>,
    /// Only calls begun before this time; milliseconds since 1970.
    pub to_ms: Option<i64>,
    pub only: CallsOf,
    /// At most this many, 1 to 500 (held to that range).
    pub limit: u32,
}

/// Only calls that are all of these. An empty text means calls without one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallsOf {
    /// The model that answered, or was asked where none did, as `provider/model`; or that an attempt was charged for
    /// before another answered.
    pub model: Option<String>,
    pub provider: Option<String>,
    pub route: Option<String>,
    pub project: Option<String>,
    /// `window`, `cli`, `gateway`, or `gateway: NAME` of a gateway key.
    pub caller: Option<String>,
    /// A prompt's id.
    pub prompt: Option<String>,
    pub tag: Option<String>,
}

impl Default for CallFilter {
    fn default() -> Self {
        Self {
            search: String::new(),
            before: None,
            from_ms: None,
            to_ms: None,
            only: CallsOf::default(),
            limit: 100,
        }
    }
}

/// A page of calls, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct CallPage {
    pub calls: Vec<CallRow>,
    /// Pass as `before` for the next page; `None` at the end.
    pub next: Option<CallId>,
}

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    pub calls: u64,
    pub prompts: u64,
    /// Bytes on disk, write-ahead log included, backups not.
    pub bytes: u64,
}
