//! The table `ui_state`: what the user interface keeps between launches, by key.

use crate::error::{Fault, StoreError};
use rusqlite::{Connection, params};
use serde_json::Value;
use std::collections::BTreeMap;

/// Schema of version 1.
pub(crate) const V1: &str = "
CREATE TABLE ui_state (
    key TEXT PRIMARY KEY,
    json TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Largest value, in bytes of JSON: state is small; texts belong in prompts and calls.
const VALUE_BYTES: usize = 256 * 1024;

/// Longest key, in bytes.
const KEY_BYTES: usize = 200;

/// Returns everything kept. A value that cannot be read any more is left out.
pub(crate) fn all(connection: &Connection) -> Result<BTreeMap<String, Value>, Fault> {
    let pairs = connection
        .prepare_cached("SELECT key, json FROM ui_state")?
        .query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    Ok(pairs
        .into_iter()
        .filter_map(|(key, json)| Some((key, serde_json::from_str(&json).ok()?)))
        .collect())
}

/// Keeps a value; `null` forgets the key.
pub(crate) fn set(connection: &Connection, key: &str, value: &Value) -> Result<(), Fault> {
    if key.is_empty() || key.len() > KEY_BYTES {
        let sentence = format!("`key` must have 1 to {KEY_BYTES} bytes");
        return Err(StoreError::Invalid(sentence).into());
    }
    if value.is_null() {
        connection
            .prepare_cached("DELETE FROM ui_state WHERE key = ?1")?
            .execute([key])?;
        return Ok(());
    }
    let json = value.to_string();
    if json.len() > VALUE_BYTES {
        let sentence = format!(
            "`value` of `{key}` has {} bytes of JSON; at most {VALUE_BYTES} are kept",
            json.len()
        );
        return Err(StoreError::Invalid(sentence).into());
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO ui_state(key, json) VALUES (?1, ?2)")?
        .execute(params![key, json])?;
    Ok(())
}
