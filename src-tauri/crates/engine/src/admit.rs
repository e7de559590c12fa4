//! What is known about targets across calls, and whether an attempt may start now.
//!
//! One [`Health`] a process: rates, concurrency, breakers and retry budgets hold over all calls
//! together. It sends nothing and waits only in [`Health::admit`].

use crate::error::CallError;
use crate::event::TargetInfo;
use crate::plan::Target;
use crate::provider::RateHint;
use std::time::Duration;
use tokio::time::Instant;

/// What is known about every target. Cheap to clone; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Health {}

/// What an attempt needs of a target's limits.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// Input estimate and most output, in tokens.
    pub tokens: u64,
    /// The attempt must have started by then.
    pub until: Instant,
    /// Whether another usable target follows: the last healthy path is never closed.
    pub has_fallback: bool,
    /// A draw from 0 (inclusive) to 1, for the spread of cooldowns.
    pub draw: f64,
}

/// Whether an attempt may start.
#[derive(Debug)]
pub enum Admission {
    /// At once.
    Go(Permit),
    /// After a wait; then ask again.
    Wait { wait: Duration, why: String },
    /// Not within the time there is: `CircuitOpen` or `QueueFull`, with the honest wait in
    /// `retry_after_ms`.
    Refused(CallError),
}

/// An attempt under way. Dropping it without a word counts as cancelled.
#[derive(Debug)]
pub struct Permit {
    _private: (),
}

impl Health {
    /// Asks whether an attempt at `target` may start. Never waits itself.
    pub fn admit(&self, target: &Target, need: Need) -> Admission {
        let _ = (target, need);
        Admission::Go(Permit { _private: () })
    }

    /// Notes that a call begins at a provider: retry budgets are shares of calls.
    pub fn call_begins(&self, provider: &str) {
        let _ = provider;
    }

    /// Takes one retry out of the budgets of the provider and of the whole; `false` if either is spent.
    pub fn take_retry(&self, provider: &str) -> bool {
        let _ = provider;
        true
    }

    /// Takes one hedge out of the budget (at most 2 % of calls); `false` if it is spent.
    pub fn take_hedge(&self) -> bool {
        false
    }

    /// Returns the given percentile (0 to 1) of the target's recent first-token times, or `None` while
    /// too few are known.
    pub fn first_token_percentile(&self, target: &TargetInfo, percentile: f64) -> Option<Duration> {
        let _ = (target, percentile);
        None
    }
}

impl Permit {
    /// Takes in what response headers say about limits.
    pub fn headers(&mut self, hint: &RateHint) {
        let _ = hint;
    }

    /// Takes in when the first token came, counted from the attempt's start.
    pub fn first_token(&mut self, after: Duration) {
        let _ = after;
    }

    /// The attempt ended: `error` as it failed, or `None`; `tokens` as used (reported or estimated).
    pub fn end(self, error: Option<&CallError>, tokens: u64) {
        let _ = (error, tokens);
    }
}
