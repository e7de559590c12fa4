//! The table `gateway_keys`: keys that clients of the gateway show. The keys themselves are not here, only
//! their hashes.

use crate::error::{Fault, StoreError};
use crate::sql::now_ms;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Schema of version 2.
pub(crate) const V2: &str = "
CREATE TABLE gateway_keys (
    -- UUIDv7 as text.
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- First characters of the key, for people.
    prefix TEXT NOT NULL,
    -- SHA-256 of the whole key. A key has 256 random bits, so nothing can be guessed from it, and a slow
    -- hash with salt would protect nothing more.
    hash BLOB NOT NULL UNIQUE,
    created_at_ms INTEGER NOT NULL,
    last_used_at_ms INTEGER,
    revoked_at_ms INTEGER
) STRICT, WITHOUT ROWID;
";

/// Most keys that are valid at the same time: all of them are held in memory.
pub const VALID_KEYS: u32 = 1000;

/// Most revoked keys that are listed.
const REVOKED_LISTED: u32 = 200;

/// A key as it is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGatewayKey {
    pub id: String,
    pub name: String,
    pub prefix: String,
    /// SHA-256 of the key.
    pub hash: [u8; 32],
}

/// A key, without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayKeyRow {
    pub id: String,
    pub name: String,
    pub prefix: String,
    pub hash: [u8; 32],
    pub created_at_ms: i64,
    /// `None`: never used.
    pub last_used_at_ms: Option<i64>,
    /// `None`: it is valid.
    pub revoked_at_ms: Option<i64>,
}

const COLUMNS: &str = "id, name, prefix, hash, created_at_ms, last_used_at_ms, revoked_at_ms";

fn read_row(row: &Row<'_>) -> rusqlite::Result<GatewayKeyRow> {
    Ok(GatewayKeyRow {
        id: row.get(0)?,
        name: row.get(1)?,
        prefix: row.get(2)?,
        hash: row.get(3)?,
        created_at_ms: row.get(4)?,
        last_used_at_ms: row.get(5)?,
        revoked_at_ms: row.get(6)?,
    })
}

/// Returns every valid key and the last revoked ones, newest first.
pub(crate) fn list(connection: &Connection) -> Result<Vec<GatewayKeyRow>, Fault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM gateway_keys WHERE revoked_at_ms IS NULL
         UNION ALL
         SELECT * FROM (SELECT {COLUMNS} FROM gateway_keys WHERE revoked_at_ms IS NOT NULL
                        ORDER BY revoked_at_ms DESC LIMIT ?1)
         ORDER BY 1 DESC"
    );
    Ok(connection
        .prepare_cached(&sql)?
        .query_map([REVOKED_LISTED], read_row)?
        .collect::<Result<_, _>>()?)
}

/// Records a new key.
///
/// # Errors
/// [`StoreError::Invalid`] if a valid key has this name, or if there are too many.
pub(crate) fn create(connection: &Connection, key: &NewGatewayKey) -> Result<GatewayKeyRow, Fault> {
    let invalid = |sentence: String| Fault::Ours(StoreError::Invalid(sentence));
    let (same, all): (u32, u32) = connection
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE name = ?1), count(*) FROM gateway_keys
             WHERE revoked_at_ms IS NULL",
        )?
        .query_row([&key.name], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if same > 0 {
        let name = &key.name;
        return Err(invalid(format!(
            "a valid gateway key has the `name` `{name}` already"
        )));
    }
    if all >= VALID_KEYS {
        return Err(invalid(format!(
            "there are {VALID_KEYS} valid gateway keys already; revoke one first"
        )));
    }
    let created_at_ms = now_ms();
    connection
        .prepare_cached(
            "INSERT INTO gateway_keys(id, name, prefix, hash, created_at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            key.id,
            key.name,
            key.prefix,
            key.hash,
            created_at_ms
        ])?;
    Ok(GatewayKeyRow {
        id: key.id.clone(),
        name: key.name.clone(),
        prefix: key.prefix.clone(),
        hash: key.hash,
        created_at_ms,
        last_used_at_ms: None,
        revoked_at_ms: None,
    })
}

/// Makes a key invalid for ever; one that is so already stays as it was. Returns the key.
pub(crate) fn revoke(connection: &Connection, id: &str) -> Result<GatewayKeyRow, Fault> {
    connection
        .prepare_cached(
            "UPDATE gateway_keys SET revoked_at_ms = ?2 WHERE id = ?1 AND revoked_at_ms IS NULL",
        )?
        .execute(params![id, now_ms()])?;
    let sql = format!("SELECT {COLUMNS} FROM gateway_keys WHERE id = ?1");
    let row = connection
        .prepare_cached(&sql)?
        .query_row([id], read_row)
        .optional()?;
    row.ok_or_else(|| {
        StoreError::NotFound {
            what: "gateway key",
            id: id.to_owned(),
        }
        .into()
    })
}

/// Notes when a key was used, unless a later use is noted.
pub(crate) fn note_use(connection: &Connection, id: &str, at_ms: i64) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "UPDATE gateway_keys SET last_used_at_ms = max(coalesce(last_used_at_ms, 0), ?2)
             WHERE id = ?1",
        )?
        .execute(params![id, at_ms])?;
    Ok(())
}
