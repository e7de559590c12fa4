//! How long each target takes to begin, as choosing the fastest of several sees it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use switchboard_engine::event::TargetInfo;
use switchboard_routing::equals::PeakEwma;

/// Most targets that are kept in mind.
const TARGETS: usize = 4096;

/// First-token times of every target of this process.
#[derive(Debug)]
pub(crate) struct Waits {
    began: Instant,
    targets: Mutex<HashMap<TargetInfo, PeakEwma>>,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            targets: Mutex::default(),
        }
    }
}

impl Waits {
    /// Returns the time on the clock of the averages, in milliseconds.
    pub(crate) fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Takes in a first token.
    pub(crate) fn add(&self, target: &TargetInfo, after: Duration) {
        let now = self.now_ms();
        let ms = after.as_secs_f64() * 1000.0;
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = targets.get_mut(target) {
            known.add(ms, now);
        } else if targets.len() < TARGETS {
            targets.insert(target.clone(), PeakEwma::new(ms, now));
        }
    }

    /// Returns what is known of a target; `None`: it has not answered yet.
    pub(crate) fn of(&self, target: &TargetInfo) -> Option<PeakEwma> {
        let targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.get(target).copied()
    }
}
