//! How the targets' breakers stood over time.

use crate::record::Targets;
use crate::report::{BreakerSpan, BreakerState};
use switchboard_engine::admit::{Circuit, Health, TargetHealth};
use switchboard_engine::error::ErrorKind;

/// Watches breakers while calls are made.
#[derive(Debug)]
pub(crate) struct Breakers {
    /// A target each, in the route's order.
    watched: Vec<Watched>,
}

#[derive(Debug)]
struct Watched {
    /// Begun and not over: the last one, if its end is not known.
    spans: Vec<BreakerSpan>,
    target: switchboard_engine::event::TargetInfo,
}

impl Breakers {
    pub(crate) fn new(targets: &Targets) -> Self {
        let watched = targets.iter().map(|(target, _)| Watched {
            spans: Vec::new(),
            target: target.clone(),
        });
        Self {
            watched: watched.collect(),
        }
    }

    /// Notes what has changed since the last look.
    pub(crate) fn look(&mut self, health: &Health, now_ms: u64) {
        for found in health.snapshot() {
            let mut all = self.watched.iter_mut();
            if let Some(watched) = all.find(|watched| watched.target == found.target) {
                watched.note(&found, now_ms);
            }
        }
    }

    /// Returns the times in which breakers were not closed, by target, then time.
    pub(crate) fn spans(self) -> Vec<BreakerSpan> {
        self.watched
            .into_iter()
            .flat_map(|watched| watched.spans)
            .collect()
    }
}

impl Watched {
    fn note(&mut self, found: &TargetHealth, now_ms: u64) {
        let state = match found.circuit {
            Circuit::Closed => None,
            Circuit::Open => Some(BreakerState::Open),
            Circuit::HalfOpen => Some(BreakerState::HalfOpen),
            Circuit::DownUntilFixed => Some(BreakerState::Down),
        };
        let running = self.spans.last_mut().filter(|span| span.to_ms.is_none());
        if running.as_ref().map(|span| span.state) == state {
            return;
        }
        if let Some(over) = running {
            over.to_ms = Some(now_ms);
        }
        if let Some(state) = state {
            self.spans.push(BreakerSpan {
                target: self.target.clone(),
                state,
                from_ms: now_ms,
                to_ms: None,
                why: found
                    .down
                    .or(found.last_error)
                    .map_or_else(String::new, word),
            });
        }
    }
}

/// The kind's name in words.
fn word(kind: ErrorKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(word)) => word.replace('_', " "),
        _ => String::new(),
    }
}
