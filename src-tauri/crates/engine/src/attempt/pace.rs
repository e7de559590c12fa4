//! When content came lately, for the idle clock and the throughput floor.

use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// The window over which the throughput floor is measured.
pub(super) const THROUGHPUT_WINDOW: Duration = Duration::from_secs(5);
/// Characters per second below which a stream counts as dribbling (about one token a second).
pub(super) const THROUGHPUT_FLOOR: f64 = 4.0;
/// A bound on the memory: pieces within this count as one.
const GRAIN: Duration = Duration::from_millis(50);

/// The pace of one stream.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When content last came; `None` before it began.
    pub(super) last: Option<Instant>,
    /// (when, characters) within the last window.
    recent: VecDeque<(Instant, u64)>,
    began: Option<Instant>,
}

impl Pace {
    pub(super) fn record(&mut self, now: Instant, chars: u64) {
        self.last = Some(now);
        self.began.get_or_insert(now);
        match self.recent.back_mut() {
            Some((at, count)) if now.duration_since(*at) < GRAIN => *count += chars,
            Some(_) | None => self.recent.push_back((now, chars)),
        }
        while self
            .recent
            .front()
            .is_some_and(|(at, _)| now.duration_since(*at) > THROUGHPUT_WINDOW)
        {
            self.recent.pop_front();
        }
    }

    /// Returns when the stream counts as dribbling if nothing more comes; `None` before it began.
    pub(super) fn too_slow_at(&self) -> Option<Instant> {
        let began = self.began?;
        let needed = THROUGHPUT_FLOOR * THROUGHPUT_WINDOW.as_secs_f64();
        let mut chars = 0;
        // The newest pieces that together reach the floor keep the stream alive for one window.
        for (at, count) in self.recent.iter().rev() {
            chars += count;
            if chars as f64 >= needed {
                return Some((*at).max(began) + THROUGHPUT_WINDOW);
            }
        }
        Some(began + THROUGHPUT_WINDOW)
    }
}
