//! What of the purse is still to be written to the file.
//!
//! Bounded: amounts under way are as many as attempts, and spending that waits too long is summed by second.

use crate::policy::budget::Labels;
use crate::policy::ledger::HoldId;
use crate::price::PicoUsd;
use std::collections::{BTreeMap, HashMap};

/// Bookings that wait before those of one second and the same labels become one.
const MOST_SPENT: usize = 4096;

/// An amount, whose it is, and when it was set aside or spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    pub labels: Labels,
    pub amount: PicoUsd,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// What is to be written, in one transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// Set aside since the last time, and still under way.
    pub opened: BTreeMap<HoldId, Booking>,
    /// No longer set aside.
    pub closed: Vec<HoldId>,
    pub spent: Vec<Booking>,
}

impl Outgoing {
    /// Returns whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.opened.is_empty() && self.closed.is_empty() && self.spent.is_empty()
    }

    pub(super) fn open(&mut self, id: HoldId, booking: Booking) {
        self.opened.insert(id, booking);
    }

    pub(super) fn close(&mut self, id: HoldId, spent: Option<Booking>) {
        // What was never written need not be taken back.
        if self.opened.remove(&id).is_none() {
            self.closed.push(id);
        }
        self.spent.extend(spent);
        self.bound();
    }

    /// Takes back what could not be written.
    pub(super) fn restore(&mut self, mut failed: Self) {
        for id in &self.closed {
            failed.opened.remove(id);
        }
        failed.opened.append(&mut self.opened);
        failed.closed.append(&mut self.closed);
        failed.spent.append(&mut self.spent);
        *self = failed;
        self.bound();
    }

    fn bound(&mut self) {
        if self.spent.len() <= MOST_SPENT {
            return;
        }
        let mut sums: HashMap<(i64, Labels), (i64, i64)> = HashMap::new();
        for booking in self.spent.drain(..) {
            let second = booking.at.div_euclid(1000);
            let entry = sums
                .entry((second, booking.labels))
                .or_insert((booking.at, 0));
            entry.0 = entry.0.max(booking.at);
            entry.1 = entry.1.saturating_add(booking.amount.0);
        }
        let booking = |((_, labels), (at, amount))| Booking {
            labels,
            amount: PicoUsd(amount),
            at,
        };
        self.spent = sums.into_iter().map(booking).collect();
        self.spent.sort_by_key(|booking| booking.at);
    }
}
