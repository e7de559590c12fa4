//! Which process runs which calls, so that only calls of dead ones count as interrupted.
//!
//! Every open store holds an exclusive lock on a file of its own beside the history, for as long as
//! the process lives: the operating system lets go of it however the process ends. Process ids and
//! heartbeats are not used: ids are reused, and a suspended laptop beats no heart.

use crate::answers::joined_pieces;
use crate::error::{Fault, StoreError};
use crate::persist::{delete_pieces, error_text};
use crate::search::{self, CallText};
use crate::sql::{json, now_ms};
use rusqlite::{Connection, params};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use switchboard_engine::call::CallId;
use switchboard_engine::error::{CallError, ErrorKind};
use uuid::Uuid;

/// Schema of version 1.
pub(crate) const V1: &str = "
CREATE TABLE owners (
    -- Never used again: finished calls keep their owner's number.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Name of the lock file.
    lock TEXT NOT NULL UNIQUE,
    pid INTEGER NOT NULL,
    started_at_ms INTEGER NOT NULL
) STRICT;
";

/// This process's claim on the calls it runs. Lives as long as the store.
#[derive(Debug)]
pub(crate) struct Owner {
    pub(crate) id: i64,
    path: PathBuf,
    lock: Option<File>,
}

impl Owner {
    /// Takes a lock of its own and registers it.
    pub(crate) fn register(connection: &Connection, history: &Path) -> Result<Self, StoreError> {
        let folder = lock_folder(history);
        let name = Uuid::now_v7().to_string();
        let path = folder.join(&name);
        let io = |error: std::io::Error| StoreError::from_io(&error, &folder);
        std::fs::create_dir_all(&folder).map_err(io)?;
        let lock = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(io)?;
        if let Err(error) = lock.try_lock() {
            // Without locks a later launch takes this process for dead; nothing else is lost.
            tracing::warn!(%error, "the folder of the history cannot lock files");
        }
        // From here on the lock file goes with the owner, also if registering fails.
        let mut owner = Self {
            id: 0,
            path,
            lock: Some(lock),
        };
        connection
            .execute(
                "INSERT INTO owners(lock, pid, started_at_ms) VALUES (?1, ?2, ?3)",
                params![name, std::process::id(), now_ms()],
            )
            .map_err(|error| StoreError::from_sqlite(&error, history))?;
        owner.id = connection.last_insert_rowid();
        Ok(owner)
    }

    /// Registers anew after another process took this one for dead.
    pub(crate) fn register_again(&mut self, connection: &Connection) -> Result<(), Fault> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        if !self.path.exists() {
            let lock = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&self.path);
            match lock.and_then(|lock| Ok(lock.try_lock().map(|()| lock)?)) {
                Ok(lock) => self.lock = Some(lock),
                Err(error) => {
                    tracing::warn!(%error, "the lock that says that this program runs was lost");
                }
            }
        }
        connection.execute(
            "INSERT OR IGNORE INTO owners(id, lock, pid, started_at_ms) VALUES (?1, ?2, ?3, ?4)",
            params![self.id, name, std::process::id(), now_ms()],
        )?;
        Ok(())
    }

    /// Takes the owner out of the file, unless calls of it are still unfinished.
    pub(crate) fn leave(&mut self, connection: &Connection) -> Result<(), Fault> {
        connection.execute(
            "DELETE FROM owners WHERE id = ?1 AND NOT EXISTS
                 (SELECT 1 FROM calls WHERE owner = ?1 AND status = 'running')",
            [self.id],
        )?;
        Ok(())
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        // Closed first: Windows does not delete open files. A file left behind is found unlocked.
        drop(self.lock.take());
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Marks the unfinished calls of dead processes interrupted, with the text they had. Returns how many.
pub(crate) fn interrupt_orphans(
    connection: &mut Connection,
    history: &Path,
    own: Option<i64>,
) -> Result<u32, Fault> {
    let folder = lock_folder(history);
    let owners = connection
        .prepare("SELECT id, lock FROM owners")?
        .query_map([], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    // The locks are held until the calls are marked, so that two launches do not both mark them.
    let mut dead = Vec::new();
    for (id, name) in owners {
        if Some(id) == own {
            continue;
        }
        if let Probe::Dead(lock) = probe(&folder.join(&name)) {
            dead.push((id, name, lock));
        }
    }
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let running = transaction
        .prepare(
            "SELECT key, id, owner FROM calls WHERE status = 'running'
                 AND (owner IS NULL OR owner IN (SELECT value FROM json_each(?1))
                      OR owner NOT IN (SELECT id FROM owners))",
        )?
        .query_map(
            [json(&dead.iter().map(|(id, ..)| *id).collect::<Vec<_>>())],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 16]>(1)?)),
        )?
        .collect::<Result<Vec<_>, _>>()?;
    for (key, id) in &running {
        interrupt(&transaction, *key, CallId(Uuid::from_bytes(*id)))?;
    }
    for (id, ..) in &dead {
        transaction.execute("DELETE FROM owners WHERE id = ?1", [id])?;
    }
    transaction.commit()?;
    for (_, name, lock) in dead {
        drop(lock);
        let _ = std::fs::remove_file(folder.join(name));
    }
    Ok(u32::try_from(running.len()).unwrap_or(u32::MAX))
}

enum Probe {
    Alive,
    /// The lock taken, if the file was there.
    Dead(Option<File>),
}

fn probe(path: &Path) -> Probe {
    match OpenOptions::new().write(true).open(path) {
        Ok(file) => match file.try_lock() {
            Ok(()) => Probe::Dead(Some(file)),
            Err(TryLockError::WouldBlock) => Probe::Alive,
            Err(TryLockError::Error(_)) => Probe::Dead(Some(file)),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Probe::Dead(None),
        // Not ours to look at: better left running than marked wrongly.
        Err(_) => Probe::Alive,
    }
}

fn interrupt(connection: &Connection, key: i64, id: CallId) -> Result<(), Fault> {
    let error = CallError::new(
        ErrorKind::Interrupted,
        "the program ended while this call ran; the answer is as far as it had come",
    );
    let (text, reasoning) = joined_pieces(connection, key)?;
    let full = json(&error);
    connection.execute(
        "INSERT INTO answers(call, text, reasoning, error) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT(call) DO UPDATE SET text = text || excluded.text,
             reasoning = reasoning || excluded.reasoning, error = excluded.error",
        params![key, text, reasoning, full],
    )?;
    delete_pieces(connection, key)?;
    connection.execute(
        "UPDATE attempts SET ended_ms = (SELECT last_ms FROM calls WHERE key = ?1)
         WHERE call = ?1 AND ended_ms IS NULL",
        [key],
    )?;
    connection.execute(
        "UPDATE calls SET status = 'interrupted', elapsed_ms = last_ms, error = ?2, owner = NULL
         WHERE key = ?1",
        params![key, full],
    )?;
    crate::spend::book(connection, key)?;
    let Some((_, row)) = crate::calls::one(connection, id)? else {
        return Ok(());
    };
    let target = row.answered.as_ref().unwrap_or(&row.requested);
    let model = format!(
        "{}/{} {}/{}",
        row.requested.provider, row.requested.model, target.provider, target.model
    );
    let text = CallText {
        model: &model,
        title: row.prompt_title.as_deref().unwrap_or_default(),
        answer: &text,
        error: &error_text(&error),
    };
    search::index_call(connection, key, &text)
}

fn lock_folder(history: &Path) -> PathBuf {
    let mut name = history.file_name().unwrap_or_default().to_owned();
    name.push(".open");
    history.with_file_name(name)
}
