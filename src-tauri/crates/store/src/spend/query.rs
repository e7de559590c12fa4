//! Reading sums: whole sealed days where there are, slots elsewhere.

use super::labels::SpendBy;
use super::plan::{Names, Plan, scan};
use super::sums::{Count, Counts, SpendSums, read_counts, skip_histograms};
use crate::error::{Fault, StoreError};
use rusqlite::Connection;

/// Most buckets of a query: 400 days of hours.
const BUCKETS: usize = 9_600;

/// Which sums to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendQuery {
    /// Ends of the buckets: slots ([`crate::SPEND_SLOT_MS`] since 1970) in ascending order, two at least. The first
    /// bucket begins at the first, the last ends before the last.
    pub edges: Vec<i64>,
    pub by: SpendBy,
    /// Only what has all these labels. Within a model (or provider): the calls that it answered, and what its
    /// attempts cost, also in calls that another answered.
    pub within: Vec<(SpendBy, String)>,
    /// Only simulated calls, or only others.
    pub simulated: bool,
    /// Whether the sums are asked for their percentiles; without, reading is faster.
    pub latency: bool,
    /// Percentiles by bucket for so many of the dearest labels, and for the rest together.
    pub timed: usize,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct SpendAnswer {
    /// By cost, then calls, the largest first, then by name. Labels of which nothing counts are left
    /// out; one may have cost something in calls that another answered.
    pub values: Vec<SpendValue>,
    /// Percentiles of all but the first `timed` labels, by bucket; empty if they were not asked for.
    pub rest_times: Vec<SpendTimes>,
    /// Whether the bucket was read from a sealed day, one a bucket.
    pub sealed: Vec<bool>,
}

/// The sums of one label.
#[derive(Debug, Clone, Default)]
pub struct SpendValue {
    pub value: String,
    pub sums: SpendSums,
    /// The buckets in which it has calls, in order, by their number.
    pub points: Vec<(usize, SpendPoint)>,
    /// Percentiles by bucket; empty if they were not asked for.
    pub times: Vec<SpendTimes>,
}

/// The sums of one label in one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpendPoint {
    /// In pico-dollars, as `estimated_cost`.
    pub cost: i128,
    pub estimated_cost: i128,
    pub calls: i128,
    /// Failed and interrupted.
    pub failed: i128,
    pub unpriced: i128,
}

/// Percentiles in milliseconds, as [`SpendSums::latency_ms`]; `None` if no call answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpendTimes {
    pub latency_p50_ms: Option<u64>,
    pub latency_p95_ms: Option<u64>,
    pub first_token_p50_ms: Option<u64>,
}

/// Answers queries, all of the same moment.
pub(crate) fn answer(
    connection: &Connection,
    queries: &[SpendQuery],
) -> Result<Vec<SpendAnswer>, Fault> {
    let snapshot = connection.unchecked_transaction()?;
    queries
        .iter()
        .map(|query| {
            check(query)?;
            one(&snapshot, query)
        })
        .collect()
}

fn check(query: &SpendQuery) -> Result<(), Fault> {
    let invalid = |text: &str| Fault::Ours(StoreError::Invalid(text.to_owned()));
    if query.edges.len() < 2 || query.edges.len() > BUCKETS + 1 {
        return Err(invalid("`edges` of a spend query must be 2 to 9,601 slots"));
    }
    if query.edges.windows(2).any(|edges| edges[0] >= edges[1]) {
        return Err(invalid("`edges` of a spend query must ascend"));
    }
    Ok(())
}

fn one(connection: &Connection, query: &SpendQuery) -> Result<SpendAnswer, Fault> {
    let plan = Plan::new(connection, query)?;
    let mut names = Names::default();
    let mut values: Vec<SpendValue> = Vec::new();
    scan(connection, &plan, &mut names, |bucket, index, packed| {
        if values.len() <= index {
            values.resize_with(index + 1, SpendValue::default);
        }
        let value = &mut values[index];
        let counts = read_counts(packed)?;
        value.sums.add_counts(&counts);
        if query.latency {
            value.sums.add_histograms(packed)?;
        } else {
            skip_histograms(packed)?;
        }
        if value.points.last().is_none_or(|(last, _)| *last != bucket) {
            value.points.push((bucket, SpendPoint::default()));
        }
        if let Some((_, point)) = value.points.last_mut() {
            point.add(&counts);
        }
        Ok(())
    })?;
    for (value, text) in values.iter_mut().zip(&names.texts) {
        value.value.clone_from(text);
    }
    let mut order: Vec<usize> = (0..values.len())
        .filter(|index| !values[*index].sums.is_empty())
        .collect();
    order.sort_by_cached_key(|index| {
        let value = &values[*index];
        (
            -value.sums.get(Count::Cost),
            -value.sums.calls(),
            value.value.clone(),
        )
    });
    let mut rest_times = Vec::new();
    if query.timed > 0 {
        let mut times = times(connection, &plan, &mut names, &order, query.timed)?;
        rest_times = times.pop().unwrap_or_default();
        for (index, times) in order.iter().zip(times) {
            values[*index].times = times;
        }
    }
    Ok(SpendAnswer {
        values: order
            .into_iter()
            .map(|index| std::mem::take(&mut values[index]))
            .collect(),
        rest_times,
        sealed: plan.is_sealed(),
    })
}

/// Returns the percentiles by bucket of the first `timed` labels of `order`, and last those of the rest.
fn times(
    connection: &Connection,
    plan: &Plan<'_>,
    names: &mut Names,
    order: &[usize],
    timed: usize,
) -> Result<Vec<Vec<SpendTimes>>, Fault> {
    let mut series = vec![timed; names.texts.len()];
    for (place, index) in order.iter().take(timed).enumerate() {
        series[*index] = place;
    }
    let mut found = vec![vec![SpendTimes::default(); plan.edges.len() - 1]; timed + 1];
    // Of one bucket at a time: they come in their order.
    let mut sums = vec![SpendSums::default(); timed + 1];
    let mut of = 0;
    scan(connection, plan, names, |bucket, index, packed| {
        if bucket != of {
            take_times(&mut sums, &mut found, of);
            of = bucket;
        }
        read_counts(packed)?;
        let place = series.get(index).copied().unwrap_or(timed);
        sums[place].add_histograms(packed)
    })?;
    take_times(&mut sums, &mut found, of);
    Ok(found)
}

/// Notes the percentiles of a bucket, and forgets what they are of.
fn take_times(sums: &mut [SpendSums], found: &mut [Vec<SpendTimes>], bucket: usize) {
    for (sums, times) in sums.iter_mut().zip(found) {
        if let Some(times) = times.get_mut(bucket) {
            *times = SpendTimes {
                latency_p50_ms: sums.latency_ms(0.5),
                latency_p95_ms: sums.latency_ms(0.95),
                first_token_p50_ms: sums.first_token_ms(0.5),
            };
        }
        sums.clear();
    }
}

impl SpendPoint {
    fn add(&mut self, counts: &Counts) {
        let get = |count: Count| counts[count as usize];
        let failed = get(Count::Failed).saturating_add(get(Count::Interrupted));
        let ended = get(Count::Answered).saturating_add(get(Count::Cancelled));
        for (sum, more) in [
            (&mut self.cost, get(Count::Cost)),
            (&mut self.estimated_cost, get(Count::EstimatedCost)),
            (&mut self.calls, ended.saturating_add(failed)),
            (&mut self.failed, failed),
            (&mut self.unpriced, get(Count::Unpriced)),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}
