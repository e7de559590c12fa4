//! How targets behaved: by minute, and over all that was looked at.

use super::past::{Past, PastAttempt};
use super::report::WhatIfBasis;
use crate::behaviour::behaviour;
use crate::chance::lognormal;
use fastrand::Rng;
use std::collections::HashMap;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::event::TargetInfo;
use switchboard_engine::plan::Target;

/// Fewest answers from which a target's times are told, and fewest attempts for its rate of failure.
pub(super) const LEAST: usize = 30;
const MINUTE_MS: i64 = 60_000;
/// Sizes of answers, by powers of two.
const SIZES: usize = 20;

/// What is known of every target that was asked.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    past: &'a Past,
    numbers: HashMap<&'a TargetInfo, u32>,
    /// By a target's number.
    targets: Vec<Known>,
    /// Places of attempts, by target and minute.
    minutes: HashMap<(u32, i64), Vec<u32>>,
}

#[derive(Debug, Default)]
pub(super) struct Known {
    /// Places of attempts that answered, and of those that failed.
    answered: Vec<u32>,
    failed: Vec<u32>,
    /// Places of those that answered, by the size of the answer.
    by_size: [Vec<u32>; SIZES],
    visible: u64,
    reasoning: u64,
}

impl Known {
    pub(super) fn attempts(&self) -> usize {
        self.answered.len() + self.failed.len()
    }

    pub(super) fn failures(&self) -> usize {
        self.failed.len()
    }

    pub(super) fn basis(&self) -> WhatIfBasis {
        match self.answered.len() {
            0 => WhatIfBasis::Assumed,
            LEAST.. => WhatIfBasis::Measured,
            _ => WhatIfBasis::TooFew,
        }
    }
}

/// How a target meets a request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Met<'a> {
    /// As the attempt did.
    As(&'a PastAttempt),
    /// It answers in these times, milliseconds to the first token and from there to the end.
    Answers { first_ms: f64, writes_ms: f64 },
    /// It fails as models do now and then, after a moment.
    Fails,
}

/// Where that was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// What happened there in that minute.
    Minute,
    Rate,
    Assumed,
}

fn size(output_tokens: u64) -> usize {
    (output_tokens.max(1).ilog2() as usize).min(SIZES - 1)
}

impl<'a> Evidence<'a> {
    pub(super) fn new(past: &'a Past) -> Self {
        let mut targets: Vec<Known> = past.targets.iter().map(|_| Known::default()).collect();
        let mut minutes: HashMap<(u32, i64), Vec<u32>> = HashMap::new();
        for (place, attempt) in (0u32..).zip(&past.attempts) {
            let Some(known) = targets.get_mut(attempt.target as usize) else {
                continue;
            };
            if !attempt.tells_of_target() {
                continue;
            }
            let minute = attempt.at_ms.div_euclid(MINUTE_MS);
            minutes
                .entry((attempt.target, minute))
                .or_default()
                .push(place);
            match attempt.error {
                Some(_) => known.failed.push(place),
                None => {
                    known.answered.push(place);
                    if let Some(of) = known.by_size.get_mut(size(attempt.usage.output_tokens())) {
                        of.push(place);
                    }
                    known.visible += attempt.usage.output_visible_tokens;
                    known.reasoning += attempt.usage.reasoning_output_tokens;
                }
            }
        }
        let numbers = past.targets.iter().zip(0u32..);
        Self {
            past,
            numbers: numbers.collect(),
            targets,
            minutes,
        }
    }

    /// Returns the number of a target; `None`: it was never asked.
    pub(super) fn number(&self, target: &TargetInfo) -> Option<u32> {
        self.numbers.get(target).copied()
    }

    pub(super) fn known(&self, target: &TargetInfo) -> Option<&Known> {
        self.targets.get(self.number(target)? as usize)
    }

    /// Returns the median to the first token of what replays draw from, in milliseconds.
    pub(super) fn first_token_p50(&self, target: &Target) -> u32 {
        let known = self.known(&rehearsed_as(target));
        let mut times: Vec<u32> = known
            .map(|known| known.answered.as_slice())
            .unwrap_or_default()
            .iter()
            .filter_map(|place| self.past.attempts.get(*place as usize)?.first_token_ms)
            .collect();
        times.sort_unstable();
        let middle = times.get(times.len() / 2);
        middle
            .copied()
            .unwrap_or_else(|| behaviour(target).first_token_p50_ms)
    }

    /// Returns how a target meets a request that it was not sent: as it met another one in that minute, else as it
    /// meets requests in general.
    pub(super) fn meet(
        &self,
        target: &Target,
        number: Option<u32>,
        at_ms: i64,
        output_tokens: u64,
        rng: &mut Rng,
    ) -> (Met<'a>, From) {
        let attempt = |place: u32| self.past.attempts.get(place as usize);
        let minute = at_ms.div_euclid(MINUTE_MS);
        let then = number.and_then(|number| self.minutes.get(&(number, minute)));
        // The same draws whatever is known, so that one more fact does not change all the rest.
        let (which, fails, near) = (rng.f64(), rng.f64(), rng.f64());
        let at = |places: &[u32], draw: f64| {
            let last = places.len().saturating_sub(1);
            let place = ((places.len() as f64 * draw) as usize).min(last);
            attempt(places.get(place).copied()?)
        };
        let known = number.and_then(|number| self.targets.get(number as usize));
        let mut from = From::Rate;
        if let Some(met) = then.and_then(|places| at(places, which)) {
            from = From::Minute;
            if met.error.is_some() {
                return (Met::As(met), from);
            }
        } else if let Some(known) = known.filter(|known| known.attempts() >= LEAST) {
            let rate = known.failures() as f64 / known.attempts() as f64;
            if fails < rate
                && let Some(met) = at(&known.failed, which)
            {
                return (Met::As(met), from);
            }
        } else if fails < behaviour(target).error_rate {
            return (Met::Fails, From::Assumed);
        }
        // Times of an answer of about that size: thinking and writing both grow with it.
        let alike = known.and_then(|known| {
            let of_size = known.by_size.get(size(output_tokens));
            let enough = of_size.filter(|places| places.len() >= LEAST);
            at(enough.unwrap_or(&known.answered), near)
        });
        match alike {
            Some(alike) => (Met::As(alike), from),
            None => {
                let usual = behaviour(target);
                let (p50, p95) = (usual.first_token_p50_ms, usual.first_token_p95_ms);
                let first_ms = lognormal(rng, f64::from(p50), f64::from(p95));
                let writes_ms = output_tokens as f64 / usual.tokens_per_second.max(0.1) * 1000.0;
                let answers = Met::Answers {
                    first_ms,
                    writes_ms,
                };
                (answers, From::Assumed)
            }
        }
    }

    /// Returns hidden tokens a visible one that a target writes; `None`: it is not known.
    pub(super) fn thinks(&self, number: Option<u32>) -> Option<f64> {
        let known = self.targets.get(number? as usize)?;
        (known.visible > 0).then(|| known.reasoning as f64 / known.visible as f64)
    }
}

/// Returns a target as the history names it: targets without keys are marked as simulated.
pub(super) fn rehearsed_as(target: &Target) -> TargetInfo {
    TargetInfo {
        simulated: crate::whatif::past::is_simulator(&target.provider),
        ..target.info()
    }
}

/// What a model fails with where nothing is known of it.
pub(super) const USUAL_FAULT: ErrorKind = ErrorKind::Overloaded;
