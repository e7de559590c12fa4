//! What is known about every target, for people and reports.

use super::Health;
use super::cell::{Cell, lock};
use crate::error::ErrorKind;
use crate::event::TargetInfo;
use crate::policy::breaker::Gate;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;
use ts_rs::TS;

/// The state of a target's circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Circuit {
    Closed,
    /// Left alone after failures.
    Open,
    /// One attempt at a time tries whether it answers again.
    HalfOpen,
    /// The key, the account or the quota must be mended first.
    DownUntilFixed,
}

/// Where a limit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LimitSource {
    Configured,
    /// Told by the provider in its response headers.
    Told,
    /// Learned from what happened.
    Learned,
    /// Taken while nothing is known.
    Assumed,
}

/// A limit a minute and what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct LimitState {
    /// `None`: the provider tells only what is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    pub remaining: u64,
    pub source: LimitSource,
}

/// What is known about one target. Durations are milliseconds from now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct TargetHealth {
    pub target: TargetInfo,
    /// Name of the credential, never the credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    pub circuit: Circuit,
    /// Until the next attempt is let through; `None` while the circuit is closed or a probe is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circuit_ms: Option<u64>,
    /// Why it is down until mended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down: Option<ErrorKind>,
    /// How long it asked to be left alone for; `None`: it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cooling_ms: Option<u64>,
    /// `None`: no limit is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<LimitState>,
    /// `None`: no limit is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<LimitState>,
    /// Requests at once; `None`: nothing showed yet how many are too many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<LimitState>,
    pub in_flight: u32,
    /// Calls that wait for their turn.
    pub waiting: u32,
    /// Median of recent first-token times; `None` while too few are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_p50_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token_p95_ms: Option<u64>,
    /// The last failure that was the target's own, however long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<ErrorKind>,
}

impl Health {
    /// Returns for how long a real provider's targets are still left alone, the longest of them: they failed too often,
    /// or asked for it. `None`: none is, or only mending would help.
    pub fn rest_of(&self, provider: &str) -> Option<Duration> {
        let now = Instant::now();
        let mine = self.read().targets_of(provider);
        let rests = mine.iter().filter_map(|cell| {
            let state = cell.lock();
            let open = match state.breaker.gate(now) {
                Gate::Open { until } => Some(until),
                _ => None,
            };
            open.max(state.cooling.until(now))
        });
        let until = rests.max()?;
        Some(until.saturating_duration_since(now)).filter(|rest| !rest.is_zero())
    }

    /// Returns what is known about every target used lately, in order of provider, model, credential.
    pub fn snapshot(&self) -> Vec<TargetHealth> {
        let now = Instant::now();
        let cells = self.cells();
        cells.iter().map(|cell| health_of(cell, now)).collect()
    }
}

fn health_of(cell: &Cell, now: Instant) -> TargetHealth {
    let millis = |until: Instant| ms(until.saturating_duration_since(now));
    let state = cell.lock();
    let down = lock(&cell.credential)
        .down(state.fingerprint)
        .or_else(|| state.outage.down(state.fingerprint));
    let (circuit, circuit_ms) = match (down, state.breaker.gate(now)) {
        (Some(down), _) => (Circuit::DownUntilFixed, Some(millis(down.recheck_at))),
        (None, Gate::Closed) => (Circuit::Closed, None),
        (None, Gate::Open { until }) => (Circuit::Open, Some(millis(until))),
        (None, Gate::Probe) => (Circuit::HalfOpen, Some(0)),
        (None, Gate::Probing) => (Circuit::HalfOpen, None),
    };
    let told = |(limit, remaining)| LimitState {
        limit,
        remaining,
        source: LimitSource::Told,
    };
    let requests = state.limits.requests_per_minute.map(|limit| LimitState {
        limit: Some(limit),
        remaining: state.requests.remaining(now, limit),
        source: if state.limits.assumed {
            LimitSource::Assumed
        } else {
            LimitSource::Configured
        },
    });
    let tokens = state.limits.tokens_per_minute.map(|limit| LimitState {
        limit: Some(limit),
        remaining: state.tokens.remaining(now, limit),
        source: LimitSource::Configured,
    });
    let source = if state.limits.concurrency.is_some() {
        Some(LimitSource::Configured)
    } else {
        state
            .concurrency
            .is_learned()
            .then_some(LimitSource::Learned)
    };
    let limit = state.concurrent();
    let concurrency = source.map(|source| LimitState {
        limit: Some(u64::from(limit)),
        remaining: u64::from(limit.saturating_sub(state.in_flight)),
        source,
    });
    let latency = lock(&cell.latency);
    let first_token = |percentile| latency.percentile(now, percentile).map(ms);
    TargetHealth {
        target: TargetInfo {
            provider: cell.key.provider.clone(),
            model: cell.key.model.clone(),
            simulated: cell.key.simulated,
        },
        credential: cell.key.credential.clone(),
        circuit,
        circuit_ms,
        down: down.map(|down| down.kind),
        cooling_ms: state.cooling.until(now).map(millis),
        // What the provider told is newer than what is only assumed.
        requests: requests
            .filter(|_| !(state.limits.assumed && state.pace_requests.is_told()))
            .or_else(|| state.pace_requests.last_told(now).map(told)),
        tokens: tokens.or_else(|| state.pace_tokens.last_told(now).map(told)),
        concurrency,
        in_flight: state.in_flight,
        waiting: u32::try_from(state.line.len()).unwrap_or(u32::MAX),
        first_token_p50_ms: first_token(0.5),
        first_token_p95_ms: first_token(0.95),
        last_error: state.last_error,
    }
}

fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
