//! Where processes agree on what they set aside.

use super::outbox::{Booking, Outgoing};
use super::purse::{Purse, State};
use crate::policy::ledger::{HoldId, Refusal};
use crate::policy::period::Calendar;
use futures_util::future::BoxFuture;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::sync::Arc;
use tokio::time::Instant;

/// The file through which processes share their budgets.
pub trait Vault: Send + Sync + Debug {
    /// Has [`Purse::decide`] called within a transaction in which nobody else can write, and writes what it says; or
    /// returns early if another such call, begun after this one was, has done so. If it cannot, what waits is
    /// to be decided without it.
    fn agree(&self) -> BoxFuture<'_, ()>;
}

/// What waits for other processes.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) vault: Option<Arc<dyn Vault>>,
    holds: BTreeMap<HoldId, Booking>,
    refused: HashMap<HoldId, (Refusal, i64, Calendar)>,
}

impl Waiting {
    pub(super) fn add(&mut self, id: HoldId, booking: Booking) {
        self.holds.insert(id, booking);
    }

    /// Returns whether it waited.
    pub(super) fn remove(&mut self, id: HoldId) -> bool {
        self.refused.remove(&id);
        self.holds.remove(&id).is_some()
    }
}

impl State {
    /// Decides on all that waits, by what is known now.
    fn decide(&mut self) {
        let (now, steady) = (self.now(), Instant::now());
        while let Some((id, booking)) = self.waiting.holds.first_key_value() {
            let (id, booking) = (*id, booking.clone());
            let waiting = self.waiting.holds.keys().copied();
            match self.ledger.agree(id, waiting, now, steady) {
                Ok(()) => self.outgoing.open(id, booking),
                Err(refusal) => {
                    let refused = (refusal, now, self.calendar.clone());
                    self.waiting.refused.insert(id, refused);
                }
            }
            self.waiting.holds.remove(&id);
        }
    }
}

impl Purse {
    /// Shares its budgets with other processes from now on.
    pub fn set_vault(&self, vault: Arc<dyn Vault>) {
        self.lock().waiting.vault = Some(vault);
    }

    /// Decides on what waits once all that others have written is taken in, and returns what is to be written.
    pub fn decide(&self) -> Outgoing {
        let mut state = self.lock();
        state.decide();
        state.take()
    }

    /// Returns whether [`Self::agreed`] has to be asked before an amount that was set aside is spent: it waits for other
    /// processes, or a round that another call began has refused it meanwhile.
    pub(super) fn is_waiting(&self, id: HoldId) -> bool {
        let waiting = &self.lock().waiting;
        waiting.holds.contains_key(&id) || waiting.refused.contains_key(&id)
    }

    /// Waits until an amount that was set aside is agreed.
    ///
    /// # Errors
    /// Why there is no room; then it is set aside no longer.
    pub async fn agreed(&self, id: HoldId) -> Result<(), (Refusal, i64, Calendar)> {
        let vault = {
            let state = self.lock();
            let is_waiting = state.waiting.holds.contains_key(&id);
            state.waiting.vault.clone().filter(|_| is_waiting)
        };
        if let Some(vault) = vault {
            vault.agree().await;
        }
        let mut state = self.lock();
        // A file that cannot be written stops no call; what this process knows holds.
        if state.waiting.holds.contains_key(&id) {
            state.decide();
            drop(state);
            self.tell_changed();
            state = self.lock();
        }
        match state.waiting.refused.remove(&id) {
            None => Ok(()),
            Some(refused) => Err(refused),
        }
    }
}
