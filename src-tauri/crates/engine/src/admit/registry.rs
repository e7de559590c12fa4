//! All targets known about, as many as are in use.

use super::cell::Cell;
use super::key::{AsKey, Key, KeyRef};
use crate::policy::latency::Latency;
use crate::policy::outage::Outage;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// A target that was not used for this long is forgotten when room is needed.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);
/// Fewer targets are all kept.
const ALWAYS_KEPT: usize = 64;
/// Above this many, those used longest ago are forgotten, however lately that was.
const MOST_TARGETS: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Registry {
    targets: HashMap<Key, Arc<Cell>>,
    /// By credential (simulated: by target): what is known of all its models.
    outages: HashMap<Key, Arc<Mutex<Outage>>>,
    /// By model: what is known through all its credentials.
    latencies: HashMap<Key, Arc<Mutex<Latency>>>,
    /// At how many targets the unused are looked for.
    sweep_at: usize,
}

impl Registry {
    pub(super) fn target(&self, key: KeyRef<'_>) -> Option<Arc<Cell>> {
        self.targets.get(&key as &dyn AsKey).cloned()
    }

    pub(super) fn latency(&self, key: KeyRef<'_>) -> Option<Arc<Mutex<Latency>>> {
        self.latencies.get(&key as &dyn AsKey).cloned()
    }

    /// Returns all targets in order of provider, model, credential.
    pub(super) fn targets(&self) -> Vec<Arc<Cell>> {
        let mut targets: Vec<Arc<Cell>> = self.targets.values().cloned().collect();
        targets.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        targets
    }

    /// Returns a real provider's targets, in no order.
    pub(super) fn targets_of(&self, provider: &str) -> Vec<Arc<Cell>> {
        let all = self.targets.values();
        let mine = all.filter(|cell| !cell.key.simulated && cell.key.provider == provider);
        mine.cloned().collect()
    }

    /// Returns the target, added if it is not there.
    pub(super) fn add_target(&mut self, key: KeyRef<'_>, now: Instant) -> Arc<Cell> {
        if let Some(cell) = self.target(key) {
            return cell;
        }
        if self.targets.len() >= self.sweep_at.max(ALWAYS_KEPT) {
            self.sweep(now);
        }
        // A simulated model's name scripts its account too, so each has one of its own: a wrong key
        // played by one model does not take the others away.
        let of_credential = match key.simulated {
            true => key,
            false => KeyRef { model: "", ..key },
        };
        let outage = self.outages.entry(of_credential.to_key()).or_default();
        let of_model = KeyRef {
            credential: None,
            ..key
        };
        let latency = self.latencies.entry(of_model.to_key()).or_default();
        let key = key.to_key();
        let cell = Arc::new(Cell::new(
            key.clone(),
            Arc::clone(outage),
            Arc::clone(latency),
            now,
        ));
        self.targets.insert(key, Arc::clone(&cell));
        cell
    }

    fn sweep(&mut self, now: Instant) {
        self.targets.retain(|_, cell| {
            let last_used = cell.lock().last_used;
            in_use(cell) || now.saturating_duration_since(last_used) < FORGOTTEN_AFTER
        });
        if self.targets.len() >= MOST_TARGETS {
            let mut idle: Vec<(Instant, Key)> = self
                .targets
                .values()
                .filter(|cell| !in_use(cell))
                .map(|cell| (cell.lock().last_used, cell.key.clone()))
                .collect();
            idle.sort_unstable();
            for (_, key) in idle.into_iter().take(MOST_TARGETS / 4) {
                self.targets.remove(&key as &dyn AsKey);
            }
        }
        self.outages
            .retain(|_, outage| Arc::strong_count(outage) > 1);
        self.latencies
            .retain(|_, latency| Arc::strong_count(latency) > 1);
        self.sweep_at = (self.targets.len() * 2).min(MOST_TARGETS);
    }
}

/// Returns whether an attempt is under way or a call waits.
fn in_use(cell: &Arc<Cell>) -> bool {
    Arc::strong_count(cell) > 1
}
