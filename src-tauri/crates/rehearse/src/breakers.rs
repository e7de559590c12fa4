//! How the targets' breakers stood over time.

use crate::record::Targets;
use crate::report::BreakerSpan;
use switchboard_engine::admit::Health;

/// Watches breakers while calls are made.
#[derive(Debug)]
pub(crate) struct Breakers {
    spans: Vec<BreakerSpan>,
}

impl Breakers {
    pub(crate) fn new(targets: &Targets) -> Self {
        let _ = targets;
        Self { spans: Vec::new() }
    }

    /// Notes what has changed.
    pub(crate) fn look(&mut self, health: &Health, now_ms: u64) {
        let _ = (health, now_ms);
    }

    /// Returns the times in which breakers were not closed, by target, then time.
    pub(crate) fn spans(self) -> Vec<BreakerSpan> {
        self.spans
    }
}
