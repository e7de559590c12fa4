//! Alerts about spending, and what has been told already. Their tables are made in `budgets.rs`.

use crate::budgets::changed;
use crate::error::{Fault, StoreError};
use crate::sql::now_ms;
use crate::store::Store;
use rusqlite::{Connection, OptionalExtension, Row, params};
use switchboard_engine::policy::marks::{Crossing, Marks, Measure};

/// Most alerts that are kept.
const KEPT: u32 = 1000;
/// Most alerts that are listed.
const LISTED: u32 = 200;

/// An alert as it is raised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAlert {
    /// `info`, `warning` or `alarm`.
    pub level: &'static str,
    pub title: String,
    pub text: String,
    pub budget: Option<String>,
    pub caller: Option<String>,
    pub muted: bool,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    pub id: i64,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    pub level: String,
    pub title: String,
    pub text: String,
    pub budget: Option<String>,
    pub caller: Option<String>,
    pub dismissed: bool,
    pub muted: bool,
}

impl Store {
    /// Takes in how something that is watched stands now. If that is news, `alert` makes the alert of it, and it is
    /// recorded; of several processes that see the same, one gets it back.
    ///
    /// # Errors
    /// Why the file could not be read or written.
    pub async fn advance_marks(
        &self,
        name: &str,
        measure: Measure,
        alert: impl FnOnce(Crossing) -> Option<NewAlert> + Send + 'static,
    ) -> Result<(Marks, Option<AlertRow>), StoreError> {
        let name = name.to_owned();
        self.write(move |connection| {
            let mut marks = marks(connection, &name)?;
            let before = marks.clone();
            let crossing = marks.advance(&measure);
            if marks != before {
                connection.execute(
                    "INSERT INTO alert_marks(name, marks) VALUES (?1, ?2)
                     ON CONFLICT(name) DO UPDATE SET marks = excluded.marks",
                    params![name, crate::sql::json(&marks)],
                )?;
            }
            let alert = crossing.and_then(alert);
            let row = alert.map(|alert| raise(connection, &alert)).transpose()?;
            Ok((marks, row))
        })
        .await
    }

    /// Returns alerts, newest first, and how many are not dismissed.
    ///
    /// # Errors
    /// Why the file could not be read.
    pub async fn alerts(&self) -> Result<(Vec<AlertRow>, u32), StoreError> {
        self.read(|connection| {
            let rows = connection
                .prepare_cached(
                    "SELECT id, at_ms, level, title, text, budget, caller, dismissed, muted FROM alerts
                     ORDER BY id DESC LIMIT ?1",
                )?
                .query_map([LISTED], read_row)?
                .collect::<Result<_, _>>()?;
            let open = connection
                .prepare_cached("SELECT count(*) FROM alerts WHERE dismissed = 0")?
                .query_row([], |row| row.get(0))?;
            Ok((rows, open))
        })
        .await
    }

    /// Marks an alert as seen; `None`: all.
    ///
    /// # Errors
    /// Why the file could not be written.
    pub async fn dismiss_alerts(&self, id: Option<i64>) -> Result<(), StoreError> {
        self.write(move |connection| {
            connection.execute(
                "UPDATE alerts SET dismissed = 1 WHERE id = ?1 OR ?1 IS NULL",
                [id],
            )?;
            changed(connection)
        })
        .await
    }

    /// Keeps a budget's alerts quiet until a moment; `None`: no longer.
    ///
    /// # Errors
    /// Why the file could not be written.
    pub async fn mute_alerts(&self, budget: &str, until_ms: Option<i64>) -> Result<(), StoreError> {
        let budget = budget.to_owned();
        self.write(move |connection| {
            connection.execute("DELETE FROM alert_mutes WHERE budget = ?1", [&budget])?;
            if let Some(until) = until_ms {
                connection.execute(
                    "INSERT INTO alert_mutes(budget, until_ms) VALUES (?1, ?2)",
                    params![budget, until],
                )?;
            }
            changed(connection)
        })
        .await
    }
}

fn marks(connection: &Connection, name: &str) -> Result<Marks, Fault> {
    let text = connection
        .prepare_cached("SELECT marks FROM alert_marks WHERE name = ?1")?
        .query_row([name], |row| row.get::<_, String>(0))
        .optional()?;
    Ok(crate::sql::json_or_none(text).unwrap_or_default())
}

fn raise(connection: &Connection, alert: &NewAlert) -> Result<AlertRow, Fault> {
    let at_ms = now_ms();
    connection.execute(
        "INSERT INTO alerts(at_ms, level, title, text, budget, caller, muted)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            at_ms,
            alert.level,
            alert.title,
            alert.text,
            alert.budget,
            alert.caller,
            alert.muted
        ],
    )?;
    let id = connection.last_insert_rowid();
    connection.execute("DELETE FROM alerts WHERE id <= ?1 - ?2", params![id, KEPT])?;
    changed(connection)?;
    Ok(AlertRow {
        id,
        at_ms,
        level: alert.level.to_owned(),
        title: alert.title.clone(),
        text: alert.text.clone(),
        budget: alert.budget.clone(),
        caller: alert.caller.clone(),
        dismissed: false,
        muted: alert.muted,
    })
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<AlertRow> {
    Ok(AlertRow {
        id: row.get(0)?,
        at_ms: row.get(1)?,
        level: row.get(2)?,
        title: row.get(3)?,
        text: row.get(4)?,
        budget: row.get(5)?,
        caller: row.get(6)?,
        dismissed: row.get(7)?,
        muted: row.get(8)?,
    })
}
