//! What has to be agreed with other processes before it counts as set aside.
//!
//! Processes learn of each other through a file, some time late. Far from a limit that does no harm: an amount is small
//! against the room that is left, and it is in the file before the room can be gone. Near a limit an amount is checked
//! within the transaction that writes it. What others may have admitted without asking, in the time that it takes every
//! process to notice that a limit is near, is kept free ([`ASIDE`]).

use super::{HoldId, Ledger, Refusal};
use crate::policy::period::Period;
use std::time::Duration;
use tokio::time::Instant;

/// A limit is near when no more than one part in so many of it is left.
const NEAR: i64 = 4;
/// A process admits at most one part in so many of a limit without asking before that is written.
const ASIDE: i64 = 16;
/// A process that has not looked at the file for so long asks.
const STALE: Duration = Duration::from_millis(700);
/// After so long every process knows that a limit is near: longer than [`STALE`] and a write.
const KNOWN: Duration = Duration::from_millis(1200);

/// What an account knows of other processes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shared {
    /// Set aside since the last time that it was taken to be written.
    unwritten: i64,
    /// Taken to be written, and not known to be.
    under_way: i64,
    /// Since when the limit is near.
    near_since: Option<Instant>,
}

impl Shared {
    /// What is known of an account that is new: that something may be unwritten.
    pub(super) const UNKNOWN: Self = Self {
        unwritten: i64::MAX,
        under_way: 0,
        near_since: None,
    };
}

impl Ledger {
    /// Notes that an amount was set aside without asking.
    pub fn admitted(&mut self, id: HoldId) {
        let Some(hold) = self.holds.get(&id).copied() else {
            return;
        };
        for account in &mut self.accounts {
            if account.covers(hold.labels) {
                let shared = &mut account.shared;
                shared.unwritten = shared.unwritten.saturating_add(hold.amount);
            }
        }
    }

    /// Notes that all that is set aside is being written.
    pub fn writing(&mut self) {
        for account in &mut self.accounts {
            let shared = &mut account.shared;
            shared.under_way = shared
                .under_way
                .saturating_add(std::mem::take(&mut shared.unwritten));
        }
    }

    /// Notes how that went.
    pub fn written(&mut self, done: bool) {
        for account in &mut self.accounts {
            let shared = &mut account.shared;
            let under_way = std::mem::take(&mut shared.under_way);
            if !done {
                shared.unwritten = shared.unwritten.saturating_add(under_way);
            }
        }
    }

    /// Notes that what others do was looked at just now, and how many there are (`None`: as many as before). Returns whether something may
    /// fit that did not before.
    pub fn looked(&mut self, now: i64, steady: Instant, others: Option<usize>) -> bool {
        self.looked = Some(steady);
        if let Some(others) = others {
            self.others = i64::try_from(others).unwrap_or(i64::MAX);
        }
        let mut has_room = false;
        for index in 0..self.accounts.len() {
            let is_near = self
                .room(index, now)
                .is_some_and(|(room, limit)| is_near(room, limit));
            let shared = &mut self.accounts[index].shared;
            match (is_near, shared.near_since) {
                (false, _) => shared.near_since = None,
                (true, None) => shared.near_since = Some(steady),
                (true, Some(since)) => {
                    let past = steady.saturating_duration_since(since);
                    has_room |= (KNOWN..KNOWN * 3).contains(&past);
                }
            }
        }
        has_room
    }

    /// Returns whether an amount that is set aside is so far from every limit that nobody need be asked.
    pub fn is_sure(&mut self, id: HoldId, now: i64, steady: Instant) -> bool {
        let Some(hold) = self.holds.get(&id).copied() else {
            return true;
        };
        let is_fresh = self
            .looked
            .is_some_and(|looked| steady.saturating_duration_since(looked) < STALE);
        (0..self.accounts.len()).all(|index| {
            let account = &self.accounts[index];
            if !account.covers(hold.labels) || !account.is_shared() {
                return true;
            }
            let unwritten = account.shared.unwritten;
            let unwritten = unwritten.saturating_add(account.shared.under_way);
            let unwritten = unwritten.saturating_add(hold.amount);
            self.room(index, now).is_none_or(|(room, limit)| {
                is_fresh && !is_near(room, limit) && unwritten <= limit / ASIDE
            })
        })
    }

    /// Decides on an amount that is set aside but not agreed, when all that others have written is taken in. `waiting`
    /// are all amounts that are not agreed, this one included: they do not stand in each other's way.
    ///
    /// # Errors
    /// Why there is no room; then it is set aside no longer.
    pub fn agree(
        &mut self,
        id: HoldId,
        waiting: impl Iterator<Item = HoldId> + Clone,
        now: i64,
        steady: Instant,
    ) -> Result<(), Refusal> {
        let Some(hold) = self.holds.get(&id).copied() else {
            return Ok(());
        };
        let waiting: Vec<_> = waiting
            .filter_map(|id| self.holds.get(&id).map(|hold| (hold.labels, hold.amount)))
            .collect();
        // They are looked away from, this one among them.
        for (labels, amount) in &waiting {
            self.add_reserved(*labels, -amount);
        }
        let mut refused = None;
        for index in 0..self.accounts.len() {
            let aside = self.aside(index, now, steady);
            self.accounts[index].reserved = self.accounts[index].reserved.saturating_add(aside);
            let of_call = (0, 0);
            // A single call's limit is nobody else's affair.
            if self.accounts[index].is_shared() {
                refused = refused.or(self.refusal(index, hold.labels, hold.amount, of_call, now));
            }
            self.accounts[index].reserved = self.accounts[index].reserved.saturating_sub(aside);
        }
        for (labels, amount) in &waiting {
            self.add_reserved(*labels, *amount);
        }
        match refused {
            None => Ok(()),
            Some(refusal) => {
                self.holds.remove(&id);
                self.add_reserved(hold.labels, -hold.amount);
                Err(refusal)
            }
        }
    }

    /// Returns what others may have admitted of a budget without asking.
    fn aside(&mut self, index: usize, now: i64, steady: Instant) -> i64 {
        let Some((_, limit)) = self.room(index, now) else {
            return 0;
        };
        let since = self.accounts[index].shared.near_since;
        let is_known = since.is_some_and(|since| steady.saturating_duration_since(since) >= KNOWN);
        match is_known {
            true => 0,
            false => (limit / ASIDE).saturating_mul(self.others).min(limit),
        }
    }

    /// Returns what is left of a budget, and its limit; `None`: it refuses nothing.
    fn room(&mut self, index: usize, now: i64) -> Option<(i64, i64)> {
        let account = self.accounts.get(index)?;
        if !account.is_shared() {
            return None;
        }
        let (limit, reserved) = (account.limit(now)?.0, account.reserved);
        let spent = self.spent(index, now);
        Some((limit.saturating_sub(spent).saturating_sub(reserved), limit))
    }
}

fn is_near(room: i64, limit: i64) -> bool {
    room <= limit / NEAR
}

impl super::Account {
    /// Whether it may refuse what other processes leave no room for.
    fn is_shared(&self) -> bool {
        self.budget.blocks && self.budget.limit.is_some() && self.budget.period != Period::Call
    }
}
