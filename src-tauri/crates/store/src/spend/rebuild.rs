//! Making the sums anew from the calls, and looking whether they are equal.

use super::book;
use super::entry::{self, COLUMNS, Entry};
use super::labels;
use super::sums::SpendSums;
use crate::error::Fault;
use rusqlite::{Connection, TransactionBehavior};
use std::collections::{BTreeMap, HashMap};

/// Sums held in memory before they are written.
const HELD: usize = 8192;

/// Books the calls of a file that an older version wrote. Does nothing afterwards.
pub(crate) fn prepare(connection: &mut Connection) -> Result<(), Fault> {
    if is_built(connection)? {
        return Ok(());
    }
    // Of two launches at once one waits here, then finds the work done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !is_built(&transaction)? {
        rebuild(&transaction)?;
    }
    transaction.commit()?;
    Ok(())
}

fn is_built(connection: &Connection) -> Result<bool, Fault> {
    Ok(connection.query_row("SELECT built FROM spend_state", [], |row| row.get(0))?)
}

/// Forgets all sums and makes them from the calls. Call it within a transaction. Returns how many calls are booked.
pub(crate) fn rebuild(connection: &Connection) -> Result<u64, Fault> {
    connection.execute_batch(
        "DELETE FROM spend_views; DELETE FROM spend_days; DELETE FROM spend_slots;
         DELETE FROM spend_values; DELETE FROM spend_labels;",
    )?;
    let mut held: BTreeMap<(i64, i64), SpendSums> = BTreeMap::new();
    let mut ids: HashMap<String, i64> = HashMap::new();
    let mut booked = 0;
    each(connection, |slot, entries| {
        booked += 1;
        for entry in entries {
            let id = match ids.get(&entry.labels) {
                Some(id) => *id,
                None => {
                    let id = labels::id(connection, &entry.labels)?;
                    if ids.len() >= HELD {
                        ids.clear();
                    }
                    ids.insert(entry.labels, id);
                    id
                }
            };
            held.entry((slot, id)).or_default().add(&entry.sums);
        }
        if held.len() >= HELD {
            write(connection, &mut held)?;
        }
        Ok(())
    })?;
    write(connection, &mut held)?;
    connection.execute("UPDATE spend_state SET built = 1", [])?;
    Ok(booked)
}

/// Takes in every ended call: its slot and what it adds.
fn each(
    connection: &Connection,
    mut take: impl FnMut(i64, Vec<Entry>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let sql = format!("SELECT {COLUMNS} FROM calls WHERE status <> 'running' ORDER BY key");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        take(entry::slot(row)?, entry::read(connection, row, 1)?)?;
    }
    Ok(())
}

fn write(connection: &Connection, held: &mut BTreeMap<(i64, i64), SpendSums>) -> Result<(), Fault> {
    for ((slot, labels), sums) in std::mem::take(held) {
        book::add(connection, slot, labels, sums)?;
    }
    Ok(())
}

/// Returns whether the sums equal the calls, by slot and labels. Reads all calls, and holds their sums in memory.
pub(crate) fn check(connection: &Connection) -> Result<bool, Fault> {
    let snapshot = connection.unchecked_transaction()?;
    let mut from_calls: HashMap<(i64, String), Vec<u8>> = HashMap::new();
    each(&snapshot, |slot, entries| {
        for entry in entries {
            let packed = from_calls.entry((slot, entry.labels)).or_default();
            let mut sums = entry.sums;
            if !packed.is_empty() {
                sums.add_packed(&mut packed.as_slice())?;
            }
            packed.clear();
            sums.pack(packed);
        }
        Ok(())
    })?;
    let mut statement = snapshot.prepare(
        "SELECT slot, name, sums FROM spend_slots JOIN spend_labels ON spend_labels.id = labels",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let expected = from_calls.remove(&(row.get(0)?, row.get(1)?));
        if expected.is_none_or(|expected| row.get::<_, Vec<u8>>(2).ok() != Some(expected)) {
            return Ok(false);
        }
    }
    Ok(from_calls.is_empty())
}
