//! Figures with intervals: the calls are drawn again and again, the same ones on every side, and each draw's figures
//! are looked at (B. Efron's bootstrap, percentile intervals; Annals of Statistics 7, 1979, 1-26).

use super::replay::{Ended, Outcome};
use super::report::{WhatIfChange, WhatIfFigure, WhatIfMeasure, WhatIfRow};
use super::sums::Sides;
use crate::chance::{Purpose, source};
use crate::setup::{Control, Stopped};
use switchboard_routing::compare::{LEAST, Says};

/// Draws for few calls and for many: with many the interval is narrow, and its ends need less care.
const DRAWS: (usize, usize) = (400, 120);
/// Smaller changes, as a share of the figure, are no news: a replay of the very route that calls took is off by as
/// much, since it knows its targets by their records alone.
const TELLABLE: f64 = 0.005;
/// From here on calls are many.
const MANY: usize = 10_000;

const MEASURES: [WhatIfMeasure; 9] = [
    WhatIfMeasure::Cost,
    WhatIfMeasure::LatencyP50,
    WhatIfMeasure::LatencyP90,
    WhatIfMeasure::FirstTokenP50,
    WhatIfMeasure::FirstTokenP90,
    WhatIfMeasure::Failed,
    WhatIfMeasure::Rescued,
    WhatIfMeasure::FallbackText,
    WhatIfMeasure::Attempts,
];

type Values = [Option<f64>; MEASURES.len()];

#[derive(Debug)]
pub(super) struct Measured {
    pub(super) rows: Vec<WhatIfRow>,
    /// A side each, a target each: its share of calls.
    pub(super) shares: [Vec<WhatIfFigure>; 3],
}

/// One side, ready to be summed under weights.
struct Side<'a> {
    outcomes: &'a [Outcome],
    /// Places of answered calls, by their times.
    by_elapsed: Vec<u32>,
    by_first: Vec<u32>,
}

impl<'a> Side<'a> {
    fn new(outcomes: &'a [Outcome]) -> Self {
        let sorted = |time: &dyn Fn(&Outcome) -> Option<u32>| {
            let mut places: Vec<(u32, u32)> = (0u32..)
                .zip(outcomes)
                .filter(|(_, outcome)| matches!(outcome.end, Ended::Answered(_)))
                .filter_map(|(place, outcome)| Some((time(outcome)?, place)))
                .collect();
            places.sort_unstable();
            places.into_iter().map(|(_, place)| place).collect()
        };
        Self {
            by_elapsed: sorted(&|outcome| outcome.elapsed_ms),
            by_first: sorted(&|outcome| outcome.first_ms),
            outcomes,
        }
    }

    /// Returns the figures of the calls, each counted as often as `weights` says, and the calls of each target.
    fn sum(&self, weights: &[u16], priced: &[bool], targets: usize) -> (Values, Vec<f64>) {
        let (mut cost, mut calls, mut attempts) = (0.0, 0.0, 0.0);
        let (mut failed, mut rescued, mut text, mut any_priced) = (0.0, 0.0, 0.0, false);
        let mut of_targets = vec![0.0; targets];
        for ((outcome, weight), priced) in self.outcomes.iter().zip(weights).zip(priced) {
            let weight = f64::from(*weight);
            calls += weight;
            attempts += weight * f64::from(outcome.attempts);
            if let (true, Some(pico)) = (*priced, outcome.cost) {
                any_priced = true;
                cost += weight * pico as f64;
            }
            if outcome.rescued {
                rescued += weight;
            }
            match outcome.end {
                Ended::Answered(target) => {
                    if let Some(count) = of_targets.get_mut(target as usize) {
                        *count += weight;
                    }
                }
                Ended::Text => text += weight,
                Ended::Failed => failed += weight,
            }
        }
        let all = f64::max(calls, 1.0);
        for count in &mut of_targets {
            *count /= all;
        }
        let elapsed = |outcome: &Outcome| outcome.elapsed_ms;
        let first = |outcome: &Outcome| outcome.first_ms;
        let (p50, p90) = self.percentiles(&self.by_elapsed, weights, elapsed);
        let (first_p50, first_p90) = self.percentiles(&self.by_first, weights, first);
        let values = [
            any_priced.then_some(cost),
            p50,
            p90,
            first_p50,
            first_p90,
            Some(failed / all),
            Some(rescued / all),
            Some(text / all),
            Some(attempts / all),
        ];
        (values, of_targets)
    }

    /// Returns the 50th and 90th percentile of sorted calls under weights.
    fn percentiles(
        &self,
        sorted: &[u32],
        weights: &[u16],
        time: impl Fn(&Outcome) -> Option<u32>,
    ) -> (Option<f64>, Option<f64>) {
        let weight = |place: &u32| {
            let weight = weights.get(*place as usize).copied().unwrap_or_default();
            u64::from(weight)
        };
        let all: u64 = sorted.iter().map(weight).sum();
        if all == 0 {
            return (None, None);
        }
        let (half, most) = (all.div_ceil(2), (all * 9).div_ceil(10));
        let (mut sum, mut p50) = (0, None);
        for place in sorted {
            sum += weight(place);
            if sum < half {
                continue;
            }
            let value = self.outcomes.get(*place as usize).and_then(&time);
            let value = value.map(f64::from);
            p50 = p50.or(value);
            if sum >= most {
                return (p50, value);
            }
        }
        (p50, p50)
    }
}

/// Measures every side.
///
/// # Errors
/// [`Stopped::Asked`].
pub(super) fn measure(
    sides: &Sides<'_>,
    targets: usize,
    seed: u32,
    control: &Control,
) -> Result<Measured, Stopped> {
    let calls = sides.happened.len();
    let ready: Vec<Option<Side<'_>>> = sides
        .all()
        .into_iter()
        .map(|side| side.map(Side::new))
        .collect();
    // A sum of costs says something only where every side knows them.
    let priced: Vec<bool> = (0..calls)
        .map(|place| {
            let known = |side: &[Outcome]| side.get(place).is_some_and(|call| call.cost.is_some());
            sides.all().into_iter().flatten().all(known)
        })
        .collect();
    let sum = |weights: &[u16]| -> Vec<Option<(Values, Vec<f64>)>> {
        let of = |side: &Option<Side<'_>>| {
            let side = side.as_ref()?;
            Some(side.sum(weights, &priced, targets))
        };
        ready.iter().map(of).collect()
    };
    let told = sum(&vec![1; calls]);
    let draws = if calls < MANY { DRAWS.0 } else { DRAWS.1 };
    let mut rng = source(seed, Purpose::Arrivals);
    let mut drawn = Vec::with_capacity(draws);
    let mut weights = vec![0u16; calls];
    for _ in 0..draws {
        if control.is_stopped() {
            return Err(Stopped::Asked);
        }
        weights.fill(0);
        for _ in 0..calls {
            if let Some(weight) = weights.get_mut(rng.usize(..calls)) {
                *weight = weight.saturating_add(1);
            }
        }
        drawn.push(sum(&weights));
    }
    Ok(Measured {
        rows: rows(&told, &drawn, calls),
        shares: [0, 1, 2].map(|side| shares(&told, &drawn, side, targets)),
    })
}

type Drawn = Vec<Option<(Values, Vec<f64>)>>;

fn value(sides: &Drawn, side: usize, measure: usize) -> Option<f64> {
    let (values, _) = sides.get(side)?.as_ref()?;
    *values.get(measure)?
}

fn rows(told: &Drawn, drawn: &[Drawn], calls: usize) -> Vec<WhatIfRow> {
    let rows = MEASURES.iter().enumerate().map(|(at, measure)| {
        let figure = |side: usize| {
            let value_of = value(told, side, at)?;
            let all = drawn.iter().filter_map(|draw| value(draw, side, at));
            Some(interval(value_of, all.collect()))
        };
        let change = |from: usize, to: usize| {
            let of = |sides: &Drawn| Some(value(sides, to, at)? - value(sides, from, at)?);
            let by = of(told)?;
            let all: Vec<f64> = drawn.iter().filter_map(of).collect();
            let figure = interval(by, all);
            let (low, high) = figure.low.zip(figure.high)?;
            let tiny = by.abs() < value(told, from, at)?.abs() * TELLABLE;
            Some(WhatIfChange {
                by,
                low,
                high,
                says: match says(*measure, by, low, high, calls) {
                    Says::Better | Says::Worse if tiny => Says::NoDifferenceShown,
                    says => says,
                },
            })
        };
        WhatIfRow {
            measure: *measure,
            happened: figure(0).unwrap_or_default(),
            active: figure(1),
            draft: figure(2),
            active_change: change(0, 1),
            draft_change: change(0, 2),
            between: change(1, 2),
        }
    });
    rows.collect()
}

/// Returns what a difference means. Rescues are neither good nor bad: that a call needed one is as telling as that
/// it got one.
fn says(measure: WhatIfMeasure, by: f64, low: f64, high: f64, calls: usize) -> Says {
    if (calls as u64) < LEAST {
        return Says::NotEnoughData;
    }
    let shown = low > 0.0 || high < 0.0;
    match (shown, measure) {
        (false, _) | (true, WhatIfMeasure::Rescued) => Says::NoDifferenceShown,
        (true, _) if by < 0.0 => Says::Better,
        (true, _) => Says::Worse,
    }
}

fn shares(told: &Drawn, drawn: &[Drawn], side: usize, targets: usize) -> Vec<WhatIfFigure> {
    let share = |sides: &Drawn, target: usize| {
        let (_, shares) = sides.get(side)?.as_ref()?;
        shares.get(target).copied()
    };
    let figures = (0..targets).filter_map(|target| {
        let value = share(told, target)?;
        let all = drawn.iter().filter_map(|draw| share(draw, target));
        Some(interval(value, all.collect()))
    });
    figures.collect()
}

fn interval(value: f64, mut drawn: Vec<f64>) -> WhatIfFigure {
    drawn.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| {
        let last = drawn.len().checked_sub(1)?;
        drawn.get((last as f64 * share).round() as usize).copied()
    };
    WhatIfFigure {
        value: Some(value),
        low: at(0.025),
        high: at(0.975),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(elapsed: u32, cost: i64) -> Outcome {
        Outcome {
            end: Ended::Answered(0),
            rescued: false,
            elapsed_ms: Some(elapsed),
            first_ms: Some(elapsed / 2),
            cost: Some(cost),
            attempts: 1,
        }
    }

    fn measured(happened: &[Outcome], draft: &[Outcome]) -> Measured {
        let sides = Sides {
            happened,
            active: None,
            draft: Some(draft),
        };
        measure(&sides, 1, 7, &Control::default()).unwrap()
    }

    #[test]
    fn a_saving_on_every_call_is_shown_however_much_calls_differ() {
        let happened: Vec<Outcome> = (1..=200)
            .map(|n| outcome(n * 10, i64::from(n * n)))
            .collect();
        let draft: Vec<Outcome> = (1..=200)
            .map(|n| outcome(n * 10, i64::from(n * n) * 9 / 10))
            .collect();
        let rows = measured(&happened, &draft).rows;
        assert_eq!(rows[0].happened.value, Some(2_686_700.0));
        let change = rows[0].draft_change.unwrap();
        assert_eq!(change.says, Says::Better);
        assert!(change.low < change.by && change.by < change.high && change.high < 0.0);
        // The same times: no difference, and no interval around it.
        assert_eq!(
            (rows[1].happened.value, rows[2].happened.value),
            (Some(1000.0), Some(1800.0))
        );
        let time = rows[1].draft_change.unwrap();
        assert_eq!((time.by, time.low, time.high), (0.0, 0.0, 0.0));
        assert_eq!(time.says, Says::NoDifferenceShown);
    }

    #[test]
    fn a_difference_that_few_calls_make_is_not_shown_as_one() {
        let happened: Vec<Outcome> = (0..100).map(|_| outcome(10, 100)).collect();
        let mut draft = happened.clone();
        draft[3].cost = Some(5000);
        draft[4].cost = Some(10);
        let change = measured(&happened, &draft).rows[0].draft_change.unwrap();
        assert_eq!(change.says, Says::NoDifferenceShown);
        let few = measured(&happened[..20], &draft[..20]).rows[0].draft_change;
        assert_eq!(few.unwrap().says, Says::NotEnoughData);
    }

    #[test]
    fn calls_without_a_price_on_one_side_count_on_none() {
        let happened = [outcome(1, 100), outcome(1, 900)];
        let mut draft = happened;
        draft[1].cost = None;
        let rows = measured(&happened, &draft).rows;
        assert_eq!(rows[0].happened.value, Some(100.0));
        assert_eq!(rows[0].draft.unwrap().value, Some(100.0));
    }
}
