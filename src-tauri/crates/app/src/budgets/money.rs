//! The purse of this process, filled from the history file and kept in step with it.

use crate::config::ConfigHandle;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use switchboard_engine::admit::{Booking, Purse};
use switchboard_engine::policy::budget::{Budget, Degrade, Scope};
use switchboard_engine::policy::period::{HOUR_MS, Period};
use switchboard_engine::policy::runaway::Runaway;
use switchboard_store::{BudgetNews, BudgetSeen, StoppedCallerRow, Store, StoreError};

/// Measures all spending of a day, for alerts. No budget can have this name.
pub(crate) const DAY_GAUGE: &str = "(day)";
/// Measures all spending of the sliding hour, for alerts.
pub(crate) const HOUR_GAUGE: &str = "(hour)";

/// After so long without a look at the file all of it is read again: what is older may have been summed since.
const LONGEST_GAP_MS: i64 = HOUR_MS;

/// What this process knows of money. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Money {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    purse: Purse,
    pub(super) store: Store,
    config: ConfigHandle,
    /// Held while the file is read or written, so that an older look never stands in for a newer one.
    pub(super) looking: tokio::sync::Mutex<Look>,
    /// Rounds begun in which processes agree.
    pub(super) rounds: AtomicU64,
    known: Mutex<Known>,
    runaway: Mutex<Runaway>,
}

#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) seen: BudgetSeen,
    pub(super) at_ms: i64,
    /// Whether the file could not be read or written the last time; told once.
    pub(super) failing: bool,
}

#[derive(Debug, Default)]
struct Known {
    raised: HashSet<String>,
    stopped: Vec<StoppedCallerRow>,
    mutes: HashMap<String, i64>,
}

impl Money {
    /// Reads what was spent.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub(crate) async fn open(store: Store, config: ConfigHandle) -> Result<Self, StoreError> {
        let money = Self {
            inner: Arc::new(Inner {
                purse: Purse::default(),
                store,
                config,
                looking: tokio::sync::Mutex::default(),
                rounds: AtomicU64::new(0),
                known: Mutex::default(),
                runaway: Mutex::default(),
            }),
        };
        money.configure();
        let mut look = money.inner.looking.lock().await;
        money.read_all(&mut look).await?;
        drop(look);
        money.purse().set_vault(super::vault::File::of(&money));
        Ok(money)
    }

    pub(crate) fn purse(&self) -> &Purse {
        &self.inner.purse
    }

    /// Puts the budgets of the active configuration in force.
    pub(crate) fn configure(&self) {
        let config = self.inner.config.current();
        let gauge = |name: &str, period: Period| Budget {
            name: name.to_owned(),
            scope: Scope::Global,
            period,
            limit: None,
            degrade: Degrade::Never,
            blocks: false,
        };
        let mut budgets = config.budgets.list.clone();
        budgets.push(gauge(DAY_GAUGE, Period::Day));
        budgets.push(gauge(HOUR_GAUGE, Period::Hour));
        let calendar = config.budgets.calendar();
        self.inner.purse.configure(calendar, budgets);
    }

    /// Puts the budgets in force anew if the system's zone is another.
    pub(crate) fn follow_zone(&self) {
        let calendar = self.inner.config.current().budgets.calendar();
        if calendar != self.inner.purse.calendar() {
            self.configure();
        }
    }

    /// Writes what waits. Returns whether anything did.
    pub(crate) async fn write(&self) -> bool {
        let mut look = self.inner.looking.lock().await;
        self.write_held(&mut look).await
    }

    async fn write_held(&self, look: &mut Look) -> bool {
        let outgoing = self.inner.purse.outgoing();
        if outgoing.is_empty() {
            self.inner.purse.written();
            return false;
        }
        // A clone is kept for the case that it fails; it is small.
        match self.inner.store.write_money(outgoing.clone()).await {
            Ok(()) => {
                look.failing = false;
                self.inner.purse.written();
                true
            }
            Err(error) => {
                self.inner.purse.restore(outgoing);
                tell_once(look, &error);
                false
            }
        }
    }

    /// Takes in what other processes did. Returns whether anything changed.
    pub(crate) async fn poll(&self) -> bool {
        let mut look = self.inner.looking.lock().await;
        let now = self.inner.purse.now();
        let news = if now.saturating_sub(look.at_ms).saturating_abs() > LONGEST_GAP_MS {
            self.write_held(&mut look).await;
            return match self.read_all(&mut look).await {
                Ok(()) => true,
                Err(error) => {
                    tell_once(&mut look, &error);
                    false
                }
            };
        } else {
            self.inner.store.money_since(look.seen).await
        };
        look.at_ms = now;
        match news {
            Ok(None) => {
                self.inner.purse.looked_again();
                false
            }
            Ok(Some(news)) => {
                look.seen = news.seen;
                self.take_in(news, false);
                true
            }
            Err(error) => {
                tell_once(&mut look, &error);
                false
            }
        }
    }

    async fn read_all(&self, look: &mut Look) -> Result<(), StoreError> {
        let now = self.inner.purse.now();
        let news = self.inner.store.all_money(now).await?;
        look.seen = news.seen;
        look.at_ms = now;
        self.take_in(news, true);
        Ok(())
    }

    /// Sums what is old in the file.
    pub(crate) async fn tidy(&self) {
        let mut look = self.inner.looking.lock().await;
        let now = self.inner.purse.now();
        if let Err(error) = self.inner.store.tidy_money(now).await {
            tell_once(&mut look, &error);
        }
    }

    /// Returns callers that are stopped, by name.
    pub(crate) fn stopped(&self) -> Vec<StoppedCallerRow> {
        self.known().stopped.clone()
    }

    /// Returns until when a budget's alerts are muted, or `None`.
    pub(crate) fn muted_until(&self, budget: &str, now: i64) -> Option<i64> {
        let until = self.known().mutes.get(budget).copied();
        until.filter(|until| *until > now)
    }

    /// Takes in a call for the detection of runaway callers. Returns how many near-identical ones there were within a
    /// minute when the caller begins to run away.
    pub(crate) fn observe(&self, caller: &str, fingerprint: u64) -> Option<usize> {
        let now = self.inner.purse.now();
        self.runaway().observe(caller, fingerprint, now)
    }

    /// Forgets the calls of a caller that a person let go on.
    pub(crate) fn forget(&self, caller: &str) {
        self.runaway().forget(caller);
    }

    pub(super) fn take_in(&self, news: BudgetNews, whole: bool) {
        let purse = &self.inner.purse;
        let others = news.others;
        let pending = if whole { purse.pending() } else { Vec::new() };
        let mut known = self.known();
        purse.with_ledger(|ledger, now| {
            // The ledger has to know the time before it is told of earlier ones.
            ledger.standings(now);
            if whole {
                ledger.clear_spent();
            }
            for Booking { labels, amount, at } in news.spent.iter().chain(&pending) {
                ledger.add_spent(labels, *amount, *at);
            }
            let others = news.elsewhere.iter();
            ledger.set_elsewhere(others.map(|booking| (&booking.labels, booking.amount)));
            for budget in known.raised.drain() {
                ledger.raise(&budget, None);
            }
            for raise in &news.raises {
                ledger.raise(&raise.budget, Some((raise.limit, raise.until_ms)));
            }
        });
        known.raised = news.raises.into_iter().map(|raise| raise.budget).collect();
        known.mutes = news.mutes.into_iter().collect();
        let stopped = news.stopped.iter().map(|stopped| stopped.caller.clone());
        purse.set_stopped(stopped.collect());
        known.stopped = news.stopped;
        drop(known);
        purse.looked(others);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.inner
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn runaway(&self) -> MutexGuard<'_, Runaway> {
        self.inner
            .runaway
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn tell_once(look: &mut Look, error: &StoreError) {
    if !std::mem::replace(&mut look.failing, true) && !matches!(error, StoreError::Closed) {
        tracing::warn!(%error, "what is spent could not be read or written; it is tried again");
    }
}
