//! Booking an ended call under its quarter of an hour and its labels.

use super::entry::{self, COLUMNS};
use super::labels;
use super::sums::SpendSums;
use crate::error::Fault;
use rusqlite::{Connection, OptionalExtension, params};

/// Books a call that has ended. Once a call, in the transaction that writes its end, after its attempts are written;
/// a running call is not booked.
pub(crate) fn book(connection: &Connection, key: i64) -> Result<(), Fault> {
    change(connection, key, 1)
}

/// Takes an ended call out again, before its row or its attempts are changed; [`book`] it afterwards.
pub(crate) fn unbook(connection: &Connection, key: i64) -> Result<(), Fault> {
    change(connection, key, -1)
}

fn change(connection: &Connection, key: i64, sign: i64) -> Result<(), Fault> {
    let sql = format!("SELECT {COLUMNS} FROM calls WHERE key = ?1 AND status <> 'running'");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([key])?;
    let Some(row) = rows.next()? else {
        return Ok(());
    };
    let (slot, entries) = (entry::slot(row)?, entry::read(connection, row, sign)?);
    for entry in entries {
        let labels = labels::id(connection, &entry.labels)?;
        add(connection, slot, labels, entry.sums)?;
    }
    unseal(connection, slot)
}

/// Adds sums to a slot's labels.
pub(super) fn add(
    connection: &Connection,
    slot: i64,
    labels: i64,
    mut sums: SpendSums,
) -> Result<(), Fault> {
    let before: Option<Vec<u8>> = connection
        .prepare_cached("SELECT sums FROM spend_slots WHERE slot = ?1 AND labels = ?2")?
        .query_row([slot, labels], |row| row.get(0))
        .optional()?;
    if let Some(before) = &before {
        sums.add_packed(&mut before.as_slice())?;
    }
    if sums.is_empty() {
        connection
            .prepare_cached("DELETE FROM spend_slots WHERE slot = ?1 AND labels = ?2")?
            .execute([slot, labels])?;
        return Ok(());
    }
    let mut packed = Vec::with_capacity(96);
    sums.pack(&mut packed);
    connection
        .prepare_cached(
            "INSERT INTO spend_slots(slot, labels, sums) VALUES (?1, ?2, ?3)
             ON CONFLICT(slot, labels) DO UPDATE SET sums = excluded.sums",
        )?
        .execute(params![slot, labels, packed])?;
    Ok(())
}

/// Takes the seal off the day that holds a slot, if one does.
fn unseal(connection: &Connection, slot: i64) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "DELETE FROM spend_days
             WHERE first = (SELECT max(first) FROM spend_days WHERE first <= ?1) AND after > ?1",
        )?
        .execute([slot])?;
    Ok(())
}
