//! What can go wrong with a call, and what is done about each.
//!
//! Layers: network, timeouts, protocol, provider, contract, policy, cancelled. Every kind has one
//! [`Disposition`], given in one exhaustive `match`.

use crate::provider::HeaderMap;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use ts_rs::TS;

/// What happened. Its snake_case name is the value of OpenTelemetry's `error.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    // Network: nothing was understood by the provider.
    /// The host name could not be resolved.
    Dns,
    /// No connection could be made.
    Connect,
    /// The TLS handshake failed: certificate or protocol.
    Tls,
    /// The connection broke before an answer began.
    Reset,
    // Clocks that ran out.
    ConnectTimeout,
    HeadersTimeout,
    FirstTokenTimeout,
    IdleTimeout,
    /// Tokens dribbled in below the throughput floor.
    TooSlow,
    TotalTimeout,
    // Protocol: the reply is not what the wire format allows.
    /// Not parseable as the provider's format.
    Malformed,
    /// The stream ended without its end mark.
    Truncated,
    /// A bound on size was exceeded.
    TooLarge,
    /// The address answers, but not with this API (for example a proxy's HTML page).
    NotAnApi,
    // Provider: an answer that says no.
    RateLimited,
    /// The quota of the day (or longer) is spent.
    QuotaExhausted,
    /// The account cannot pay.
    Billing,
    /// The plan does not include this model or feature.
    PlanLimit,
    Overloaded,
    Server,
    /// The key is missing, wrong or revoked.
    Auth,
    /// The key is good but may not do this.
    Permission,
    /// No such model or path.
    NotFound,
    /// The request is not acceptable as it stands.
    Rejected,
    ContextTooLong,
    ContentFiltered,
    // Contract: the answer is not usable.
    EmptyAnswer,
    OutputInvalid,
    // Policy: our own side said no before anything was sent.
    /// No credential is configured for the target.
    NoCredential,
    /// The target lacks something the request needs (images, tools, a schema).
    Incapable,
    /// The target has failed too often lately and is left alone for a while, or until it is mended.
    CircuitOpen,
    /// Our own limit for the target would have kept the call waiting longer than it may.
    QueueFull,
    /// A budget has no room for what the attempt may cost.
    Budget,
    /// A person has stopped the caller.
    CallerStopped,
    /// The configuration names something that does not exist.
    Misconfigured,
    // Nobody's fault.
    Cancelled,
    /// The program ended while the call ran; set at the next launch.
    Interrupted,
}

/// What the loop does after a failure of some kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// Try the same target again, then the next.
    Retry,
    /// Try the same target once more, then the next.
    RetryOnce,
    /// Do not try this target again in this call; go to the next.
    NextTarget,
    /// Go to the next target only if it could answer differently (another vendor or model).
    NextIfDifferent,
    /// End the call: another target would not help, or must not be tried unasked.
    Stop,
}

impl ErrorKind {
    /// Returns what a person can do after this kind of failure, where nothing better is known; `None`: they asked
    /// for it.
    pub fn next_step(self) -> Option<&'static str> {
        Some(match self {
            Self::Dns | Self::Connect | Self::ConnectTimeout => {
                "check the base URL, the network and the proxy"
            }
            Self::Tls => "check the base URL and the proxy",
            Self::HeadersTimeout
            | Self::FirstTokenTimeout
            | Self::IdleTimeout
            | Self::TooSlow
            | Self::TotalTimeout => "raise that limit, or add another model to fall back on",
            Self::Reset
            | Self::Truncated
            | Self::Server
            | Self::EmptyAnswer
            | Self::OutputInvalid => "try again, or add another model to fall back on",
            Self::Malformed => "check that the provider is set to the right wire format",
            Self::TooLarge => "ask for a shorter answer, or set `max_tokens`",
            Self::NotAnApi => "check the base URL and the proxy",
            Self::RateLimited => "wait, send less at once, or add another model to fall back on",
            Self::QuotaExhausted => "use another model or key until the quota is renewed",
            Self::Billing => "check credit and payment in the provider's console",
            Self::PlanLimit => "choose a model of your plan, shorten the prompt, or upgrade",
            Self::Overloaded => "try again shortly or use another model",
            Self::Auth => {
                "check the key in Settings: it may be mistyped, revoked or for another provider"
            }
            Self::Permission => {
                "check the key's rights, the project and the region at the provider"
            }
            Self::NotFound => "check the model's name and the base URL",
            Self::Rejected => "the raw reply says more",
            Self::ContextTooLong => "shorten the prompt or choose a model with a larger context",
            Self::ContentFiltered => "rephrase the prompt",
            Self::NoCredential => "enter a key in Settings",
            Self::Incapable => "choose a model that can do this",
            Self::CircuitOpen | Self::QueueFull => {
                "try again shortly, or add another model to fall back on"
            }
            Self::Budget => "raise the budget, or wait until it resets",
            Self::CallerStopped => "resume the caller under Settings, Budgets & alerts",
            Self::Misconfigured => "correct the configuration",
            Self::Interrupted => "run it again",
            Self::Cancelled => return None,
        })
    }

    /// Returns what the loop does after this kind of failure.
    pub fn disposition(self) -> Disposition {
        match self {
            Self::Connect | Self::Reset => Disposition::Retry,
            Self::RateLimited | Self::Overloaded => Disposition::Retry,
            Self::Server => Disposition::RetryOnce,
            Self::Malformed | Self::Truncated | Self::EmptyAnswer => Disposition::RetryOnce,
            // A target that was silent is not asked again.
            Self::ConnectTimeout
            | Self::HeadersTimeout
            | Self::FirstTokenTimeout
            | Self::IdleTimeout
            | Self::TooSlow => Disposition::NextTarget,
            Self::Dns | Self::Tls | Self::TooLarge | Self::NotAnApi => Disposition::NextTarget,
            Self::QuotaExhausted | Self::PlanLimit | Self::Billing => Disposition::NextTarget,
            Self::NotFound | Self::ContextTooLong | Self::OutputInvalid => {
                Disposition::NextIfDifferent
            }
            Self::Rejected => Disposition::NextIfDifferent,
            Self::NoCredential | Self::Incapable | Self::CircuitOpen | Self::QueueFull => {
                Disposition::NextTarget
            }
            // A cheaper target may still fit.
            Self::Budget => Disposition::NextTarget,
            Self::CallerStopped => Disposition::Stop,
            Self::Auth | Self::Permission | Self::ContentFiltered => Disposition::Stop,
            Self::TotalTimeout | Self::Misconfigured | Self::Cancelled | Self::Interrupted => {
                Disposition::Stop
            }
        }
    }
}

/// Longest raw reply kept with an error, in bytes.
pub const DETAIL_LIMIT: usize = 8 * 1024;

/// Read beyond the limit before redaction, so that a secret is never cut in half by it.
const DETAIL_SLACK: usize = 1024;

/// One failure, fit to be shown: the sentence never holds a body, a key or a prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
#[ts(optional_fields)]
pub struct CallError {
    pub kind: ErrorKind,
    /// What failed, for what, and the knob: lower case, no final period.
    pub message: String,
    /// What the person can do next; `None` if nothing better than trying again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// HTTP status, if a response was received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The provider's own code or type for the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_code: Option<String>,
    /// The request parameter the provider named as the culprit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// How long the provider asks to wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The provider's explicit word on whether a retry can help (`x-should-retry`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub should_retry: Option<bool>,
    /// The budget that refused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<String>,
    /// Whether a spent quota is one of the model alone: others of the same key still answer.
    #[serde(skip)]
    pub model_only: bool,
    /// The raw reply: redacted, at most [`DETAIL_LIMIT`] bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl CallError {
    /// Returns an error of `kind` with its sentence and what can usually be done after it.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: kind.next_step().map(str::to_owned),
            status: None,
            provider_code: None,
            param: None,
            retry_after_ms: None,
            should_retry: None,
            budget: None,
            model_only: false,
            detail: None,
        }
    }

    /// Returns the error of an answer that ended before its end.
    pub fn cut(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Truncated, message)
    }

    /// Adds what the person can do next.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the raw reply. Redaction, which every shown error goes through, cuts it to
    /// [`DETAIL_LIMIT`] bytes.
    #[must_use]
    pub fn with_detail(mut self, raw: &[u8]) -> Self {
        let bound = raw.len().min(DETAIL_LIMIT + DETAIL_SLACK);
        let text = String::from_utf8_lossy(&raw[..bound]).into_owned();
        self.detail = (!text.is_empty()).then_some(text);
        self
    }

    /// Returns how long the provider asks to wait, or `None` if it did not say.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after_ms.map(Duration::from_millis)
    }
}

/// Reads how long the provider asks to wait, most exact source first; `None` if it does not say.
///
/// Order: `retry-after-ms`, `x-ms-retry-after-ms`, `retry-after` as seconds (whole or fractional) or
/// as an HTTP date against `now`.
pub fn retry_after(headers: &HeaderMap, now: std::time::SystemTime) -> Option<Duration> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
    };
    let seconds = |number: f64| Duration::try_from_secs_f64(number).ok();
    for name in ["retry-after-ms", "x-ms-retry-after-ms"] {
        if let Some(ms) = text(name).and_then(|value| value.parse::<f64>().ok()) {
            return seconds(ms / 1000.0);
        }
    }
    let value = text("retry-after")?;
    if let Ok(number) = value.parse::<f64>() {
        return seconds(number);
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::{CallError, ErrorKind};

    /// Every kind, by the names that `serde` knows.
    fn kinds() -> Vec<ErrorKind> {
        let unknown = serde_json::from_str::<ErrorKind>("\"\"").unwrap_err();
        let names = unknown.to_string();
        let names = names.split('`').skip(1).step_by(2);
        let parsed = names.filter_map(|name| serde_json::from_str(&format!("\"{name}\"")).ok());
        parsed.collect()
    }

    #[test]
    fn every_failure_but_a_wanted_end_says_what_to_do_next() {
        let kinds = kinds();
        assert!(kinds.len() > 30, "{kinds:?}");
        for kind in kinds {
            let hint = CallError::new(kind, "it failed").hint;
            assert_eq!(hint.is_none(), kind == ErrorKind::Cancelled, "{kind:?}");
        }
    }
}
