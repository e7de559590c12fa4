//! Money set aside for one attempt.

use super::purse::Purse;
use crate::error::CallError;
use crate::policy::ledger::HoldId;
use crate::price::{PicoUsd, Tariff, terms_now};
use crate::usage::Usage;
use std::sync::Arc;

/// Why nothing was set aside.
#[derive(Debug)]
pub struct Refused {
    pub error: Box<CallError>,
    /// Whether there will be room once attempts under way have cost less than is set aside for them.
    pub for_now: bool,
}

impl Refused {
    pub(super) fn at_once(error: CallError) -> Self {
        Self {
            error: Box::new(error),
            for_now: false,
        }
    }
}

/// What is set aside for an attempt under way. Dropped without a word, as when a call is cancelled, what the
/// attempt has used so far counts as spent.
#[derive(Debug)]
pub struct Hold {
    purse: Purse,
    /// `None` once it is settled.
    id: Option<HoldId>,
    tariff: Arc<Tariff>,
    worst: PicoUsd,
    used: Usage,
}

impl Hold {
    pub(super) fn new(
        purse: Purse,
        id: HoldId,
        tariff: Arc<Tariff>,
        worst: PicoUsd,
        used: Usage,
    ) -> Self {
        Self {
            purse,
            id: Some(id),
            tariff,
            worst,
            used,
        }
    }

    /// Returns its number if it has to be agreed with other processes before anything is sent.
    pub(super) fn waiting(&self) -> Option<HoldId> {
        self.id.filter(|id| self.purse.is_waiting(*id))
    }

    /// Returns whether it has to be agreed with other processes before anything is sent.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting().is_some()
    }

    /// Makes it cost nothing if it is dropped.
    pub(super) fn unsent(self) -> Unsent {
        Unsent(Some(self))
    }

    /// Takes in what the attempt has used so far.
    pub(crate) fn used(&mut self, usage: Usage) {
        self.used = usage;
    }

    /// Books what the attempt has cost; `None`: what `usage` costs.
    pub(crate) fn settle(mut self, usage: &Usage, cost: Option<PicoUsd>) {
        let cost = cost.or_else(|| self.cost(usage)).unwrap_or(self.worst);
        if let Some(id) = self.id.take() {
            self.purse.settle(id, cost);
        }
    }

    /// Gives it all back: nothing was sent.
    pub(crate) fn release(mut self) {
        if let Some(id) = self.id.take() {
            self.purse.settle(id, PicoUsd(0));
        }
    }

    fn cost(&self, usage: &Usage) -> Option<PicoUsd> {
        self.tariff.cost(usage, &terms_now())
    }
}

/// Set aside for what is not sent yet.
#[derive(Debug)]
pub(super) struct Unsent(Option<Hold>);

impl Unsent {
    /// Forgets it: it is set aside no longer.
    pub(super) fn refused(mut self) {
        if let Some(mut hold) = self.0.take() {
            hold.id = None;
        }
    }

    /// Makes it one of which something may be used.
    pub(super) fn sent(mut self) -> Option<Hold> {
        self.0.take()
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        if let Some(hold) = self.0.take() {
            hold.release();
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(id) = self.id.take() {
            let cost = self.cost(&self.used).unwrap_or(self.worst);
            self.purse.settle(id, cost);
        }
    }
}
