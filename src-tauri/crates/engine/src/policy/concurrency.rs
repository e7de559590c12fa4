//! How many requests may be under way at once, learned from what happens to them.

use std::time::Duration;
use tokio::time::Instant;

/// Nothing is held back below this many at once, until a provider shows that it is too many.
const CEILING: f64 = 1000.0;

const FLOOR: f64 = 1.0;

/// What an ended attempt says about how many are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// It was answered, as soon as usual.
    Clean,
    /// It was answered, but its first token took more than twice as long as usual.
    Slow,
    /// The provider said that it has too much (429, 503).
    Pushback,
    /// A clock ran out.
    Late,
    /// It says nothing.
    None,
}

/// An additive-increase, multiplicative-decrease limit: one more after a clean window, half after a
/// pushback, nine tenths after a timeout, never below one.
///
/// A window is as many answers as the limit. It is clean if most of them began as soon as usual, and it
/// counts only if the limit was reached in it, else the limit would grow without evidence. Attempts that
/// began before the last decrease belong to the same trouble and do not decrease again. One pushback or
/// timeout among many answers is chance, not load: a healthy provider would be throttled by its ordinary
/// errors (TCP's trouble with random loss). [`TROUBLE`] says how many it takes.
///
/// After an outage the limit is far below what the provider can take. It doubles with every clean window
/// up to what went well before, and grows by one from there (TCP's slow start).
#[derive(Debug, Clone, Copy)]
pub struct Concurrency {
    limit: f64,
    /// Answers in the window.
    answers: u32,
    /// Those of them that were slow to begin.
    slow: u32,
    /// Whether all of the limit was in use since the window began.
    reached: bool,
    decreased_at: Option<Instant>,
    /// Below it the limit doubles: as many at once went well, or less since trouble came at fewer.
    threshold: f64,
    /// The latest ends, newest in the lowest bit: 1 for a pushback or timeout.
    recent: u32,
    /// How many of `recent` are known, at most 32.
    known: u32,
}

/// Pushbacks and timeouts among the latest 32 ends that count as load: this many, and a tenth.
const TROUBLE: u32 = 2;

/// What a decrease on the way back up leaves of the threshold.
const FORGETTING: f64 = 0.9;

impl Default for Concurrency {
    fn default() -> Self {
        Self {
            limit: CEILING,
            answers: 0,
            slow: 0,
            reached: false,
            decreased_at: None,
            threshold: FLOOR,
            recent: 0,
            known: 0,
        }
    }
}

impl Concurrency {
    /// Returns how many may be under way.
    pub fn limit(&self) -> u32 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 1000"
        )]
        let limit = self.limit as u32;
        limit
    }

    /// Returns whether the limit was learned: whether a provider ever showed that something is too much.
    pub fn is_learned(&self) -> bool {
        self.decreased_at.is_some()
    }

    /// Notes that an attempt began; `in_flight` includes it.
    pub fn began(&mut self, in_flight: u32) {
        self.reached |= in_flight >= self.limit();
    }

    /// Notes that an attempt ended that began at `began`; `in_flight` includes it.
    pub fn ended(&mut self, now: Instant, began: Instant, in_flight: u32, signal: Signal) {
        if signal != Signal::None {
            let trouble = matches!(signal, Signal::Pushback | Signal::Late);
            self.recent = (self.recent << 1) | u32::from(trouble);
            self.known = (self.known + 1).min(u32::BITS);
        }
        match signal {
            Signal::Clean => {
                self.threshold = self.threshold.max(f64::from(in_flight).min(CEILING));
                self.answered(0);
            }
            Signal::Slow => self.answered(1),
            Signal::Pushback => self.decrease(now, began, in_flight, 0.5),
            Signal::Late => self.decrease(now, began, in_flight, 0.9),
            Signal::None => {}
        }
    }

    fn answered(&mut self, slow: u32) {
        self.answers += 1;
        self.slow += slow;
        if self.answers >= self.limit() {
            if self.reached && self.slow * 2 <= self.answers {
                self.limit = if self.limit < self.threshold {
                    (self.limit * 2.0).min(self.threshold)
                } else {
                    (self.limit + 1.0).min(CEILING)
                };
            }
            self.begin_window();
        }
    }

    fn begin_window(&mut self) {
        self.answers = 0;
        self.slow = 0;
        self.reached = false;
    }

    fn decrease(&mut self, now: Instant, began: Instant, in_flight: u32, factor: f64) {
        let troubles = self.recent.count_ones();
        let is_chance = troubles < TROUBLE || troubles * 10 < self.known;
        if is_chance || self.decreased_at.is_some_and(|at| began <= at) {
            return;
        }
        (self.recent, self.known) = (0, 0);
        // From what was really under way: a limit that was never reached says nothing.
        let at_once = self.limit.min(f64::from(in_flight));
        let limit = (at_once * factor).max(FLOOR);
        self.threshold = if at_once < self.threshold {
            // An outage, or the threshold is too high: it comes down slowly.
            self.threshold * FORGETTING
        } else {
            limit
        };
        self.limit = limit;
        self.begin_window();
        self.decreased_at = Some(now);
    }
}

/// How long attempts take, smoothed, to foretell when one of those under way will be over.
#[derive(Debug, Clone, Copy, Default)]
pub struct Turnover {
    mean: Option<Duration>,
}

/// Taken where no attempt has ended yet.
const UNKNOWN_DURATION: Duration = Duration::from_secs(1);
/// A full house is a reason to wait, even if attempts take no time.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

impl Turnover {
    /// Notes how long an attempt took.
    pub fn took(&mut self, duration: Duration) {
        self.mean = Some(match self.mean {
            Some(mean) => mean.mul_f64(0.875) + duration.mul_f64(0.125),
            None => duration,
        });
    }

    /// Returns about how long it takes until a request with `ahead` others before it gets its turn, with
    /// `limit` at once, all taken. Never nothing, however short attempts are.
    pub fn wait(&self, ahead: usize, limit: u32) -> Duration {
        let mean = self.mean.unwrap_or(UNKNOWN_DURATION);
        let turns = u32::try_from(ahead + 1).unwrap_or(u32::MAX);
        (mean.saturating_mul(turns) / limit.max(1)).max(SHORTEST_WAIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn twice(concurrency: &mut Concurrency, now: Instant, in_flight: u32, signal: Signal) {
        concurrency.ended(now, now - SECOND, in_flight + 1, signal);
        concurrency.ended(now, now - SECOND, in_flight, signal);
    }

    /// Ten under way, pushed back: five may be.
    fn at_five(start: Instant) -> Concurrency {
        let mut concurrency = Concurrency::default();
        twice(&mut concurrency, start + SECOND, 10, Signal::Pushback);
        assert_eq!(concurrency.limit(), 5);
        concurrency
    }

    #[test]
    fn a_pushback_halves_what_was_under_way() {
        at_five(Instant::now());
    }

    #[test]
    fn those_that_began_before_the_decrease_do_not_decrease_again() {
        let start = Instant::now();
        let mut concurrency = at_five(start);
        for in_flight in (1..10).rev() {
            concurrency.ended(start + SECOND, start, in_flight, Signal::Pushback);
        }
        assert_eq!(concurrency.limit(), 5);
        twice(&mut concurrency, start + SECOND * 3, 5, Signal::Pushback);
        assert_eq!(concurrency.limit(), 2);
    }

    #[test]
    fn a_clean_window_at_the_limit_adds_one() {
        let start = Instant::now();
        let mut concurrency = at_five(start);
        concurrency.began(5);
        for _ in 0..5 {
            concurrency.ended(start + SECOND * 2, start + SECOND, 5, Signal::Clean);
        }
        assert_eq!(concurrency.limit(), 6);
    }

    #[test]
    fn a_window_of_slow_first_tokens_adds_none() {
        let start = Instant::now();
        let mut concurrency = at_five(start);
        for (signal, limit) in [(Signal::Slow, 5), (Signal::Clean, 6)] {
            concurrency.began(5);
            for signal in [Signal::Clean, Signal::Clean, signal, signal, signal] {
                concurrency.ended(start + SECOND * 2, start + SECOND, 5, signal);
            }
            assert_eq!(concurrency.limit(), limit);
        }
    }

    #[test]
    fn a_limit_that_is_not_reached_does_not_grow() {
        let start = Instant::now();
        let mut concurrency = at_five(start);
        concurrency.began(2);
        for _ in 0..50 {
            concurrency.ended(start + SECOND * 2, start + SECOND, 2, Signal::Clean);
        }
        assert_eq!(concurrency.limit(), 5);
    }

    #[test]
    fn after_an_outage_the_limit_doubles_up_to_where_the_trouble_began() {
        let mut now = Instant::now();
        let mut concurrency = Concurrency::default();
        twice(&mut concurrency, now + SECOND * 2, 40, Signal::Pushback);
        assert_eq!(concurrency.limit(), 20);
        // The probes of a long outage go alone, and fail.
        for step in 1..=2 {
            now += SECOND * 60 * step;
            twice(&mut concurrency, now, 1, Signal::Pushback);
        }
        assert_eq!(concurrency.limit(), 1);
        let mut limits = Vec::new();
        for _ in 0..7 {
            now += SECOND;
            let limit = concurrency.limit();
            concurrency.began(limit);
            for _ in 0..limit {
                concurrency.ended(now, now, limit, Signal::Clean);
            }
            limits.push(concurrency.limit());
        }
        // Up to twenty less a tenth and a tenth, and from there one by one.
        assert_eq!(limits, [2, 4, 8, 16, 16, 17, 18]);
    }

    #[test]
    fn a_timeout_takes_a_tenth() {
        let start = Instant::now();
        let mut concurrency = Concurrency::default();
        twice(&mut concurrency, start + SECOND, 100, Signal::Late);
        assert_eq!(concurrency.limit(), 90);
    }

    #[test]
    fn one_pushback_or_timeout_among_many_answers_is_chance() {
        let start = Instant::now();
        let mut concurrency = Concurrency::default();
        for step in 1..=200 {
            let now = start + SECOND * step;
            let signal = if step % 15 == 0 {
                Signal::Pushback
            } else {
                Signal::Clean
            };
            concurrency.ended(now, now - SECOND, 20, signal);
        }
        assert_eq!(concurrency.limit(), 1000);
    }

    #[test]
    fn the_wait_is_that_of_the_turns_before() {
        let mut turnover = Turnover::default();
        turnover.took(SECOND * 4);
        assert_eq!(turnover.wait(0, 2), SECOND * 2);
        assert_eq!(turnover.wait(3, 2), SECOND * 8);
        let mut instant = Turnover::default();
        instant.took(Duration::ZERO);
        assert!(instant.wait(0, 2) > Duration::ZERO);
    }

    proptest! {
        #[test]
        fn one_may_always_be_under_way(signals in prop::collection::vec((0u8..5, 0u32..2000), 0..300)) {
            let start = Instant::now();
            let mut concurrency = Concurrency::default();
            for (step, (signal, in_flight)) in (1u32..).zip(signals) {
                let now = start + SECOND * step;
                let signal = [
                    Signal::Clean,
                    Signal::Slow,
                    Signal::Pushback,
                    Signal::Late,
                    Signal::None,
                ][usize::from(signal)];
                concurrency.ended(now, now - SECOND / 2, in_flight, signal);
                prop_assert!((1..=1000).contains(&concurrency.limit()));
            }
        }
    }
}
