//! What is known about targets across calls, and whether an attempt may start now.
//!
//! One [`Health`] a process: rates, concurrency, breakers and retry budgets hold over all calls
//! together. Each rule is a small policy of its own in [`crate::policy`]; here they are kept per
//! (provider, credential, model), asked in one order, and told how attempts end.
//!
//! It sends nothing and never waits: a call that has to wait is told for how long, keeps its place in the
//! line with a [`Turn`], and asks again.

mod budgets;
mod cell;
mod hold;
mod key;
#[cfg(test)]
mod life_tests;
mod limits;
mod line;
mod outbox;
mod purse;
#[cfg(test)]
mod purse_tests;
mod refusal;
mod registry;
mod snapshot;
mod spender;
#[cfg(test)]
mod tests;
mod turn;
mod vault;

pub use hold::{Hold, Refused};
pub use outbox::{Booking, Outgoing};
pub use purse::Purse;
pub use snapshot::{Circuit, LimitSource, LimitState, TargetHealth};
pub use spender::{Spender, Who};
pub use turn::Turn;
pub use vault::Vault;

use crate::error::{CallError, ErrorKind};
use crate::event::TargetInfo;
use crate::plan::Target;
use crate::provider::RateHint;
use budgets::Budgets;
use cell::{Cell, Taken, lock};
use key::KeyRef;
use registry::Registry;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::time::Instant;

/// What is known about every target. Cheap to clone; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Health {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    registry: RwLock<Registry>,
    budgets: Mutex<Budgets>,
    /// Turns keys into stand-ins that tell nothing about them.
    hasher: RandomState,
}

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

/// An attempt under way. Dropping it without a word counts as cancelled: the target's health is as
/// before, and the tokens that were reserved count as used.
#[derive(Debug)]
pub struct Permit {
    cell: Arc<Cell>,
    /// `None` once it ended.
    taken: Option<Taken>,
}

impl Health {
    /// Asks whether an attempt at `target` may start. Never waits itself.
    ///
    /// Those who ask this way stand in no line: after a wait they may find that others came first. A call
    /// that waits should ask with [`Health::admit_in_turn`].
    pub fn admit(&self, target: &Target, need: Need) -> Admission {
        self.ask(target, need, None)
    }

    /// Asks as [`Health::admit`], and keeps the call's place in the target's line in `turn`: first come,
    /// first served. After `Wait`, await [`Turn::wait`] and ask again with the same `turn`. The line is
    /// bounded; who finds it full is refused.
    pub fn admit_in_turn(&self, target: &Target, need: Need, turn: &mut Turn) -> Admission {
        self.ask(target, need, Some(turn))
    }

    /// Notes that a call begins at a provider: retry budgets are shares of calls.
    pub fn call_begins(&self, provider: &str) {
        lock(&self.shared.budgets).call(provider, Instant::now());
    }

    /// Takes one retry out of the budgets of the provider and of the whole; `false` if either is spent.
    pub fn take_retry(&self, provider: &str) -> bool {
        lock(&self.shared.budgets).take_retry(provider, Instant::now())
    }

    /// Takes one hedge out of the budget (at most 2 % of calls); `false` if it is spent.
    pub fn take_hedge(&self) -> bool {
        lock(&self.shared.budgets).take_hedge()
    }

    /// Returns the given percentile (0 to 1) of the target's recent first-token times, or `None` while
    /// too few are known.
    pub fn first_token_percentile(&self, target: &TargetInfo, percentile: f64) -> Option<Duration> {
        let key = KeyRef {
            provider: &target.provider,
            model: &target.model,
            credential: None,
            simulated: target.simulated,
        };
        let latency = self.read().latency(key)?;
        lock(&latency).percentile(Instant::now(), percentile)
    }

    /// Forgets all that keeps attempts at `provider` back, but for the configured limits: a person says
    /// "try again now".
    pub fn reset(&self, provider: &str) {
        for cell in self.cells() {
            if cell.key.provider == provider {
                cell.reset();
            }
        }
    }

    fn ask(&self, target: &Target, need: Need, mut turn: Option<&mut Turn>) -> Admission {
        let now = Instant::now();
        let cell = self.cell(target, now);
        if let Some(turn) = &mut turn {
            turn.leave_others(&cell);
        }
        let fingerprint = target
            .key
            .as_ref()
            .map_or(0, |key| self.shared.hasher.hash_one(key.expose()));
        cell.admit(target, fingerprint, need, turn, now)
    }

    fn cell(&self, target: &Target, now: Instant) -> Arc<Cell> {
        let key = KeyRef {
            provider: &target.provider,
            model: &target.model,
            credential: target.credential.as_deref(),
            simulated: target.simulated,
        };
        if let Some(cell) = self.read().target(key) {
            return cell;
        }
        self.shared
            .registry
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .add_target(key, now)
    }

    fn cells(&self) -> Vec<Arc<Cell>> {
        self.read().targets()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Registry> {
        self.shared
            .registry
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    fn new(cell: Arc<Cell>, taken: Taken) -> Self {
        Self {
            cell,
            taken: Some(taken),
        }
    }

    /// Takes in what response headers say about limits.
    pub fn headers(&mut self, hint: &RateHint) {
        if let Some(taken) = &mut self.taken {
            self.cell.headers(taken, hint, Instant::now());
        }
    }

    /// Takes in when the first token came, counted from the attempt's start.
    pub fn first_token(&mut self, after: Duration) {
        if let Some(taken) = &mut self.taken {
            self.cell.first_token(taken, after, Instant::now());
        }
    }

    /// The attempt ended: `error` as it failed, or `None`; `tokens` as used (reported or estimated).
    pub fn end(mut self, error: Option<&CallError>, tokens: u64) {
        if let Some(taken) = self.taken.take() {
            self.cell.end(taken, error, tokens, Instant::now());
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(taken) = self.taken.take() {
            let cancelled = CallError::new(ErrorKind::Cancelled, "the attempt was dropped");
            self.cell
                .end(taken, Some(&cancelled), taken.tokens(), Instant::now());
        }
    }
}
