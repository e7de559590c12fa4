//! Which target's turn it is: the plan's general order, or the list for a cause of failure.

use crate::error::{Disposition, ErrorKind};
use crate::plan::{Candidate, Plan, Target};
use std::collections::VecDeque;

/// The targets of one call that are still to be tried. Each is handed out once at most.
#[derive(Debug)]
pub struct Order<'a> {
    plan: &'a Plan,
    /// By index into the plan's candidates: may still be handed out.
    usable: Vec<bool>,
    queue: VecDeque<usize>,
}

/// What a cause of failure makes of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Following {
    /// The next target, or `None` if the failure leaves none.
    pub next: Option<usize>,
    /// Whether it comes from the plan's list for this cause.
    pub listed: bool,
}

impl<'a> Order<'a> {
    /// `usable` says of each candidate whether it can be tried.
    pub fn new(plan: &'a Plan, usable: Vec<bool>) -> Self {
        let queue = (0..plan.general.min(usable.len()))
            .filter(|index| usable[*index])
            .collect();
        Self {
            plan,
            usable,
            queue,
        }
    }

    /// Hands out the target whose turn it is.
    pub fn take(&mut self) -> Option<&'a Target> {
        let index = self.queue.pop_front()?;
        self.hand_out(index)
    }

    /// Returns the next target of another provider than `provider`.
    pub fn elsewhere(&self, provider: &str) -> Option<(usize, &'a Target)> {
        self.queue.iter().find_map(|index| {
            let target = self.target(*index)?;
            (target.provider != provider).then_some((*index, target))
        })
    }

    /// Takes a target out of turn.
    pub fn take_out(&mut self, index: usize) {
        self.queue.retain(|queued| *queued != index);
        self.usable[index] = false;
    }

    /// Returns whether another target follows.
    pub fn has_next(&self) -> bool {
        !self.queue.is_empty()
    }

    pub fn target(&self, index: usize) -> Option<&'a Target> {
        match self.plan.candidates.get(index)? {
            Candidate::Ready(target) => Some(target),
            Candidate::Unusable { .. } => None,
        }
    }

    /// Returns what would follow if `current` were left because of `kind`.
    pub fn following(&self, current: &Target, kind: ErrorKind) -> Following {
        let list = self.list(kind);
        let helps = |index: &usize| self.helps(*index, current, kind);
        if list.is_empty() {
            return Following {
                next: self.queue.iter().copied().find(helps),
                listed: false,
            };
        }
        Following {
            next: list.iter().copied().find(helps),
            listed: true,
        }
    }

    /// Leaves `current` because of `kind`: from now on only targets that may do better with it are handed
    /// out, in the order of the list for the cause if there is one. Returns those passed over for ever.
    pub fn leave(&mut self, current: &Target, kind: ErrorKind) -> Vec<&'a Target> {
        let list = self.list(kind);
        let queue = if list.is_empty() {
            std::mem::take(&mut self.queue)
        } else {
            list.iter().copied().collect()
        };
        let (helpful, useless): (Vec<usize>, Vec<usize>) = queue
            .into_iter()
            .filter(|index| self.usable.get(*index).copied().unwrap_or(false))
            .partition(|index| self.helps(*index, current, kind));
        self.queue = helpful.into();
        useless
            .into_iter()
            .filter_map(|index| self.hand_out(index))
            .collect()
    }

    fn hand_out(&mut self, index: usize) -> Option<&'a Target> {
        self.usable[index] = false;
        self.target(index)
    }

    /// Returns the plan's list for a cause; empty if it has none.
    pub fn list(&self, kind: ErrorKind) -> &'a [usize] {
        match kind {
            ErrorKind::ContextTooLong => &self.plan.lists.context_too_long,
            ErrorKind::ContentFiltered => &self.plan.lists.content_filter,
            ErrorKind::Auth | ErrorKind::Permission => &self.plan.lists.auth,
            _ => &[],
        }
    }

    /// Returns whether a candidate can be tried and might do better than `current` did.
    fn helps(&self, index: usize, current: &Target, kind: ErrorKind) -> bool {
        if !self.usable.get(index).copied().unwrap_or(false) {
            return false;
        }
        let Some(target) = self.target(index) else {
            return false;
        };
        let same = target.provider == current.provider && target.model == current.model;
        match kind {
            ErrorKind::ContextTooLong => {
                let (this, had) = (
                    target.capabilities.context_window,
                    current.capabilities.context_window,
                );
                // An unknown window counts as larger, but not than itself.
                !same && this.zip(had).is_none_or(|(this, had)| this > had)
            }
            _ => !same || kind.disposition() != Disposition::NextIfDifferent,
        }
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
