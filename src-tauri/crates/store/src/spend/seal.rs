//! Sealed days: a day's slots summed by each kind of label, among all calls and among those with one label of
//! another kind, so that a year by model within a project is read as 365 small rows. Beside them the day's sums by set
//! of labels, for questions that narrow by more than one.

use super::labels::{Known, SpendBy};
use super::sums::{SpendSums, put};
use crate::error::Fault;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Most labels of a kind by which a day's sums can be narrowed; with more, its slots are read instead.
const NARROWED: usize = 300;

/// Most sets of labels of a day by which its sums are kept; with more, its slots are read instead.
const MOST_SETS: usize = 2_000;

/// The view of sums by set of labels: pairs of a `spend_labels.id` and its sums, within 0.
pub(super) const SETS: i64 = 1 << 7;
/// Bit of `spend_days.within`: the day has [`SETS`].
pub(super) const SETS_BIT: u32 = 8;
/// Bit of `spend_days.within` of every seal of this version. Days without it are sealed anew.
const OURS_BIT: u32 = 9;

/// Returns the number of a view in the file: simulated or not, among what, by what.
pub(super) fn view(simulated: bool, within: SpendBy, by: SpendBy) -> i64 {
    i64::from(simulated) << 6 | (within as i64) << 3 | by as i64
}

/// Returns those of the days (slots from `.0` to before `.1`) that have no seal, without those before the first call.
pub(crate) fn unsealed(
    connection: &Connection,
    mut days: Vec<(i64, i64)>,
) -> Result<Vec<(i64, i64)>, Fault> {
    let oldest: Option<i64> =
        connection.query_row("SELECT min(slot) FROM spend_slots", [], |row| row.get(0))?;
    let sealed: HashSet<(i64, i64)> = connection
        .prepare_cached("SELECT first, after FROM spend_days WHERE within >> ?1 & 1")?
        .query_map([OURS_BIT], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    days.retain(|day| oldest.is_some_and(|oldest| day.1 > oldest) && !sealed.contains(day));
    Ok(days)
}

/// Seals the day from the slot `first` to before `after`; nothing is done if it is sealed. Returns how many days with
/// other bounds (of another zone) lost their seal because they overlap it: [`sweep`] afterwards.
pub(crate) fn seal(connection: &Connection, first: i64, after: i64) -> Result<usize, Fault> {
    let sealed = connection
        .prepare_cached(
            "SELECT 1 FROM spend_days WHERE first = ?1 AND after = ?2 AND within >> ?3 & 1",
        )?
        .exists([first, after, i64::from(OURS_BIT)])?;
    if sealed || after <= first {
        return Ok(0);
    }
    let moved = connection.execute(
        "DELETE FROM spend_days WHERE first < ?2 AND after > ?1",
        [first, after],
    )?;
    let number: i64 = connection.query_row(
        "UPDATE spend_state SET seal = seal + 1 RETURNING seal",
        [],
        |row| row.get(0),
    )?;
    let (mut known, mut ids) = (Known::default(), Ids::default());
    let by_labels = day(connection, first, after)?;
    let mut within_bits = 1_i64 << OURS_BIT;
    if by_labels.len() <= MOST_SETS {
        within_bits |= 1 << SETS_BIT;
        put_view(connection, (SETS, 0), first, number, &by_labels)?;
    }
    for within in SpendBy::EVERY {
        let mut labels = HashSet::new();
        for id in by_labels.keys() {
            let set = known.get(connection, *id)?;
            labels.extend(
                set.of(within)
                    .iter()
                    .cloned()
                    .map(|label| (set.simulated, label)),
            );
        }
        if labels.len() > NARROWED && within != SpendBy::All {
            continue;
        }
        within_bits |= 1 << within as i64;
        let mut views: BTreeMap<(i64, i64), BTreeMap<i64, SpendSums>> = BTreeMap::new();
        for (id, sums) in &by_labels {
            let set = known.get(connection, *id)?;
            for narrow in set.of(within) {
                let narrow = match within {
                    SpendBy::All => 0,
                    _ => ids.get(connection, within, narrow)?,
                };
                for by in SpendBy::EVERY {
                    if by == within && by != SpendBy::All {
                        continue;
                    }
                    let view = views
                        .entry((view(set.simulated, within, by), narrow))
                        .or_default();
                    for label in set.of(by) {
                        view.entry(ids.get(connection, by, label)?)
                            .or_default()
                            .add(sums);
                    }
                }
            }
        }
        for ((view, narrow), labels) in views {
            put_view(connection, (view, narrow), first, number, &labels)?;
        }
    }
    connection.execute(
        "INSERT INTO spend_days(first, after, seal, within) VALUES (?1, ?2, ?3, ?4)",
        [first, after, number, within_bits],
    )?;
    Ok(moved)
}

/// Writes the sums of a view of a day: the view and what it is within.
fn put_view(
    connection: &Connection,
    (view, within): (i64, i64),
    first: i64,
    seal: i64,
    labels: &BTreeMap<i64, SpendSums>,
) -> Result<(), Fault> {
    let mut packed = Vec::new();
    for (label, sums) in labels {
        put(&mut packed, u128::from(label.unsigned_abs()));
        sums.pack(&mut packed);
    }
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO spend_views(view, within, first, seal, sums)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![view, within, first, seal, packed])?;
    Ok(())
}

/// Forgets the sums of days that have no seal any more. Reads all of them.
pub(crate) fn sweep(connection: &Connection) -> Result<(), Fault> {
    connection.execute(
        "DELETE FROM spend_views WHERE first NOT IN (SELECT first FROM spend_days)",
        [],
    )?;
    Ok(())
}

/// Returns a day's sums by the id of their labels.
fn day(connection: &Connection, first: i64, after: i64) -> Result<BTreeMap<i64, SpendSums>, Fault> {
    let mut sums: BTreeMap<i64, SpendSums> = BTreeMap::new();
    let mut statement = connection
        .prepare_cached("SELECT labels, sums FROM spend_slots WHERE slot >= ?1 AND slot < ?2")?;
    let mut rows = statement.query([first, after])?;
    while let Some(row) = rows.next()? {
        let packed = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        sums.entry(row.get(0)?)
            .or_default()
            .add_packed(&mut &*packed)?;
    }
    Ok(sums)
}

/// The numbers of labels, made where they are new.
#[derive(Default)]
struct Ids(HashMap<(SpendBy, String), i64>);

impl Ids {
    fn get(&mut self, connection: &Connection, kind: SpendBy, value: &str) -> Result<i64, Fault> {
        let key = (kind, value.to_owned());
        if let Some(id) = self.0.get(&key) {
            return Ok(*id);
        }
        let id = match value_id(connection, kind, value)? {
            Some(id) => id,
            None => {
                connection
                    .prepare_cached("INSERT INTO spend_values(kind, value) VALUES (?1, ?2)")?
                    .execute(params![kind as i64, value])?;
                connection.last_insert_rowid()
            }
        };
        self.0.insert(key, id);
        Ok(id)
    }
}

/// Returns the number of a label; `None` if no sealed day has it.
pub(super) fn value_id(
    connection: &Connection,
    kind: SpendBy,
    value: &str,
) -> Result<Option<i64>, Fault> {
    Ok(connection
        .prepare_cached("SELECT id FROM spend_values WHERE kind = ?1 AND value = ?2")?
        .query_row(params![kind as i64, value], |row| row.get(0))
        .optional()?)
}
