//! How long each target takes to begin, as choosing the fastest of several sees it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use switchboard_engine::event::TargetInfo;
use switchboard_routing::equals::PeakEwma;

/// Most targets that are kept in mind: clients of the gateway may name as many as they like. A quarter of them, those
/// that answered longest ago, make room for more.
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
            return;
        }
        if targets.len() >= TARGETS {
            make_room(&mut targets);
        }
        targets.insert(target.clone(), PeakEwma::new(ms, now));
    }

    /// Returns what is known of a target; `None`: it has not answered yet.
    pub(crate) fn of(&self, target: &TargetInfo) -> Option<PeakEwma> {
        let targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.get(target).copied()
    }
}

fn make_room(targets: &mut HashMap<TargetInfo, PeakEwma>) {
    let mut heard: Vec<(u64, TargetInfo)> = targets
        .iter()
        .map(|(target, wait)| (wait.at_ms(), target.clone()))
        .collect();
    heard.sort_unstable_by_key(|(at, _)| *at);
    for (_, target) in heard.into_iter().take(TARGETS / 4) {
        targets.remove(&target);
    }
}

#[cfg(test)]
mod tests {
    use super::{TARGETS, TargetInfo, Waits};
    use std::time::Duration;

    fn target(n: usize) -> TargetInfo {
        TargetInfo {
            provider: "local".to_owned(),
            model: format!("model-{n}"),
            simulated: false,
        }
    }

    #[test]
    fn however_many_targets_are_named_the_newest_are_known_and_memory_is_bounded() {
        let waits = Waits::default();
        for n in 0..3 * TARGETS {
            waits.add(&target(n), Duration::from_millis(5));
            assert!(waits.of(&target(n)).is_some(), "target {n}");
        }
        let kept = waits.targets.lock().unwrap().len();
        assert!((TARGETS / 2..=TARGETS).contains(&kept), "{kept}");
    }
}
