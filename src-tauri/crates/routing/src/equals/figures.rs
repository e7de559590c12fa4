//! Where a choice's figures come from: past calls where calls are made, rehearsed ones where they are rehearsed.

use super::PeakEwma;

/// What is known of targets at the moment of a choice, and its chance. `T` names a target.
pub trait Figures<T: ?Sized> {
    /// Returns a target's time to the first token; `None`: not asked yet.
    fn first_token(&self, target: &T) -> Option<PeakEwma>;

    /// Returns how many requests are under way at a target.
    fn in_flight(&self, target: &T) -> u32;

    /// Returns the time on the clock of the averages, in milliseconds.
    fn now_ms(&self) -> u64;

    /// Returns a number below `below`, which is at least 1.
    fn draw(&self, below: usize) -> usize;
}
