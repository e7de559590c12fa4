//! Why an attempt has to wait or is refused, in sentences for people.

use super::limits::Limits;
use crate::error::{CallError, ErrorKind};
use crate::plan::Target;
use crate::policy::outage::Down;
use std::time::Duration;
use tokio::time::Instant;

/// What holds an attempt back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    Requests,
    Tokens,
    /// What the provider says is left.
    Told,
    Cooling,
    Concurrency,
}

impl Hold {
    /// Returns what holds back, as one clause for people.
    pub(super) fn why(self, target: &Target, limits: Limits) -> String {
        let provider = &target.provider;
        match self {
            Self::Requests => {
                let limit = limits.requests_per_minute.unwrap_or_default();
                let knob = if limits.assumed {
                    "taken while nothing else is known"
                } else {
                    "configured"
                };
                format!(
                    "`{provider}` is sent at most {limit} requests a minute \
                     ({knob}: `requests_per_minute`)"
                )
            }
            Self::Tokens => {
                let limit = limits.tokens_per_minute.unwrap_or_default();
                format!(
                    "`{provider}` is sent at most {limit} tokens a minute (`tokens_per_minute`)"
                )
            }
            Self::Told => format!("`{provider}` says that little of its limit is left"),
            Self::Cooling => format!("`{provider}` asked to be left alone for a while"),
            Self::Concurrency => {
                format!("`{provider}` has as many requests under way as it takes at once")
            }
        }
    }
}

pub(super) fn wait_error(target: &Target, wait: Duration, why: &str) -> CallError {
    let mut error = CallError::new(
        ErrorKind::QueueFull,
        format!(
            "`{}` has no room within the time there is: {why}",
            target.model
        ),
    );
    error.retry_after_ms = Some(millis_up(wait));
    error
}

pub(super) fn cooling_error(target: &Target, wait: Duration, why: &str) -> CallError {
    let mut error = CallError::new(
        ErrorKind::CircuitOpen,
        format!("`{}` is left alone for {}: {why}", target.model, text(wait)),
    );
    error.retry_after_ms = Some(millis_up(wait));
    error
}

pub(super) fn line_full(target: &Target, wait: Duration) -> CallError {
    let mut error = CallError::new(
        ErrorKind::QueueFull,
        format!(
            "too many calls wait for `{}` of `{}` already",
            target.model, target.provider
        ),
    );
    error.retry_after_ms = Some(millis_up(wait));
    error
}

pub(super) fn open_error(target: &Target, wait: Duration) -> CallError {
    let mut error = CallError::new(
        ErrorKind::CircuitOpen,
        format!(
            "`{}` of `{}` failed too often and is left alone for {}",
            target.model,
            target.provider,
            text(wait)
        ),
    );
    error.retry_after_ms = Some(millis_up(wait));
    error
}

pub(super) fn down_error(target: &Target, down: Down, now: Instant) -> CallError {
    let provider = &target.provider;
    let model = &target.model;
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "only these are ever put down"
    )]
    let (message, hint) = match down.kind {
        ErrorKind::Auth => (
            format!("the key of `{provider}` was refused and is not used until it changes"),
            "enter a valid key, or try the provider again",
        ),
        ErrorKind::Billing => (
            format!("the account at `{provider}` cannot pay and is not used until it can"),
            "settle the bill at the provider, then try it again",
        ),
        ErrorKind::QuotaExhausted => (
            format!("the quota at `{provider}` is spent"),
            "wait until it is renewed or raise it at the provider, then try it again",
        ),
        _ => (
            format!("`{provider}` does not let this key use `{model}`"),
            "use a key or a plan that may, then try the provider again",
        ),
    };
    let mut error = CallError::new(ErrorKind::CircuitOpen, message).with_hint(hint);
    error.retry_after_ms = Some(millis_up(down.recheck_at - now));
    error
}

/// Returns whole milliseconds, rounded up: a retry after them is not too early.
fn millis_up(wait: Duration) -> u64 {
    u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// Returns a wait for people: whole seconds, rounded up.
fn text(wait: Duration) -> String {
    format!("{} s", wait.as_nanos().div_ceil(1_000_000_000))
}
