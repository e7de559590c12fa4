//! The versions of the file's schema, and how an older file becomes a newer one.

use crate::error::{Fault, StoreError};
use crate::{
    answers, budgets, calls, config_versions, gateway_keys, owner, prompts, search, spend,
    ui_state, votes,
};
use rusqlite::{Connection, TransactionBehavior};
use std::path::{Path, PathBuf};

/// One step of the schema: the SQL of each table group it touches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Migration(pub(crate) &'static [&'static str]);

/// Every step there has been; the n-th makes version n. Steps are only ever added.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration(&[
        owner::V1,
        prompts::V1,
        calls::V1,
        answers::V1,
        votes::V1,
        ui_state::V1,
        search::V1,
    ]),
    Migration(&[calls::V2, gateway_keys::V2]),
    Migration(&[
        calls::V3,
        answers::V3,
        spend::V3,
        budgets::V3,
        config_versions::V3,
    ]),
    Migration(&[spend::V4]),
    Migration(&[search::V5]),
];

/// Marks the file as ours (`PRAGMA application_id`): "SwBd".
pub(crate) const APPLICATION_ID: i64 = 0x5377_4264;

/// Copies kept of files as they were before a migration.
const BACKUPS: usize = 3;

/// Brings the file to the newest version. Returns the copy made of an older file, `None` if there was
/// nothing to migrate.
pub(crate) fn migrate(
    connection: &mut Connection,
    path: &Path,
    migrations: &[Migration],
) -> Result<Option<PathBuf>, Fault> {
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let found = check(connection, path, known)?;
    if found == known {
        return Ok(None);
    }
    let backup = match found {
        0 => None,
        version => Some(back_up(connection, path, version)?),
    };
    // Immediate: of two launches at once one waits here, then finds the work done.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = check(&transaction, path, known)?;
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    for Migration(parts) in migrations.iter().skip(done) {
        for sql in *parts {
            transaction.execute_batch(sql)?;
        }
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(backup)
}

/// Returns the file's version; 0 for an empty file.
///
/// # Errors
/// [`StoreError::Newer`] and [`StoreError::NotHistory`].
pub(crate) fn check(connection: &Connection, path: &Path, known: i64) -> Result<i64, Fault> {
    // One statement reads one state of the file. Three could see another launch commit in between.
    let (found, application, tables) = connection.query_row(
        "SELECT (SELECT user_version FROM pragma_user_version),
                (SELECT application_id FROM pragma_application_id),
                (SELECT count(*) FROM sqlite_schema)",
        [],
        |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, i64>(2)?,
            ))
        },
    )?;
    let path = path.to_owned();
    if tables == 0 && found == 0 {
        Ok(0)
    } else if application != APPLICATION_ID || found < 1 {
        Err(StoreError::NotHistory { path }.into())
    } else if found > known {
        Err(StoreError::Newer { path, found, known }.into())
    } else {
        Ok(found)
    }
}

/// Copies the file as it is, and forgets all but the newest copies.
fn back_up(connection: &Connection, path: &Path, version: i64) -> Result<PathBuf, Fault> {
    let io = |error: std::io::Error| Fault::Ours(StoreError::from_io(&error, path));
    let stem = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let time = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ");
    let folder = path.parent().unwrap_or(Path::new("."));
    let target = folder.join(format!("{stem}.before-v{}.{time}.backup", version + 1));
    let name = target.to_str().ok_or_else(|| StoreError::Open {
        path: path.to_owned(),
        detail: "its path is not Unicode".to_owned(),
    })?;
    if let Err(error) = connection.execute("VACUUM INTO ?1", [name]) {
        let _ = std::fs::remove_file(&target);
        return Err(error.into());
    }
    crate::open::make_private(&target).map_err(io)?;
    let mut copies: Vec<(std::time::SystemTime, PathBuf)> = std::fs::read_dir(folder)
        .map_err(io)?
        .filter_map(Result::ok)
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with(&format!("{stem}.before-v")) && name.ends_with(".backup")
        })
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    copies.sort();
    let surplus = copies.len().saturating_sub(BACKUPS);
    for (_, old) in copies
        .into_iter()
        .take(surplus)
        .filter(|(_, old)| *old != target)
    {
        if let Err(error) = std::fs::remove_file(&old) {
            tracing::warn!(%error, file = %old.display(), "an old backup could not be removed");
        }
    }
    Ok(target)
}

#[cfg(test)]
mod tests;
