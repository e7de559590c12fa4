//! The one stream of truth about a call. Window, history and spend are folds over it.

use crate::call::{CallId, FinishReason};
use crate::error::CallError;
use crate::price::{Charge, CostSource, PicoUsd};
use crate::usage::Usage;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A target as shown to people: no address, no credential.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct TargetInfo {
    /// Provider id, as in the configuration.
    pub provider: String,
    /// The model asked for.
    pub model: String,
    /// Whether a simulated provider answers.
    pub simulated: bool,
}

/// What the loop does after a failed attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Next {
    /// The same target again after a wait.
    Retry { after_ms: u64 },
    /// Another target, at once; `why` is one short clause.
    Fallback { to: TargetInfo, why: String },
    /// The cut answer is carried on by `on`, which may be the same target.
    Continue { on: TargetInfo, why: String },
    /// The call ends here; `why` is one short clause.
    Stop { why: String },
}

/// Something that happened to a call. Durations are milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The targets that may be tried, in order, and why these.
    Planned {
        targets: Vec<TargetInfo>,
        reasons: Vec<String>,
        deadline_ms: u64,
        /// The route that chose the targets; `None`: they were named.
        #[ts(optional)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        route: Option<String>,
    },
    /// A target that cannot be used is passed over without being asked.
    TargetSkipped {
        target: TargetInfo,
        error: CallError,
    },
    /// The call waits for its turn at a target: a limit or a pause holds it back. `wait_ms` is what the
    /// wait is expected to take.
    Queued {
        target: TargetInfo,
        wait_ms: u64,
        why: String,
    },
    /// A request is about to be sent. `attempt` counts from 1 over the whole call.
    AttemptStarted {
        attempt: u32,
        max_attempts: u32,
        target: TargetInfo,
        /// Whether it runs beside an attempt that is slow to begin. The first to bring a token wins.
        #[serde(default)]
        hedge: bool,
    },
    /// Response headers arrived. `request_id` is the provider's, for its support desk.
    ResponseStarted {
        attempt: u32,
        after_ms: u64,
        status: u16,
        #[ts(optional)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
    },
    /// The first content or reasoning arrived, `after_ms` after the attempt started.
    FirstToken {
        attempt: u32,
        after_ms: u64,
    },
    TextDelta {
        text: String,
    },
    ReasoningDelta {
        text: String,
    },
    /// A piece of a tool call; `id` and `name` come once, `arguments` in pieces to be joined.
    ToolCallDelta {
        index: u32,
        #[ts(optional)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        #[ts(optional)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        arguments: String,
    },
    /// Usage so far of the running attempt; a later one replaces an earlier one.
    Usage {
        usage: Usage,
    },
    AttemptFailed {
        attempt: u32,
        error: CallError,
        elapsed_ms: u64,
        next: Next,
    },
    /// An attempt is over: what it used and cost. Told of every attempt, before its failure, the loss of its race, or
    /// the call's end.
    Charged {
        attempt: u32,
        charge: Charge,
    },
    /// What the failed attempt had shown is void: the next attempt's answer starts from nothing.
    Restarted {
        attempt: u32,
        discarded_chars: u64,
    },
    /// The next attempt carries on what the failed one had shown: all `kept_chars` characters of it stay,
    /// and the deltas that follow are new text only.
    Continued {
        attempt: u32,
        kept_chars: u64,
    },
    /// An attempt that ran beside another was cancelled because the other brought the first token, or it
    /// failed first. `usage` is what it may have cost.
    HedgeLost {
        attempt: u32,
        target: TargetInfo,
        #[ts(optional)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<CallError>,
        usage: Usage,
    },
    /// The answer is whole.
    Finished {
        outcome: Outcome,
    },
    /// No target answered.
    Failed {
        report: Report,
    },
    /// Stopped by the caller. What had arrived stays.
    Cancelled {
        elapsed_ms: u64,
        usage: Usage,
    },
}

/// How a whole answer came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct Outcome {
    pub target: TargetInfo,
    /// The model that answered, in the provider's words; `None` if it did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_model: Option<String>,
    pub finish_reason: FinishReason,
    /// Usage of the attempt that answered.
    pub usage: Usage,
    /// What all attempts cost together; `None`: that of one of them is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<PicoUsd>,
    /// How the cost is known: as the least sure of its parts.
    #[serde(default = "unknown")]
    pub cost_source: CostSource,
    pub attempts: u32,
    /// Whether the text was carried on after a cut.
    #[serde(default)]
    pub continued: bool,
    /// Whether no target answered and the text is the route's fallback text.
    #[serde(default)]
    pub fallback_text: bool,
    /// First content or reasoning after the call began, failed attempts included.
    pub first_token_ms: u64,
    /// The whole call.
    pub elapsed_ms: u64,
}

fn unknown() -> CostSource {
    CostSource::Unknown
}

/// Why a call failed: the first cause, then all that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Report {
    /// The first attempt's error: the cause a person should look at first.
    pub error: CallError,
    pub attempts: Vec<FailedAttempt>,
    pub elapsed_ms: u64,
}

/// One failed attempt in a [`Report`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FailedAttempt {
    pub attempt: u32,
    pub target: TargetInfo,
    pub error: CallError,
}

/// An event of one call in order. `seq` counts from 0 within the call; `at_ms` from the call's start.
///
/// Coalesced deltas carry the `seq` of their last piece, so `seq` may skip but never goes back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CallEvent {
    pub call: CallId,
    pub seq: u64,
    pub at_ms: u64,
    #[serde(flatten)]
    pub event: Event,
}

impl Event {
    /// Returns whether nothing follows this event.
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Finished { .. } | Self::Failed { .. } | Self::Cancelled { .. }
        )
    }
}
