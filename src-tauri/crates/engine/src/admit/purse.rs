//! The money of a process: one ledger behind one lock, whatever calls run beside each other.
//!
//! It opens no file. What has to outlive the process is handed out by [`Purse::outgoing`], and what other processes
//! spend is told with [`Purse::with_ledger`].

use super::outbox::{Booking, Outgoing};
use super::vault::Waiting;
use crate::call::CallId;
use crate::policy::budget::{Budget, Labels, Step};
use crate::policy::ledger::{HoldId, Ledger, Refusal, Standing};
use crate::policy::period::Calendar;
use crate::policy::period::Period;
use crate::price::PicoUsd;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::Instant;

/// Budgets and what is spent and set aside of them. Cheap to clone; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Purse {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Something that was set aside is free again.
    freed: Notify,
    /// There is something to write.
    changed: Notify,
}

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) ledger: Ledger,
    pub(super) calendar: Calendar,
    pub(super) outgoing: Outgoing,
    pub(super) waiting: Waiting,
    /// Callers that a person has stopped.
    stopped: HashSet<String>,
    /// Stands in for the clock in tests.
    clock: Option<i64>,
}

impl State {
    /// Takes what is to be written.
    pub(super) fn take(&mut self) -> Outgoing {
        self.ledger.writing();
        std::mem::take(&mut self.outgoing)
    }

    pub(super) fn now(&self) -> i64 {
        self.clock
            .unwrap_or_else(|| jiff::Timestamp::now().as_millisecond())
    }
}

impl Purse {
    /// Puts budgets in force. What was spent and set aside before counts in them.
    pub fn configure(&self, calendar: Calendar, budgets: Vec<Budget>) {
        let mut state = self.lock();
        state.calendar = calendar.clone();
        state.ledger.configure(calendar, budgets);
        drop(state);
        self.shared.freed.notify_waiters();
    }

    /// Sets the clock, or with `None` lets it be the system's. For tests and rehearsals.
    pub fn set_clock(&self, now: Option<i64>) {
        self.lock().clock = now;
    }

    /// Returns the time in milliseconds since 1970, as the purse sees it.
    pub fn now(&self) -> i64 {
        self.lock().now()
    }

    /// Returns the calendar that is in force.
    pub fn calendar(&self) -> Calendar {
        self.lock().calendar.clone()
    }

    /// Does something with the ledger, under the lock: nothing that takes long.
    pub fn with_ledger<T>(&self, work: impl FnOnce(&mut Ledger, i64) -> T) -> T {
        let mut state = self.lock();
        let now = state.now();
        let done = work(&mut state.ledger, now);
        drop(state);
        self.shared.freed.notify_waiters();
        done
    }

    /// Returns how every budget stands, in the order of the configuration.
    pub fn standings(&self) -> Vec<Standing> {
        let mut state = self.lock();
        let now = state.now();
        state.ledger.standings(now)
    }

    /// Returns which budgets spending with these labels is 95 % of the way through or more, what is set aside
    /// included.
    pub fn nearly_spent(&self, labels: &Labels) -> Vec<Budget> {
        let near = |standing: &Standing| {
            let used = standing.spent.0.saturating_add(standing.reserved.0);
            standing.budget.scope.covers(labels)
                && standing.limit.is_some_and(|limit| {
                    limit.0 > 0 && Step::of(PicoUsd(used), limit) >= Step::Degrade
                })
        };
        let standings = self.standings().into_iter();
        standings
            .filter(near)
            .map(|standing| standing.budget)
            .collect()
    }

    /// Returns how much is used of the budget that is used most among those that spending with these labels falls
    /// under, what is set aside included: 0 is none, 1 all of it. `None`: no budget of theirs has a limit. Budgets of
    /// single calls do not fill.
    pub fn used_share(&self, labels: &Labels) -> Option<f64> {
        let share = |standing: Standing| {
            let limit = standing.limit.filter(|limit| limit.0 > 0)?;
            let counts =
                standing.budget.period != Period::Call && standing.budget.scope.covers(labels);
            let used = standing.spent.0.saturating_add(standing.reserved.0);
            counts.then(|| used as f64 / limit.0 as f64)
        };
        let shares = self.standings().into_iter().filter_map(share);
        shares.reduce(f64::max)
    }

    /// Replaces the callers that are stopped.
    pub fn set_stopped(&self, callers: HashSet<String>) {
        self.lock().stopped = callers;
    }

    /// Returns whether a person has stopped this caller.
    pub fn is_stopped(&self, caller: &str) -> bool {
        self.lock().stopped.contains(caller)
    }

    /// Takes what is to be written since the last time.
    pub fn outgoing(&self) -> Outgoing {
        self.lock().take()
    }

    /// Notes that all that was taken is written.
    pub fn written(&self) {
        self.lock().ledger.written(true);
    }

    /// Notes that what others do was looked at just now, and how many other processes there are.
    pub fn looked(&self, others: usize) {
        self.look(Some(others));
    }

    /// As [`Self::looked`], when nothing has changed.
    pub fn looked_again(&self) {
        self.look(None);
    }

    fn look(&self, others: Option<usize>) {
        let mut state = self.lock();
        let now = state.now();
        let has_room = state.ledger.looked(now, Instant::now(), others);
        drop(state);
        if has_room {
            self.shared.freed.notify_waiters();
        }
    }

    /// Returns what is spent and not written yet.
    pub fn pending(&self) -> Vec<Booking> {
        self.lock().outgoing.spent.clone()
    }

    /// Gives back what could not be written.
    pub fn restore(&self, failed: Outgoing) {
        let mut state = self.lock();
        state.ledger.written(false);
        state.outgoing.restore(failed);
    }

    /// Waits until there is something to write.
    pub async fn changed(&self) {
        self.shared.changed.notified().await;
    }

    /// Returns what waits for something that was set aside to be free again. Made before the purse is asked, it
    /// misses nothing.
    pub(crate) fn freed(&self) -> Notified<'_> {
        self.shared.freed.notified()
    }

    /// Returns whether any budget may refuse spending with these labels.
    pub(super) fn is_limited(&self, labels: &Labels) -> Option<String> {
        let standings = self.standings().into_iter();
        standings
            .map(|standing| standing.budget)
            .find(|budget| budget.limit.is_some() && budget.blocks && budget.scope.covers(labels))
            .map(|budget| budget.name)
    }

    /// Sets an amount aside. Near a limit it may be spent only once it is [`Self::agreed`].
    ///
    /// # Errors
    /// Why there is no room, the time, and the calendar that is in force.
    pub fn reserve(
        &self,
        call: CallId,
        labels: &Labels,
        worst: PicoUsd,
    ) -> Result<HoldId, (Refusal, i64, Calendar)> {
        let mut state = self.lock();
        let now = state.now();
        let id = state
            .ledger
            .reserve(call, labels, worst, now)
            .map_err(|refusal| (refusal, now, state.calendar.clone()))?;
        let booking = Booking {
            labels: labels.clone(),
            amount: worst,
            at: now,
        };
        let is_alone = state.waiting.vault.is_none();
        if !is_alone && !state.ledger.is_sure(id, now, Instant::now()) {
            state.waiting.add(id, booking);
            return Ok(id);
        }
        state.ledger.admitted(id);
        state.outgoing.open(id, booking);
        drop(state);
        self.shared.changed.notify_one();
        Ok(id)
    }

    /// Books what was spent in place of what was set aside.
    pub fn settle(&self, id: HoldId, cost: PicoUsd) {
        let mut state = self.lock();
        let at = state.now();
        let waited = state.waiting.remove(id);
        if let Some(labels) = state.ledger.settle(id, cost, at) {
            let amount = cost;
            let spent = (cost.0 > 0).then_some(Booking { labels, amount, at });
            if waited {
                state.outgoing.spent.extend(spent);
            } else {
                state.outgoing.close(id, spent);
            }
        }
        drop(state);
        self.shared.freed.notify_waiters();
        self.shared.changed.notify_one();
    }

    /// Forgets what a call has spent; it has ended.
    pub fn call_ended(&self, call: CallId) {
        self.lock().ledger.call_ended(call);
    }

    /// Has what is to be written written.
    pub(super) fn tell_changed(&self) {
        self.shared.changed.notify_one();
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
