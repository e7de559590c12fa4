//! Leaving a target alone for as long as it asked, and not coming back all together.

use super::backoff::LONGEST_HINT;
use std::time::Duration;
use tokio::time::Instant;

/// Attempts after the pause are this part of the pause apart,
const PARTS: u32 = 20;
/// but not less than this and not more than that,
const SHORTEST_GAP: Duration = Duration::from_millis(50);
const LONGEST_GAP: Duration = Duration::from_millis(500);
/// for as long as the pause was, but no longer than this.
const LONGEST_SPREAD: Duration = Duration::from_secs(10);

/// Longer is nonsense.
const LONGEST_PAUSE: Duration = Duration::from_secs(366 * 24 * 3600);

/// A provider's own word that it should not be asked before some moment. When the pause is over, those who
/// waited for it go one after another: it was asked for because there were too many.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cooling {
    told: Option<Told>,
}

#[derive(Debug, Clone, Copy)]
struct Told {
    until: Instant,
    /// When it was last said, or asked again.
    last_asked: Instant,
    /// Between two attempts after the pause, until `spread_until`.
    gap: Duration,
    spread_until: Instant,
    next_at: Instant,
}

impl Cooling {
    /// Takes in that the provider asks for `hint`, at most a year of it. A shorter hint does not shorten a
    /// longer one.
    pub fn hint(&mut self, now: Instant, hint: Duration) {
        let until = now + hint.min(LONGEST_PAUSE);
        match &mut self.told {
            Some(told) if told.until >= until => told.last_asked = now,
            _ => {
                self.told = Some(Told {
                    until,
                    last_asked: now,
                    gap: (hint / PARTS).clamp(SHORTEST_GAP, LONGEST_GAP),
                    spread_until: until + hint.min(LONGEST_SPREAD),
                    next_at: until,
                });
            }
        }
    }

    /// Returns until when the target asked to be left alone, or `None` if that is over.
    pub fn until(&self, now: Instant) -> Option<Instant> {
        self.told
            .map(|told| told.until)
            .filter(|until| *until > now)
    }

    /// Returns from when on an attempt with `ahead` others before it may start.
    pub fn earliest(&self, now: Instant, ahead: usize) -> Instant {
        let Some(told) = self.told.filter(|told| told.spread_until > now) else {
            return now;
        };
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let gaps = told.gap.saturating_mul(ahead);
        (told.next_at.max(told.until).max(now) + gaps).min(told.spread_until)
    }

    /// Returns the same for the last usable target: it may be asked a minute after it was asked last
    /// although it cools. A hint may be wrong, and there is nobody else.
    pub fn recheck_at(&self, now: Instant, ahead: usize) -> Instant {
        match self.told {
            Some(told) if told.until > now && ahead == 0 => {
                told.until.min(told.last_asked + LONGEST_HINT)
            }
            _ => self.earliest(now, ahead),
        }
    }

    /// Notes that an attempt begins.
    pub fn take(&mut self, now: Instant) {
        if let Some(told) = &mut self.told {
            if told.until > now {
                told.last_asked = now;
            } else if told.spread_until > now {
                told.next_at = now + told.gap;
            } else {
                self.told = None;
            }
        }
    }

    /// Ends the pause if an attempt that began after the hint was answered.
    pub fn answered(&mut self, now: Instant, began: Instant) {
        self.told = self
            .told
            .filter(|told| told.until <= now || began < told.last_asked);
    }

    /// Ends it.
    pub fn clear(&mut self) {
        self.told = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_target_is_left_alone_for_as_long_as_it_asked() {
        let now = Instant::now();
        let mut cooling = Cooling::default();
        assert_eq!(cooling.until(now), None);
        cooling.hint(now, SECOND * 300);
        cooling.hint(now, SECOND * 10);
        let until = now + SECOND * 300;
        assert_eq!(cooling.until(now), Some(until));
        assert_eq!(cooling.earliest(now, 0), until);
        assert_eq!(cooling.until(until), None);
        assert_eq!(cooling.earliest(until, 0), until);
    }

    #[test]
    fn those_who_waited_go_one_after_another() {
        let now = Instant::now();
        let mut cooling = Cooling::default();
        cooling.hint(now, SECOND * 2);
        let over = now + SECOND * 2;
        let gap = SECOND / 10;
        assert_eq!(cooling.earliest(now, 3), over + gap * 3);
        cooling.take(over);
        assert_eq!(cooling.earliest(over, 0), over + gap);
        assert_eq!(cooling.earliest(over, 1_000), over + SECOND * 2);
        assert_eq!(cooling.earliest(over + SECOND * 2, 9), over + SECOND * 2);
    }

    #[test]
    fn the_last_target_is_asked_again_once_a_minute() {
        let now = Instant::now();
        let mut cooling = Cooling::default();
        cooling.hint(now, SECOND * 300);
        assert_eq!(cooling.recheck_at(now, 0), now + SECOND * 60);
        cooling.take(now + SECOND * 60);
        let now = now + SECOND * 61;
        assert_eq!(cooling.recheck_at(now, 0), now + SECOND * 59);
    }

    #[test]
    fn an_answer_ends_it_if_it_was_asked_for_after_the_hint() {
        let now = Instant::now();
        let mut cooling = Cooling::default();
        cooling.hint(now, SECOND * 300);
        cooling.answered(now + SECOND, now - SECOND);
        assert!(cooling.until(now).is_some());
        cooling.take(now + SECOND * 60);
        cooling.answered(now + SECOND * 61, now + SECOND * 60);
        assert!(cooling.until(now).is_none());
    }
}
