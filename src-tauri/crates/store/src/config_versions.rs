//! Every version of the configuration file that was activated.

use crate::error::{Fault, StoreError};
use crate::sql::now_ms;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// What version 3 adds.
pub(crate) const V3: &str = "
CREATE TABLE config_versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    -- Who wrote it: 'file' (another program), 'window', 'cli' or 'gateway'.
    origin TEXT NOT NULL,
    -- What was changed, in one clause; NULL: changed by hand.
    note TEXT,
    -- The version it brought back.
    restored_from INTEGER,
    -- The whole file. It names credentials and holds none; what looks like one all the same was redacted.
    text TEXT NOT NULL
) STRICT;
-- What people thought of a model's answers, and what an experiment's variants did.
CREATE INDEX calls_rated ON calls(answered_provider, answered_model) WHERE rating IS NOT NULL;
CREATE INDEX calls_by_variant ON calls(route, variant, key) WHERE variant IS NOT NULL;
";

/// Most versions that are listed.
const LISTED: u32 = 500;

/// A version as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConfigVersion {
    pub origin: String,
    pub note: Option<String>,
    pub restored_from: Option<u32>,
    pub text: String,
}

/// A version, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigVersionRow {
    pub id: u32,
    pub at_ms: i64,
    pub origin: String,
    pub note: Option<String>,
    pub restored_from: Option<u32>,
    pub bytes: u32,
}

const COLUMNS: &str = "id, at_ms, origin, note, restored_from, length(CAST(text AS BLOB))";

fn read_row(row: &Row<'_>) -> rusqlite::Result<ConfigVersionRow> {
    Ok(ConfigVersionRow {
        id: row.get(0)?,
        at_ms: row.get(1)?,
        origin: row.get(2)?,
        note: row.get(3)?,
        restored_from: row.get(4)?,
        bytes: row.get(5)?,
    })
}

/// Records a version, unless the last one has the same text: several programs see the same file. Returns
/// the version that has the text.
pub(crate) fn record(
    connection: &Connection,
    version: &NewConfigVersion,
) -> Result<ConfigVersionRow, Fault> {
    let last = format!("SELECT {COLUMNS}, text FROM config_versions ORDER BY id DESC LIMIT 1");
    let last = connection
        .prepare_cached(&last)?
        .query_row([], |row| Ok((read_row(row)?, row.get::<_, String>(6)?)))
        .optional()?;
    if let Some((row, _)) = last.filter(|(_, text)| *text == version.text) {
        return Ok(row);
    }
    let sql = format!(
        "INSERT INTO config_versions(at_ms, origin, note, restored_from, text)
         VALUES (?1, ?2, ?3, ?4, ?5) RETURNING {COLUMNS}"
    );
    let row = connection.prepare_cached(&sql)?.query_row(
        params![
            now_ms(),
            version.origin,
            version.note,
            version.restored_from,
            version.text
        ],
        read_row,
    )?;
    Ok(row)
}

/// Returns the versions, newest first.
pub(crate) fn list(connection: &Connection) -> Result<Vec<ConfigVersionRow>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM config_versions ORDER BY id DESC LIMIT ?1");
    Ok(connection
        .prepare_cached(&sql)?
        .query_map([LISTED], read_row)?
        .collect::<Result<_, _>>()?)
}

/// Returns a version and its text.
///
/// # Errors
/// [`StoreError::NotFound`].
pub(crate) fn get(connection: &Connection, id: u32) -> Result<(ConfigVersionRow, String), Fault> {
    let sql = format!("SELECT {COLUMNS}, text FROM config_versions WHERE id = ?1");
    let found = connection
        .prepare_cached(&sql)?
        .query_row([id], |row| Ok((read_row(row)?, row.get(6)?)))
        .optional()?;
    found.ok_or_else(|| {
        StoreError::NotFound {
            what: "version of the configuration",
            id: id.to_string(),
        }
        .into()
    })
}
