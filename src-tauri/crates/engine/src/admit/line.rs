//! Those who wait for their turn at a target, first come first served.

use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::Notify;

/// Most calls that wait for one target; the next is refused.
pub(super) const LONGEST_LINE: usize = 512;

/// The line of one target.
#[derive(Debug, Default)]
pub(super) struct Line {
    waiting: VecDeque<Waiter>,
    last_id: u64,
}

#[derive(Debug)]
struct Waiter {
    id: u64,
    tokens: u64,
    wake: Arc<Notify>,
}

/// What stands before a place in the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ahead {
    pub(super) requests: usize,
    pub(super) tokens: u64,
}

impl Line {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Returns what stands before the place `id`, or before a new one at the end.
    pub(super) fn ahead(&self, id: Option<u64>) -> Ahead {
        let mut ahead = Ahead {
            requests: 0,
            tokens: 0,
        };
        for waiter in &self.waiting {
            if Some(waiter.id) == id {
                break;
            }
            ahead.requests += 1;
            ahead.tokens = ahead.tokens.saturating_add(waiter.tokens);
        }
        ahead
    }

    /// Adds a place at the end; `None` if the line is full.
    pub(super) fn join(&mut self, tokens: u64, wake: Arc<Notify>) -> Option<u64> {
        if self.waiting.len() >= LONGEST_LINE {
            return None;
        }
        self.last_id += 1;
        self.waiting.push_back(Waiter {
            id: self.last_id,
            tokens,
            wake,
        });
        Some(self.last_id)
    }

    /// Gives a place up; everybody behind moves up.
    pub(super) fn leave(&mut self, id: u64) {
        self.waiting.retain(|waiter| waiter.id != id);
        self.wake_first();
    }

    /// Tells the first in the line that something has changed.
    pub(super) fn wake_first(&self) {
        if let Some(first) = self.waiting.front() {
            first.wake.notify_one();
        }
    }

    /// Tells everybody.
    pub(super) fn wake_all(&self) {
        for waiter in &self.waiting {
            waiter.wake.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_order_of_coming_and_move_up() {
        let mut line = Line::default();
        let places: Vec<u64> = (1..=3)
            .map(|tokens| line.join(tokens * 10, Arc::default()).unwrap())
            .collect();
        let before = |line: &Line, id| {
            let ahead = line.ahead(id);
            (ahead.requests, ahead.tokens)
        };
        assert_eq!(before(&line, Some(places[0])), (0, 0));
        assert_eq!(before(&line, Some(places[2])), (2, 30));
        assert_eq!(before(&line, None), (3, 60));
        line.leave(places[0]);
        assert_eq!(before(&line, Some(places[2])), (1, 20));
    }

    #[test]
    fn the_line_has_an_end() {
        let mut line = Line::default();
        for _ in 0..LONGEST_LINE {
            assert!(line.join(1, Arc::default()).is_some());
        }
        assert!(line.join(1, Arc::default()).is_none());
    }
}
