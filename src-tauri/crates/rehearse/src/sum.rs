//! Sums up what one route's calls came to.

use crate::behaviour::targets;
use crate::drive::Course;
use crate::record::{End, Record, Rescue};
use crate::report::*;
use crate::setup::Subject;
use switchboard_engine::error::ErrorKind;
use switchboard_engine::price::PicoUsd;

/// Most steps of a timeline.
const MOST_STEPS: u64 = 240;
/// Fewest steps of a timeline.
const FEWEST_STEPS: u64 = 10;
const MINUTE_MS: u64 = 60_000;

/// Returns one route's part of the report.
pub(crate) fn sum(subject: &Subject, span_ms: u64, course: Course) -> RouteResult {
    let targets = targets(&subject.plan);
    let records = &course.records;
    let count = |wanted: &dyn Fn(&End) -> bool| {
        let found = records.iter().filter(|record| wanted(&record.end)).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    let rescued =
        |by: Rescue| count(&|end| matches!(end, End::Answered { rescue, .. } if *rescue == by));
    let failed = count(&|end| matches!(end, End::Failed(_)));
    let answered = |record: &&Record| matches!(record.end, End::Answered { .. });
    let calls = u32::try_from(records.len()).unwrap_or(u32::MAX);
    RouteResult {
        route: subject.name.clone(),
        calls,
        answered: calls - failed,
        first_try: rescued(Rescue::None),
        rescued_by_retry: rescued(Rescue::Retry),
        rescued_by_fallback: rescued(Rescue::Fallback),
        rescued_by_continuation: rescued(Rescue::Continuation),
        fallback_text: count(&|end| *end == End::FallbackText),
        failed,
        latency: spread(
            records
                .iter()
                .filter(answered)
                .map(|record| record.elapsed_ms),
        ),
        first_token: spread(
            records
                .iter()
                .filter(answered)
                .filter_map(|record| record.first_token_ms),
        ),
        cost: cost(records),
        attempts: attempts(records),
        providers: providers(&course),
        timeline: timeline(&targets, records, span_ms.max(course.ended_ms)),
        ended_ms: course.ended_ms,
        failures: failures(&course),
        breakers: course.breakers,
        targets,
    }
}

/// Returns the value at rank ⌈p·n⌉ of sorted values.
fn rank<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

fn spread(times: impl Iterator<Item = u64>) -> Option<Spread> {
    let mut times: Vec<u64> = times.collect();
    times.sort_unstable();
    Some(Spread {
        p50_ms: rank(&times, 50)?,
        p90_ms: rank(&times, 90)?,
        p95_ms: rank(&times, 95)?,
        p99_ms: rank(&times, 99)?,
        max_ms: *times.last()?,
    })
}

fn cost(records: &[Record]) -> CostRange {
    let priced = records.iter().filter(|record| record.cost.priced);
    let mut costs: Vec<PicoUsd> = priced.map(|record| record.cost.known).collect();
    costs.sort_unstable();
    let total = |of: &dyn Fn(&Record) -> PicoUsd| {
        let sum = records
            .iter()
            .map(|record| i128::from(of(record).0))
            .sum::<i128>();
        PicoUsd(i64::try_from(sum).unwrap_or(i64::MAX))
    };
    let unpriced = records.iter().filter(|record| record.cost.unpriced).count();
    CostRange {
        total: total(&|record| record.cost.known),
        p5: rank(&costs, 5),
        p50: rank(&costs, 50),
        p95: rank(&costs, 95),
        max: costs.last().copied(),
        wasted: total(&|record| record.cost.wasted),
        unpriced_calls: u32::try_from(unpriced).unwrap_or(u32::MAX),
    }
}

fn attempts(records: &[Record]) -> AttemptCount {
    let mut histogram = Vec::new();
    let mut total = 0;
    for record in records {
        let attempts = record.attempts as usize;
        if histogram.len() <= attempts {
            histogram.resize(attempts + 1, 0);
        }
        if let Some(count) = histogram.get_mut(attempts) {
            *count += 1;
        }
        total += u64::from(record.attempts);
    }
    AttemptCount {
        total,
        per_call: share(total, records.len() as u64),
        histogram,
    }
}

/// Returns a quotient to four decimals, so that reports are read easily; 0 of nothing.
fn share(part: u64, of: u64) -> f64 {
    if of == 0 {
        return 0.0;
    }
    (part as f64 / of as f64 * 10_000.0).round() / 10_000.0
}

fn providers(course: &Course) -> Vec<ProviderLoad> {
    let known = course.providers.iter().zip(&course.tallies);
    known
        .zip(&course.calls)
        .map(|((provider, tally), calls)| ProviderLoad {
            provider: provider.clone(),
            calls: *calls,
            requests: tally.requests,
            amplification: share(tally.requests, u64::from(*calls)),
            peak_requests_per_second: tally.peak,
        })
        .collect()
}

fn failures(course: &Course) -> Vec<FailureCount> {
    let mut failures: Vec<FailureCount> = Vec::new();
    for record in &course.records {
        let End::Failed(kind) = record.end else {
            continue;
        };
        match failures.iter_mut().find(|failure| failure.kind == kind) {
            Some(failure) => failure.calls += 1,
            None => failures.push(FailureCount {
                kind,
                calls: 1,
                examples: examples(course, kind),
            }),
        }
    }
    // Kinds of equal number stay in the order in which they came first.
    failures.sort_by_key(|failure| std::cmp::Reverse(failure.calls));
    failures
}

fn examples(course: &Course, kind: ErrorKind) -> Vec<ExampleCall> {
    let of_kind = course
        .examples
        .iter()
        .filter(|(end, _)| *end == End::Failed(kind));
    of_kind.map(|(_, example)| example.clone()).collect()
}

/// Returns the step that cuts `length_ms` into a readable number of steps.
fn step(length_ms: u64) -> u64 {
    const STEPS: [u64; 13] = [
        100, 500, 1000, 5000, 10_000, 30_000, MINUTE_MS, 120_000, 300_000, 600_000, 1_200_000,
        3_600_000, 7_200_000,
    ];
    let fits = |step: &u64| {
        let steps = length_ms.div_ceil(*step);
        steps <= MOST_STEPS && (*step <= MINUTE_MS || steps >= FEWEST_STEPS)
    };
    if length_ms >= FEWEST_STEPS * MINUTE_MS && fits(&MINUTE_MS) {
        return MINUTE_MS;
    }
    // Short rehearsals take the largest step with at least ten, long ones the smallest that is few enough.
    let short = STEPS
        .iter()
        .rev()
        .find(|step| **step < MINUTE_MS && length_ms.div_ceil(**step) >= FEWEST_STEPS);
    if length_ms < FEWEST_STEPS * MINUTE_MS {
        return short.copied().unwrap_or(100);
    }
    STEPS
        .iter()
        .copied()
        .find(|step| *step > MINUTE_MS && fits(step))
        .unwrap_or(7_200_000)
}

fn timeline(targets: &[RehearsedTarget], records: &[Record], length_ms: u64) -> Timeline {
    let step_ms = step(length_ms);
    let steps = usize::try_from(length_ms / step_ms).unwrap_or(0) + 1;
    let mut answered = vec![vec![0u32; steps]; targets.len()];
    let mut fallback = vec![0u32; steps];
    let mut failed = vec![0u32; steps];
    for record in records {
        let place = usize::try_from((record.began_ms + record.elapsed_ms) / step_ms).unwrap_or(0);
        let row = match record.end {
            End::Answered { target, .. } => answered.get_mut(target),
            End::FallbackText => Some(&mut fallback),
            End::Failed(_) => Some(&mut failed),
        };
        if let Some(count) = row.and_then(|row| row.get_mut(place.min(steps - 1))) {
            *count += 1;
        }
    }
    let mut series: Vec<Series> = targets
        .iter()
        .zip(answered)
        .map(|(target, calls)| Series {
            label: format!("{}/{}", target.target.provider, target.target.model),
            calls,
        })
        .collect();
    series.push(Series {
        label: "fallback text".to_owned(),
        calls: fallback,
    });
    series.retain(|series| series.calls.iter().any(|calls| *calls > 0));
    Timeline {
        step_ms,
        series,
        failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_value_at_its_rank() {
        let times = spread((1..=100).rev());
        let times = times.unwrap();
        assert_eq!((times.p50_ms, times.p95_ms, times.max_ms), (50, 95, 100));
        assert_eq!(spread([7].into_iter()).unwrap().p99_ms, 7);
        assert_eq!(spread(std::iter::empty()), None);
    }

    #[test]
    fn a_step_is_a_minute_where_that_is_readable() {
        assert_eq!(step(3_600_000), MINUTE_MS);
        assert_eq!(step(14_400_000), MINUTE_MS);
        assert_eq!(step(86_400_000), 600_000);
        assert_eq!(step(60_000), 5000);
        assert_eq!(step(1000), 100);
        for minutes in 1..1440 {
            let length = minutes * MINUTE_MS;
            assert!((FEWEST_STEPS..=MOST_STEPS).contains(&length.div_ceil(step(length))));
        }
    }
}
