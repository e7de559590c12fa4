//! The tables `prompts` and `prompt_versions`. A prompt's body is opaque JSON text here: two bodies
//! are the same if their texts are, so callers write them in one canonical form.

use crate::error::{Fault, StoreError};
use crate::search;
use crate::sql::now_ms;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

/// Schema of version 1.
pub(crate) const V1: &str = "
CREATE TABLE prompts (
    key INTEGER PRIMARY KEY,
    -- UUIDv7 as text.
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    -- Latest saved version; 0 before the first.
    version INTEGER NOT NULL DEFAULT 0,
    -- 1 if the body differs from that version.
    dirty INTEGER NOT NULL DEFAULT 1,
    created_at_ms INTEGER NOT NULL,
    saved_at_ms INTEGER NOT NULL,
    deleted_at_ms INTEGER
) STRICT;
CREATE INDEX prompts_by_time ON prompts(saved_at_ms);
CREATE TABLE prompt_versions (
    prompt INTEGER NOT NULL REFERENCES prompts(key) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    PRIMARY KEY (prompt, version)
) STRICT, WITHOUT ROWID;
";

/// What a caller writes of a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PromptText {
    pub title: String,
    /// Canonical JSON.
    pub body: String,
    /// Shown in lists.
    pub excerpt: String,
    /// The words of the messages, to be searched.
    pub search: String,
}

/// A prompt with its draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptRow {
    pub id: String,
    pub title: String,
    /// Latest saved version; 0 before the first.
    pub version: u32,
    /// Whether `body` differs from the latest version.
    pub dirty: bool,
    /// JSON as it was written.
    pub body: String,
    pub excerpt: String,
    pub created_at_ms: i64,
    /// When the draft was last written.
    pub saved_at_ms: i64,
    /// `None` unless deleted.
    pub deleted_at_ms: Option<i64>,
}

/// A prompt in the list: all but its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptListRow {
    pub id: String,
    pub title: String,
    pub version: u32,
    pub dirty: bool,
    pub excerpt: String,
    pub saved_at_ms: i64,
    pub deleted_at_ms: Option<i64>,
}

/// A saved version of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptVersionRow {
    /// Counts from 1.
    pub version: u32,
    pub created_at_ms: i64,
    pub body: String,
    /// Calls made with this version.
    pub calls: u32,
}

/// Which prompts to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PromptScope {
    /// Those not deleted.
    #[default]
    Kept,
    /// Deleted ones as well.
    All,
}

/// Lists prompts, last changed first; at most 1000.
pub(crate) fn list(
    connection: &Connection,
    search: &str,
    scope: PromptScope,
) -> Result<Vec<PromptListRow>, Fault> {
    const SELECT: &str =
        "SELECT id, title, version, dirty, excerpt, saved_at_ms, deleted_at_ms FROM prompts";
    const ORDER: &str = "ORDER BY saved_at_ms DESC, key DESC LIMIT 1000";
    let kept = match scope {
        PromptScope::Kept => "deleted_at_ms IS NULL",
        PromptScope::All => "TRUE",
    };
    let read = |row: &Row<'_>| {
        Ok(PromptListRow {
            id: row.get(0)?,
            title: row.get(1)?,
            version: row.get(2)?,
            dirty: row.get(3)?,
            excerpt: row.get(4)?,
            saved_at_ms: row.get(5)?,
            deleted_at_ms: row.get(6)?,
        })
    };
    let rows = match search::query(search) {
        search::Query::Nothing => Vec::new(),
        search::Query::All => connection
            .prepare_cached(&format!("{SELECT} WHERE {kept} {ORDER}"))?
            .query_map([], read)?
            .collect::<Result<_, _>>()?,
        search::Query::Match(words) => connection
            .prepare_cached(&format!(
                "{SELECT} WHERE {kept} AND key IN
                     (SELECT rowid FROM prompt_search WHERE prompt_search MATCH ?1) {ORDER}"
            ))?
            .query_map([words], read)?
            .collect::<Result<_, _>>()?,
    };
    Ok(rows)
}

/// Returns a prompt, deleted or not.
pub(crate) fn get(connection: &Connection, id: &str) -> Result<PromptRow, Fault> {
    find(connection, id).map(|(_, row)| row)
}

/// Makes a prompt.
pub(crate) fn create(connection: &Connection, text: &PromptText) -> Result<PromptRow, Fault> {
    let id = Uuid::now_v7().to_string();
    let now = now_ms();
    connection
        .prepare_cached(
            "INSERT INTO prompts(id, title, body, excerpt, created_at_ms, saved_at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        )?
        .execute(params![id, text.title, text.body, text.excerpt, now])?;
    search::index_prompt(
        connection,
        connection.last_insert_rowid(),
        &text.title,
        &text.search,
    )?;
    get(connection, &id)
}

/// Writes the draft. Writing what is there already changes nothing, not even the time.
pub(crate) fn save_draft(
    connection: &Connection,
    id: &str,
    text: &PromptText,
) -> Result<PromptRow, Fault> {
    let (key, old) = find(connection, id)?;
    if old.title == text.title && old.body == text.body {
        return Ok(old);
    }
    connection
        .prepare_cached(
            "UPDATE prompts SET title = ?2, body = ?3, excerpt = ?4, saved_at_ms = ?5,
                 dirty = ?3 IS NOT
                     (SELECT body FROM prompt_versions
                      WHERE prompt = prompts.key AND version = prompts.version)
             WHERE key = ?1",
        )?
        .execute(params![key, text.title, text.body, text.excerpt, now_ms()])?;
    search::index_prompt(connection, key, &text.title, &text.search)?;
    get(connection, id)
}

/// Saves the draft as a new version, if it differs from the latest.
pub(crate) fn save_version(connection: &Connection, id: &str) -> Result<PromptRow, Fault> {
    let (key, row) = find(connection, id)?;
    if !row.dirty {
        return Ok(row);
    }
    connection
        .prepare_cached(
            "INSERT INTO prompt_versions(prompt, version, body, created_at_ms)
             SELECT key, version + 1, body, ?2 FROM prompts WHERE key = ?1",
        )?
        .execute(params![key, now_ms()])?;
    connection
        .prepare_cached("UPDATE prompts SET version = version + 1, dirty = 0 WHERE key = ?1")?
        .execute([key])?;
    get(connection, id)
}

/// Returns the versions, newest first.
pub(crate) fn versions(connection: &Connection, id: &str) -> Result<Vec<PromptVersionRow>, Fault> {
    let (key, _) = find(connection, id)?;
    Ok(connection
        .prepare_cached(
            "SELECT version, created_at_ms, body,
                 (SELECT count(*) FROM calls
                  WHERE calls.prompt_id = ?2 AND calls.prompt_version = prompt_versions.version)
             FROM prompt_versions WHERE prompt = ?1 ORDER BY version DESC",
        )?
        .query_map(params![key, id], |row| {
            Ok(PromptVersionRow {
                version: row.get(0)?,
                created_at_ms: row.get(1)?,
                body: row.get(2)?,
                calls: row.get(3)?,
            })
        })?
        .collect::<Result<_, _>>()?)
}

/// Returns one version's body.
pub(crate) fn version_body(
    connection: &Connection,
    id: &str,
    version: u32,
) -> Result<String, Fault> {
    let (key, _) = find(connection, id)?;
    connection
        .prepare_cached("SELECT body FROM prompt_versions WHERE prompt = ?1 AND version = ?2")?
        .query_row(params![key, version], |row| row.get(0))
        .optional()?
        .ok_or_else(|| {
            StoreError::NotFound {
                what: "version of the prompt",
                id: version.to_string(),
            }
            .into()
        })
}

/// Hides a prompt or brings it back.
pub(crate) fn set_deleted(
    connection: &Connection,
    id: &str,
    deleted_at_ms: Option<i64>,
) -> Result<PromptRow, Fault> {
    let (key, _) = find(connection, id)?;
    connection
        .prepare_cached("UPDATE prompts SET deleted_at_ms = ?2 WHERE key = ?1")?
        .execute(params![key, deleted_at_ms])?;
    get(connection, id)
}

/// Returns how many prompts there are, deleted ones not counted.
pub(crate) fn count(connection: &Connection) -> Result<u64, Fault> {
    let sql = "SELECT count(*) FROM prompts WHERE deleted_at_ms IS NULL";
    Ok(connection
        .query_row(sql, [], |row| row.get(0))
        .map(crate::sql::uint)?)
}

fn find(connection: &Connection, id: &str) -> Result<(i64, PromptRow), Fault> {
    connection
        .prepare_cached(
            "SELECT key, id, title, version, dirty, body, excerpt, created_at_ms, saved_at_ms,
                 deleted_at_ms
             FROM prompts WHERE id = ?1",
        )?
        .query_row([id], |row| {
            Ok((
                row.get(0)?,
                PromptRow {
                    id: row.get(1)?,
                    title: row.get(2)?,
                    version: row.get(3)?,
                    dirty: row.get(4)?,
                    body: row.get(5)?,
                    excerpt: row.get(6)?,
                    created_at_ms: row.get(7)?,
                    saved_at_ms: row.get(8)?,
                    deleted_at_ms: row.get(9)?,
                },
            ))
        })
        .optional()?
        .ok_or_else(|| {
            StoreError::NotFound {
                what: "prompt",
                id: id.to_owned(),
            }
            .into()
        })
}
