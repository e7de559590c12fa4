//! What is known of past calls: shapes and outcomes, no text.

use super::report::LeftOut;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::price::{PicoUsd, ServiceTier};
use switchboard_engine::usage::Usage;

/// Failures that the request itself causes, whoever is asked.
pub const REQUEST_FAULTS: [ErrorKind; 3] = [
    ErrorKind::Rejected,
    ErrorKind::ContextTooLong,
    ErrorKind::ContentFiltered,
];

/// The calls to replay, and what else happened at targets around them.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Targets by the numbers that attempts name.
    pub targets: Vec<TargetInfo>,
    /// Oldest first.
    pub calls: Vec<PastCall>,
    /// Of every call of the time looked at, those of `calls` too.
    pub attempts: Vec<PastAttempt>,
    /// Calls of the time that are not replayed.
    pub left_out: Vec<LeftOut>,
}

/// One call.
#[derive(Debug, Clone)]
pub struct PastCall {
    /// Names it among the calls.
    pub key: i64,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub end: PastEnd,
    /// Whether its answer was carried on after a cut.
    pub continued: bool,
    pub elapsed_ms: Option<u64>,
    pub first_token_ms: Option<u64>,
    /// Of the attempt that answered.
    pub usage: Usage,
    /// Of all attempts together; `None`: not known.
    pub cost: Option<PicoUsd>,
    pub tier: ServiceTier,
    /// Place of its first attempt in [`Past::attempts`], and how many it made.
    pub attempts: (u32, u32),
    pub fallbacks: u32,
    pub images: bool,
    pub tools: bool,
    pub json_schema: bool,
    /// Who calls, for variants that stay with a caller.
    pub caller: String,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastEnd {
    /// By the target of this number.
    Answered(u32),
    FallbackText,
    Failed(ErrorKind),
}

/// One attempt.
#[derive(Debug, Clone)]
pub struct PastAttempt {
    /// Number of its target.
    pub target: u32,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// From its start; `None`: no token came.
    pub first_token_ms: Option<u32>,
    /// From its start.
    pub elapsed_ms: u32,
    /// `None`: it answered.
    pub error: Option<ErrorKind>,
    /// How long the provider asked to wait.
    pub retry_after_ms: Option<u64>,
    pub usage: Usage,
    /// `None`: not known.
    pub cost: Option<PicoUsd>,
}

impl PastAttempt {
    /// Returns whether it says something about its target: not what the request caused, nor what we ended.
    pub(super) fn tells_of_target(&self) -> bool {
        match self.error {
            None => true,
            Some(
                ErrorKind::Cancelled
                | ErrorKind::Interrupted
                | ErrorKind::Budget
                | ErrorKind::CallerStopped
                | ErrorKind::CircuitOpen
                | ErrorKind::QueueFull
                | ErrorKind::NoCredential
                | ErrorKind::Incapable
                | ErrorKind::Misconfigured,
            ) => false,
            Some(kind) => !REQUEST_FAULTS.contains(&kind),
        }
    }
}

impl Past {
    /// Returns a call's own attempts, in order.
    pub(super) fn own(&self, call: &PastCall) -> &[PastAttempt] {
        let (from, count) = (call.attempts.0 as usize, call.attempts.1 as usize);
        self.attempts.get(from..from + count).unwrap_or_default()
    }
}

/// Returns whether a provider is one of the program's own simulated ones.
pub(super) fn is_simulator(provider: &str) -> bool {
    provider.starts_with("sandbox")
}
