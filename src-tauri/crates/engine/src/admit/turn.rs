//! A place in a target's line, kept by the call that waits.

use super::cell::Cell;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;

/// A call's place in a target's line, from its first [`Admission::Wait`](super::Admission::Wait) until it is
/// let through, is refused, asks for another target, or drops this.
#[derive(Debug, Default)]
pub struct Turn {
    place: Option<(Arc<Cell>, u64)>,
    wake: Arc<Notify>,
}

impl Turn {
    /// Waits for `wait`, or less if the call's turn may have come sooner. Then ask again.
    pub async fn wait(&self, wait: Duration) {
        // An early wake is no failure.
        let _ = timeout(wait, self.wake.notified()).await;
    }

    pub(super) fn place_at(&self, cell: &Arc<Cell>) -> Option<u64> {
        let (own, place) = self.place.as_ref()?;
        Arc::ptr_eq(own, cell).then_some(*place)
    }

    pub(super) fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    pub(super) fn stand(&mut self, cell: Arc<Cell>, place: u64) {
        self.place = Some((cell, place));
    }

    /// Drops the place without giving it up: it is gone already.
    pub(super) fn forget(&mut self) {
        self.place = None;
    }

    /// Gives the place up unless it is at `cell`.
    pub(super) fn leave_others(&mut self, cell: &Arc<Cell>) {
        if self.place.is_some() && self.place_at(cell).is_none() {
            self.leave();
        }
    }

    fn leave(&mut self) {
        if let Some((cell, place)) = self.place.take() {
            cell.leave(place);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.leave();
    }
}
