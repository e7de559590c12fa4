//! How a query is read: sealed days where there are any within its buckets, slots elsewhere.

use super::labels::{Known, SpendBy};
use super::query::SpendQuery;
use super::seal::{SETS, SETS_BIT, value_id, view};
use super::sums::{read_counts, skip_histograms, take, unreadable};
use crate::error::Fault;
use rusqlite::Connection;
use std::collections::HashMap;
use std::ops::Range;

/// The labels met, numbered as they come.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) texts: Vec<String>,
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
pub(super) struct Plan<'a> {
    query: &'a SpendQuery,
    pub(super) edges: &'a [i64],
    /// The only label of `by` that is asked for.
    only: Option<&'a str>,
    days: Days,
    /// The sealed days that are read, in order.
    sealed: Vec<Day>,
    /// What is read, in order.
    runs: Vec<Run>,
}

/// What of a sealed day is read.
#[derive(Debug, Clone, Copy)]
enum Days {
    /// The view, and the number of the label that all calls have; `None` for that: no sealed day has it.
    View(i64, Option<i64>),
    /// The sums by set of labels, of which those are taken that have all that is asked for.
    Sets,
}

#[derive(Debug)]
struct Day {
    first: i64,
    after: i64,
    seal: i64,
    bucket: usize,
}

#[derive(Debug)]
enum Run {
    /// Places in `sealed`.
    Days(Range<usize>),
    Slots(Range<i64>),
}

impl<'a> Plan<'a> {
    pub(super) fn new(connection: &Connection, query: &'a SpendQuery) -> Result<Self, Fault> {
        let edges = query.edges.as_slice();
        let own = |(by, _): &&(SpendBy, String)| *by == query.by && *by != SpendBy::All;
        let only = query.within.iter().find(own);
        let others: Vec<_> = query.within.iter().filter(|label| !own(label)).collect();
        let (days, bit) = match others.as_slice() {
            [] => (
                Days::View(view(query.simulated, SpendBy::All, query.by), Some(0)),
                SpendBy::All as u32,
            ),
            [(by, value)] => {
                let value = value_id(connection, *by, value)?;
                (
                    Days::View(view(query.simulated, *by, query.by), value),
                    *by as u32,
                )
            }
            _ => (Days::Sets, SETS_BIT),
        };
        let mut plan = Self {
            query,
            edges,
            only: only.map(|(_, value)| value.as_str()),
            days,
            sealed: sealed(connection, edges, bit)?,
            runs: Vec::new(),
        };
        plan.arrange();
        Ok(plan)
    }

    /// Puts sealed days and the slots between them in order.
    fn arrange(&mut self) {
        let (mut from, end) = (self.edges[0], self.edges[self.edges.len() - 1]);
        for (place, day) in self.sealed.iter().enumerate() {
            if from < day.first {
                self.runs.push(Run::Slots(from..day.first));
            }
            match self.runs.last_mut() {
                Some(Run::Days(places)) => places.end = place + 1,
                _ => self.runs.push(Run::Days(place..place + 1)),
            }
            from = day.after;
        }
        if from < end {
            self.runs.push(Run::Slots(from..end));
        }
    }

    /// Returns whether each bucket is one sealed day.
    pub(super) fn is_sealed(&self) -> Vec<bool> {
        let mut sealed = vec![false; self.edges.len() - 1];
        for day in &self.sealed {
            sealed[day.bucket] =
                self.edges[day.bucket] == day.first && self.edges[day.bucket + 1] == day.after;
        }
        sealed
    }
}

/// Returns the sealed days that lie within a bucket and are narrowed by what `bit` says.
fn sealed(connection: &Connection, edges: &[i64], bit: u32) -> Result<Vec<Day>, Fault> {
    let end = edges[edges.len() - 1];
    let mut statement = connection.prepare_cached(
        "SELECT first, after, seal, within FROM spend_days
         WHERE first >= ?1 AND first < ?2 ORDER BY first",
    )?;
    let mut rows = statement.query([edges[0], end])?;
    let mut days: Vec<Day> = Vec::new();
    while let Some(row) = rows.next()? {
        let (first, after): (i64, i64) = (row.get(0)?, row.get(1)?);
        let narrowed: i64 = row.get(3)?;
        let bucket = edges.partition_point(|edge| *edge <= first) - 1;
        let is_inside = edges.get(bucket + 1).is_some_and(|edge| after <= *edge);
        // Days do not overlap; a file in which they do is not read twice.
        let is_next = days.last().is_none_or(|day| day.after <= first);
        if is_inside && is_next && narrowed >> bit & 1 == 1 {
            days.push(Day {
                first,
                after,
                seal: row.get(2)?,
                bucket,
            });
        }
    }
    Ok(days)
}

/// Takes in every packed sum that the plan asks for, in the order of buckets: the bucket, the label's number in
/// `names`, the sums, which `take_in` must read to their end.
pub(super) fn scan(
    connection: &Connection,
    plan: &Plan<'_>,
    names: &mut Names,
    mut take_in: impl FnMut(usize, usize, &mut &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut chosen = Chosen::default();
    for run in &plan.runs {
        match (run, plan.days) {
            (Run::Slots(slots), _) => {
                scan_slots(connection, plan, names, &mut chosen, slots, &mut take_in)?;
            }
            (Run::Days(places), Days::View(view, within)) => {
                let Some(within) = within else { continue };
                let only = match plan.only {
                    Some(value) => match value_id(connection, plan.query.by, value)? {
                        Some(id) => Some(id),
                        None => continue,
                    },
                    None => None,
                };
                let days = &plan.sealed[places.clone()];
                each(connection, days, view, within, |bucket, id, packed| {
                    if only.is_some_and(|only| only != id) {
                        return skip(packed);
                    }
                    take_in(bucket, names.of_id(connection, id)?, packed)
                })?;
            }
            (Run::Days(places), Days::Sets) => {
                let days = &plan.sealed[places.clone()];
                each(connection, days, SETS, 0, |bucket, id, packed| {
                    let sums = *packed;
                    for index in chosen.of(connection, plan, names, id)? {
                        take_in(bucket, *index, &mut &*sums)?;
                    }
                    skip(packed)
                })?;
            }
        }
    }
    Ok(())
}

fn skip(packed: &mut &[u8]) -> Result<(), Fault> {
    read_counts(packed)?;
    skip_histograms(packed)
}

/// Goes through the sums of sealed days that follow each other: bucket, number, and what `take_in` must read.
fn each(
    connection: &Connection,
    days: &[Day],
    view: i64,
    within: i64,
    mut take_in: impl FnMut(usize, i64, &mut &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(());
    };
    let mut statement = connection.prepare_cached(
        "SELECT first, seal, sums FROM spend_views
         WHERE view = ?1 AND within = ?2 AND first >= ?3 AND first <= ?4 ORDER BY first",
    )?;
    let mut rows = statement.query([view, within, first.first, last.first])?;
    while let Some(row) = rows.next()? {
        let first: i64 = row.get(0)?;
        let Ok(place) = days.binary_search_by_key(&first, |day| day.first) else {
            continue;
        };
        let day = &days[place];
        // What an older seal left is not of this day.
        if day.seal != row.get::<_, i64>(1)? {
            continue;
        }
        let mut packed = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        while !packed.is_empty() {
            let id = i64::try_from(take(&mut packed)?).map_err(|_| unreadable())?;
            take_in(day.bucket, id, &mut packed)?;
        }
    }
    Ok(())
}

fn scan_slots(
    connection: &Connection,
    plan: &Plan<'_>,
    names: &mut Names,
    chosen: &mut Chosen,
    slots: &Range<i64>,
    take_in: &mut impl FnMut(usize, usize, &mut &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT slot, labels, sums FROM spend_slots WHERE slot >= ?1 AND slot < ?2 ORDER BY slot",
    )?;
    let mut rows = statement.query([slots.start, slots.end])?;
    let mut bucket = plan.edges.partition_point(|edge| *edge <= slots.start) - 1;
    while let Some(row) = rows.next()? {
        let (slot, labels): (i64, i64) = (row.get(0)?, row.get(1)?);
        while plan.edges[bucket + 1] <= slot {
            bucket += 1;
        }
        let packed = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        for index in chosen.of(connection, plan, names, labels)? {
            take_in(bucket, *index, &mut &*packed)?;
        }
    }
    Ok(())
}

/// Which sets of labels count, and under which numbers of `names`.
#[derive(Debug, Default)]
struct Chosen {
    known: Known,
    numbers: HashMap<i64, Vec<usize>>,
}

impl Chosen {
    fn of(
        &mut self,
        connection: &Connection,
        plan: &Plan<'_>,
        names: &mut Names,
        labels: i64,
    ) -> Result<&[usize], Fault> {
        match self.numbers.entry(labels) {
            std::collections::hash_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::hash_map::Entry::Vacant(free) => {
                let set = self.known.get(connection, labels)?;
                let mut numbers = Vec::new();
                if set.simulated == plan.query.simulated && set.has(&plan.query.within) {
                    let labels = set.of(plan.query.by).iter();
                    let asked = labels.filter(|label| plan.only.is_none_or(|only| only == **label));
                    numbers.extend(asked.map(|label| names.of_text(label)));
                }
                Ok(free.insert(numbers))
            }
        }
    }
}
