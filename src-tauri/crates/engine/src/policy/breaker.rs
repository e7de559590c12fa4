//! When a target that fails is left alone, and how it is tried again.

use super::backoff::Backoff;
use super::window::Window;
use std::time::Duration;
use tokio::time::Instant;

/// Failures in a row that open the breaker.
const IN_A_ROW: u32 = 3;
/// Attempts in a minute below which a share of failures says nothing.
const LEAST_ATTEMPTS: u32 = 5;
const FIRST_COOLDOWN: Duration = Duration::from_secs(15);
const LONGEST_COOLDOWN: Duration = Duration::from_secs(120);
/// A longer hint is nonsense.
const LONGEST_HINT: Duration = Duration::from_secs(366 * 24 * 3600);
/// Spread of a cooldown, so that many programs that saw the same failure do not probe together.
const SPREAD: f64 = 0.1;

/// What the breaker says to an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Go.
    Closed,
    /// Closed after the cooldown for all but one, the probe, which may go.
    Probe,
    /// Left alone until then.
    Open { until: Instant },
    /// The probe is under way; what follows depends on it.
    Probing,
}

/// How an attempt went, as far as the target's health goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    Success,
    /// `hint` is how long the provider asks to be left alone.
    Failure {
        hint: Option<Duration>,
    },
    /// It says nothing about the target.
    Neutral,
}

/// Under which breaker an attempt began: what ends under another says nothing about this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    generation: u64,
    probe: bool,
}

impl Ticket {
    /// Returns whether the attempt is the one that tries a half-open breaker.
    pub fn is_probe(self) -> bool {
        self.probe
    }
}

/// A circuit breaker: opens on 3 failures in a row or on half of at least 5 in a minute, for 15 s that
/// double up to 120 s, and is closed again by the success of one probe.
#[derive(Debug, Clone, Default)]
pub struct Breaker {
    state: State,
    /// Counts changes of state.
    generation: u64,
    in_a_row: u32,
    attempts: Window,
    failures: Window,
    /// Times opened since it was last closed.
    opened: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Closed,
    Open {
        until: Instant,
    },
    /// A probe is under way.
    Probing,
}

impl Breaker {
    /// Returns what an attempt at `now` may do. Changes nothing.
    pub fn gate(&self, now: Instant) -> Gate {
        match self.state {
            State::Closed => Gate::Closed,
            State::Open { until } if until > now => Gate::Open { until },
            State::Open { .. } => Gate::Probe,
            State::Probing => Gate::Probing,
        }
    }

    /// Notes that an attempt begins, whatever the gate said; the first at [`Gate::Probe`] is the probe.
    pub fn begin(&mut self, now: Instant) -> Ticket {
        let probe = self.gate(now) == Gate::Probe;
        if probe {
            self.state = State::Probing;
            self.generation += 1;
        }
        Ticket {
            generation: self.generation,
            probe,
        }
    }

    /// Notes how an attempt ended; `draw` from 0 (inclusive) to 1 spreads the cooldown.
    pub fn record(&mut self, now: Instant, ticket: Ticket, outcome: Outcome, draw: f64) {
        if ticket.generation != self.generation {
            return;
        }
        match (self.state, outcome) {
            (_, Outcome::Neutral) => {
                if ticket.probe {
                    // The next one is the probe.
                    self.change(State::Open { until: now });
                }
            }
            (State::Closed, Outcome::Success) => {
                self.in_a_row = 0;
                self.attempts.add(now);
            }
            (State::Closed, Outcome::Failure { hint }) => {
                self.in_a_row = self.in_a_row.saturating_add(1);
                self.attempts.add(now);
                self.failures.add(now);
                let attempts = self.attempts.sum(now);
                let half = attempts >= LEAST_ATTEMPTS && self.failures.sum(now) * 2 >= attempts;
                if self.in_a_row >= IN_A_ROW || half {
                    self.open(now, hint, draw);
                }
            }
            // Whoever got through and was answered has shown that the target answers.
            (State::Open { .. } | State::Probing, Outcome::Success) => self.close(),
            (State::Open { .. } | State::Probing, Outcome::Failure { hint }) => {
                if ticket.probe {
                    self.open(now, hint, draw);
                }
            }
        }
    }

    /// Closes it and forgets what led to it.
    pub fn close(&mut self) {
        self.change(State::Closed);
        self.opened = 0;
    }

    fn open(&mut self, now: Instant, hint: Option<Duration>, draw: f64) {
        let until = now + cooldown(self.opened, hint, draw);
        self.opened = self.opened.saturating_add(1);
        self.change(State::Open { until });
    }

    fn change(&mut self, state: State) {
        self.state = state;
        self.generation += 1;
        self.in_a_row = 0;
        self.attempts.clear();
        self.failures.clear();
    }
}

/// Returns how long the breaker stays open the `opened`-th time (0 for the first).
pub fn cooldown(opened: u32, hint: Option<Duration>, draw: f64) -> Duration {
    let doubled = FIRST_COOLDOWN
        .saturating_mul(2u32.saturating_pow(opened))
        .min(LONGEST_COOLDOWN);
    let spread = 1.0 + SPREAD * (2.0 * draw.clamp(0.0, 1.0) - 1.0);
    let own = doubled.mul_f64(spread);
    hint.map_or(own, |hint| {
        own.max(Backoff::wait_with_hint(hint.min(LONGEST_HINT), draw))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);
    const FAILURE: Outcome = Outcome::Failure { hint: None };

    fn attempt(breaker: &mut Breaker, now: Instant, outcome: Outcome) {
        let ticket = breaker.begin(now);
        breaker.record(now, ticket, outcome, 0.5);
    }

    fn opened(now: Instant) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..3 {
            assert_eq!(breaker.gate(now), Gate::Closed);
            attempt(&mut breaker, now, FAILURE);
        }
        breaker
    }

    #[test]
    fn three_failures_in_a_row_open_it_for_fifteen_seconds() {
        let now = Instant::now();
        let until = now + SECOND * 15;
        assert_eq!(opened(now).gate(now), Gate::Open { until });
    }

    #[test]
    fn half_of_five_within_a_minute_open_it() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        for outcome in [FAILURE, Outcome::Success, FAILURE, Outcome::Success] {
            attempt(&mut breaker, now, outcome);
        }
        assert_eq!(breaker.gate(now), Gate::Closed);
        attempt(&mut breaker, now, FAILURE);
        assert!(matches!(breaker.gate(now), Gate::Open { .. }));
    }

    #[test]
    fn failures_of_more_than_a_minute_ago_do_not_count() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        for step in 0..20 {
            let at = now + SECOND * 40 * step;
            attempt(&mut breaker, at, FAILURE);
            attempt(&mut breaker, at, Outcome::Success);
            assert_eq!(breaker.gate(at), Gate::Closed);
        }
    }

    #[test]
    fn one_probe_closes_it() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let later = now + SECOND * 15;
        assert_eq!(breaker.gate(later), Gate::Probe);
        let probe = breaker.begin(later);
        assert!(probe.is_probe());
        assert_eq!(breaker.gate(later), Gate::Probing);
        assert!(!breaker.begin(later).is_probe());
        breaker.record(later, probe, Outcome::Success, 0.5);
        assert_eq!(breaker.gate(later), Gate::Closed);
    }

    #[test]
    fn each_failed_probe_doubles_the_cooldown_up_to_two_minutes() {
        let mut now = Instant::now();
        let mut breaker = opened(now);
        for expected in [15, 30, 60, 120, 120] {
            let Gate::Open { until } = breaker.gate(now) else {
                panic!("not open");
            };
            assert_eq!(until - now, SECOND * expected);
            now = until;
            attempt(&mut breaker, now, FAILURE);
        }
    }

    #[test]
    fn a_probe_that_says_nothing_leaves_the_next_one_to_probe() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let later = now + SECOND * 15;
        attempt(&mut breaker, later, Outcome::Neutral);
        assert_eq!(breaker.gate(later), Gate::Probe);
    }

    #[test]
    fn what_began_before_it_opened_neither_closes_nor_reopens_it() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        let early: Vec<Ticket> = (0..10).map(|_| breaker.begin(now)).collect();
        for ticket in &early[..3] {
            breaker.record(now, *ticket, FAILURE, 0.5);
        }
        let until = now + SECOND * 15;
        for (ticket, outcome) in early[3..].iter().zip([FAILURE, Outcome::Success, FAILURE]) {
            breaker.record(now + SECOND, *ticket, outcome, 0.5);
            assert_eq!(breaker.gate(now), Gate::Open { until });
        }
    }

    #[test]
    fn one_let_through_while_open_closes_it_by_success_and_worsens_nothing_by_failure() {
        let now = Instant::now();
        let mut breaker = opened(now);
        let before = breaker.gate(now);
        attempt(&mut breaker, now + SECOND, FAILURE);
        assert_eq!(breaker.gate(now), before);
        attempt(&mut breaker, now + SECOND, Outcome::Success);
        assert_eq!(breaker.gate(now), Gate::Closed);
    }

    proptest! {
        #[test]
        fn a_cooldown_is_within_a_tenth_and_never_below_the_hint(
            opened: u32, draw in 0.0..1.0f64, hint in prop::option::of(0u64..10_000),
        ) {
            let hint = hint.map(Duration::from_secs);
            let wait = cooldown(opened, hint, draw);
            prop_assert!(wait >= hint.unwrap_or_default());
            prop_assert!(wait >= FIRST_COOLDOWN.mul_f64(0.9));
            let most = LONGEST_COOLDOWN.max(hint.unwrap_or_default()).mul_f64(1.1);
            prop_assert!(wait <= most + Duration::from_millis(1));
        }

        #[test]
        fn at_most_one_probe_is_under_way(steps in prop::collection::vec((0u8..3, 0u64..40), 0..200)) {
            let mut now = Instant::now();
            let mut breaker = Breaker::default();
            let mut running: Vec<Ticket> = Vec::new();
            for (step, seconds) in steps {
                now += SECOND * u32::try_from(seconds).unwrap();
                if step == 0 || running.is_empty() {
                    running.push(breaker.begin(now));
                } else {
                    let ticket = running.remove(0);
                    let outcome = if step == 1 { FAILURE } else { Outcome::Success };
                    breaker.record(now, ticket, outcome, 0.5);
                }
                let probes = running
                    .iter()
                    .filter(|ticket| ticket.probe && ticket.generation == breaker.generation);
                prop_assert!(probes.count() <= 1);
            }
        }
    }
}
