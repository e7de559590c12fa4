//! Calls: what is run, what became of it, and how answers are judged and compared.

use super::prompt_types::PromptBody;
use super::spend_types::SpendFilter;
use serde::{Deserialize, Serialize};
use switchboard_engine::call::{CallId, FinishReason, Message, Params};
use switchboard_engine::error::CallError;
use switchboard_engine::event::{Next, TargetInfo};
use switchboard_engine::plan::Recovery;
use switchboard_engine::price::{CostSource, PicoUsd, ServiceTier};
use switchboard_engine::usage::Usage;
use ts_rs::TS;

/// A comparison to run: the named columns of a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct StartRun {
    /// The prompt, saved as a new version first if its draft differs; `None` for a loose run.
    #[serde(default)]
    pub prompt_id: Option<String>,
    /// What to run. Saved as the prompt's draft before it runs.
    pub body: PromptBody,
    /// Columns to run; all if absent.
    #[serde(default)]
    pub columns: Option<Vec<String>>,
    /// Continue this run's group (re-run of one column); a new group if absent.
    #[serde(default)]
    pub group: Option<String>,
    #[serde(default)]
    pub recovery: Option<Recovery>,
    /// What it is for: 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// At most 16, of 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub tags: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StartedRun {
    /// Groups the columns of one comparison.
    pub group: String,
    /// The version that ran; `None` for a loose run.
    pub prompt_version: Option<u32>,
    pub calls: Vec<StartedCall>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct StartedCall {
    pub column: String,
    pub call: CallId,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallRef {
    pub call: CallId,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallQuery {
    /// Words looked for in model, prompt, answer and error; empty for all.
    pub search: String,
    /// Only calls older than this one (keyset paging); newest first.
    #[serde(default)]
    pub before: Option<CallId>,
    /// 1 to 500.
    pub limit: u32,
    /// Only calls begun at this time or later (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub from: Option<String>,
    /// Only calls begun before this time (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub only: Option<SpendFilter>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallPage {
    pub calls: Vec<CallSummary>,
    /// Pass as `before` for the next page; `None` at the end.
    pub next: Option<CallId>,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    Running,
    Ok,
    Failed,
    Cancelled,
    Interrupted,
}

/// A call in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallSummary {
    pub id: CallId,
    pub status: CallStatus,
    /// RFC 3339 with milliseconds.
    pub started_at: String,
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
    pub first_token_ms: Option<u64>,
    pub elapsed_ms: Option<u64>,
    pub usage: Usage,
    /// What its attempts cost together so far; `None`: that of one of them is not known, or nothing is charged yet.
    pub cost: Option<PicoUsd>,
    /// How the cost is known; `None`: nothing is charged yet, or it was recorded by an older version.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_source: Option<CostSource>,
    /// How urgently the last attempt was served; `None` as for `cost_source`.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<ServiceTier>,
    /// Whether no target answered and the text is the route's fallback text.
    pub fallback_text: bool,
    /// Whether the answer was carried on after a cut.
    pub continued: bool,
    /// What it was for, in its caller's words.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    pub tags: Vec<String>,
    pub prompt_id: Option<String>,
    pub prompt_title: Option<String>,
    pub prompt_version: Option<u32>,
    /// Groups the columns of one comparison.
    pub group: Option<String>,
    pub column: Option<String>,
    /// `window`, `cli` or `gateway`.
    pub caller: String,
    /// Name of the gateway key it was made with; `None`: without one.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_key: Option<String>,
    /// The route that chose the targets; `None`: they were named.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// The first cause, for failed calls.
    pub error: Option<CallError>,
    pub rating: Option<Rating>,
    /// Start of the answer.
    pub excerpt: String,
}

/// A call opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallDetail {
    pub summary: CallSummary,
    /// The answer so far, or whole.
    pub text: String,
    pub reasoning: String,
    pub tool_calls: Vec<ToolCall>,
    pub attempts: Vec<AttemptDetail>,
    /// What was asked, after variables were filled in.
    pub request: CallRequest,
    /// Last event's `seq`; live batches continue after it.
    pub seq: u64,
    /// Sentences that say what happened, in order.
    pub explanation: Vec<String>,
}

/// A tool call of an answer, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    /// JSON text as the model wrote it.
    pub arguments: String,
}

/// What a call asked, kept so that it can be opened in Compose and run again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallRequest {
    /// As edited, with `{{variables}}`.
    pub body: PromptBody,
    /// As sent.
    pub messages: Vec<Message>,
    pub model: String,
    pub fallbacks: Vec<String>,
    pub params: Params,
}

/// One attempt of a recorded call. Times are milliseconds since the call began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AttemptDetail {
    pub attempt: u32,
    pub target: TargetInfo,
    pub started_ms: u64,
    pub headers_ms: Option<u64>,
    pub first_token_ms: Option<u64>,
    /// `None` while it runs.
    pub ended_ms: Option<u64>,
    /// Wait after this attempt before the next; 0 if none.
    pub wait_ms: u64,
    /// What was done after it failed; `None` if it did not fail.
    pub next: Option<Next>,
    pub status: Option<u16>,
    pub request_id: Option<String>,
    pub error: Option<CallError>,
    pub usage: Usage,
    /// What it cost; `None`: not known, or it runs.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<PicoUsd>,
    /// How the cost is known; `None`: it runs, or it was recorded by an older version.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_source: Option<CostSource>,
    /// Text this attempt had shown before it was discarded; empty if none.
    pub discarded: String,
}

/// What a person thought of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    Good,
    Bad,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RateCall {
    pub call: CallId,
    /// `None` takes the rating back.
    pub rating: Option<Rating>,
}

/// A vote of a blind comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CastVote {
    pub group: String,
    pub prompt_id: Option<String>,
    /// The calls that were compared, in the order shown.
    pub calls: Vec<CallId>,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    Winner { call: CallId },
    Tie,
    AllBad,
}

/// How models did in blind votes over one prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VoteRecord {
    pub rows: Vec<VoteRow>,
    pub votes: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct VoteRow {
    /// `provider/model`.
    pub model: String,
    pub wins: u32,
    pub ties: u32,
    pub losses: u32,
}

/// A piece of a comparison of two texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DiffSpan {
    pub kind: DiffKind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DiffKind {
    Same,
    /// Only in the first text.
    Removed,
    /// Only in the second text.
    Added,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DiffTexts {
    pub before: String,
    pub after: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Diff {
    /// In reading order. Word by word; line by line when the texts are long.
    pub spans: Vec<DiffSpan>,
}
