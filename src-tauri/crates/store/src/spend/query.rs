//! Reading sums: whole sealed days where there are, slots elsewhere.

use super::labels::{Known, SpendBy};
use super::seal::{value_id, view};
use super::sums::{Count, Counts, SpendSums, read_counts, skip_histograms, take, unreadable};
use crate::error::{Fault, StoreError};
use rusqlite::Connection;
use std::collections::HashMap;

/// Most buckets of a query: 400 days of hours.
const BUCKETS: usize = 9_600;

/// Which sums to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendQuery {
    /// Ends of the buckets: slots ([`crate::SPEND_SLOT_MS`] since 1970) in ascending order, two at least. The first
    /// bucket begins at the first, the last ends before the last.
    pub edges: Vec<i64>,
    pub by: SpendBy,
    /// Only calls that have all these labels. With more than one besides that of `by`, no sealed day helps.
    pub within: Vec<(SpendBy, String)>,
    /// Only simulated calls, or only others.
    pub simulated: bool,
    /// Percentiles by bucket for so many of the dearest labels, and for the rest together.
    pub timed: usize,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct SpendAnswer {
    /// By cost, then calls, the largest first, then by name. Labels without calls are left out.
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
        value.sums.add_histograms(packed)?;
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
        .filter(|index| values[*index].sums.calls() > 0)
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
        sealed: plan.sealed(),
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
    let buckets = plan.edges.len() - 1;
    let mut sums: Vec<HashMap<usize, SpendSums>> = vec![HashMap::new(); timed + 1];
    scan(connection, plan, names, |bucket, index, packed| {
        read_counts(packed)?;
        let place = series.get(index).copied().unwrap_or(timed);
        sums[place]
            .entry(bucket)
            .or_default()
            .add_histograms(packed)
    })?;
    Ok(sums
        .into_iter()
        .map(|by_bucket| {
            let mut times = vec![SpendTimes::default(); buckets];
            for (bucket, sums) in by_bucket {
                times[bucket] = SpendTimes {
                    latency_p50_ms: sums.latency_ms(0.5),
                    latency_p95_ms: sums.latency_ms(0.95),
                    first_token_p50_ms: sums.first_token_ms(0.5),
                };
            }
            times
        })
        .collect())
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

/// The labels met, numbered as they come.
#[derive(Default)]
struct Names {
    texts: Vec<String>,
    by_text: HashMap<String, usize>,
    by_id: HashMap<i64, usize>,
}

impl Names {
    fn of_text(&mut self, text: &str) -> usize {
        if let Some(index) = self.by_text.get(text) {
            return *index;
        }
        let index = self.texts.len();
        self.texts.push(text.to_owned());
        self.by_text.insert(text.to_owned(), index);
        index
    }

    fn of_id(&mut self, connection: &Connection, id: i64) -> Result<usize, Fault> {
        if let Some(index) = self.by_id.get(&id) {
            return Ok(*index);
        }
        let text: String = connection
            .prepare_cached("SELECT value FROM spend_values WHERE id = ?1")?
            .query_row([id], |row| row.get(0))?;
        let index = self.of_text(&text);
        self.by_id.insert(id, index);
        Ok(index)
    }
}

/// How a query is read.
struct Plan<'a> {
    query: &'a SpendQuery,
    edges: &'a [i64],
    /// The only label of `by` that is asked for.
    only: Option<&'a str>,
    /// What slots must have.
    within: Vec<(SpendBy, String)>,
    /// Where sealed days have it: the view and the label's number; `None` for the number: no sealed day has it.
    views: Option<(i64, Option<i64>)>,
    /// The seal of each bucket that is a sealed day.
    seals: Vec<Option<i64>>,
}

impl<'a> Plan<'a> {
    fn new(connection: &Connection, query: &'a SpendQuery) -> Result<Self, Fault> {
        let edges = query.edges.as_slice();
        let own = |(by, _): &&(SpendBy, String)| *by == query.by && *by != SpendBy::All;
        let only = query.within.iter().find(own);
        let others: Vec<_> = query.within.iter().filter(|label| !own(label)).collect();
        let narrow = match others.as_slice() {
            [] => Some(SpendBy::All),
            [(by, _)] => Some(*by),
            _ => None,
        };
        let views = match (narrow, others.first()) {
            (None, _) => None,
            (Some(_), None) => Some((view(query.simulated, SpendBy::All, query.by), Some(0))),
            (Some(by), Some((_, value))) => Some((
                view(query.simulated, by, query.by),
                value_id(connection, by, value)?,
            )),
        };
        let mut seals = vec![None; edges.len() - 1];
        if let Some(narrow) = narrow {
            let mut statement = connection.prepare_cached(
                "SELECT first, after, seal, within FROM spend_days WHERE first >= ?1 AND first < ?2",
            )?;
            let mut days = statement.query([edges[0], edges[edges.len() - 1]])?;
            while let Some(day) = days.next()? {
                let (first, after): (i64, i64) = (day.get(0)?, day.get(1)?);
                let narrowed: i64 = day.get(3)?;
                if let Ok(bucket) = edges.binary_search(&first)
                    && edges.get(bucket + 1) == Some(&after)
                    && narrowed >> (narrow as i64) & 1 == 1
                {
                    seals[bucket] = Some(day.get(2)?);
                }
            }
        }
        Ok(Self {
            query,
            edges,
            only: only.map(|(_, value)| value.as_str()),
            within: query.within.clone(),
            views,
            seals,
        })
    }

    fn sealed(&self) -> Vec<bool> {
        self.seals.iter().map(Option::is_some).collect()
    }
}

/// Takes in every packed sum that the plan asks for, in the order of buckets: the bucket, the label's number in
/// `names`, the sums, which `take_in` must read to their end.
fn scan(
    connection: &Connection,
    plan: &Plan<'_>,
    names: &mut Names,
    mut take_in: impl FnMut(usize, usize, &mut &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut known = Known::default();
    let mut from = 0;
    while from < plan.seals.len() {
        let sealed = plan.seals[from].is_some();
        let run = plan.seals[from..]
            .iter()
            .take_while(|seal| seal.is_some() == sealed)
            .count();
        if sealed {
            scan_days(connection, plan, names, from..from + run, &mut take_in)?;
        } else {
            let buckets = from..from + run;
            scan_slots(connection, plan, names, &mut known, buckets, &mut take_in)?;
        }
        from += run;
    }
    Ok(())
}

fn scan_days(
    connection: &Connection,
    plan: &Plan<'_>,
    names: &mut Names,
    buckets: std::ops::Range<usize>,
    take_in: &mut impl FnMut(usize, usize, &mut &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let Some((view, Some(within))) = plan.views else {
        return Ok(());
    };
    let mut statement = connection.prepare_cached(
        "SELECT first, seal, sums FROM spend_views
         WHERE view = ?1 AND within = ?2 AND first >= ?3 AND first < ?4 ORDER BY first",
    )?;
    let (first, after) = (plan.edges[buckets.start], plan.edges[buckets.end]);
    let mut days = statement.query([view, within, first, after])?;
    let only = match plan.only {
        Some(value) => match value_id(connection, plan.query.by, value)? {
            Some(id) => Some(id),
            None => return Ok(()),
        },
        None => None,
    };
    while let Some(day) = days.next()? {
        let Ok(bucket) = plan.edges.binary_search(&day.get(0)?) else {
            continue;
        };
        // What an older seal left is not of this day.
        if plan.seals[bucket] != Some(day.get(1)?) {
            continue;
        }
        let mut packed = day.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        while !packed.is_empty() {
            let id = i64::try_from(take(&mut packed)?).map_err(|_| unreadable())?;
            if only.is_some_and(|only| only != id) {
                read_counts(&mut packed)?;
                skip_histograms(&mut packed)?;
            } else {
                take_in(bucket, names.of_id(connection, id)?, &mut packed)?;
            }
        }
    }
    Ok(())
}

fn scan_slots(
    connection: &Connection,
    plan: &Plan<'_>,
    names: &mut Names,
    known: &mut Known,
    buckets: std::ops::Range<usize>,
    take_in: &mut impl FnMut(usize, usize, &mut &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT slot, labels, sums FROM spend_slots WHERE slot >= ?1 AND slot < ?2 ORDER BY slot",
    )?;
    let (first, after) = (plan.edges[buckets.start], plan.edges[buckets.end]);
    let mut slots = statement.query([first, after])?;
    let mut bucket = buckets.start;
    // Which labels count, and under which numbers.
    let mut chosen: HashMap<i64, Vec<usize>> = HashMap::new();
    while let Some(row) = slots.next()? {
        let (slot, labels): (i64, i64) = (row.get(0)?, row.get(1)?);
        while plan.edges[bucket + 1] <= slot {
            bucket += 1;
        }
        let indexes = match chosen.entry(labels) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(free) => {
                let set = known.get(connection, labels)?;
                let mut indexes = Vec::new();
                if set.simulated == plan.query.simulated && set.has(&plan.within) {
                    for label in set.of(plan.query.by) {
                        if plan.only.is_none_or(|only| only == label) {
                            indexes.push(names.of_text(label));
                        }
                    }
                }
                free.insert(indexes)
            }
        };
        let packed = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        for index in indexes {
            take_in(bucket, *index, &mut &*packed)?;
        }
    }
    Ok(())
}
