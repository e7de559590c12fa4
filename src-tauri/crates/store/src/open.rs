//! Opening the file: its folder, its permissions and the settings of every connection.

use crate::error::{Fault, StoreError};
use rusqlite::ffi::ErrorCode;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a connection waits for another program's transaction.
const BUSY: Duration = Duration::from_secs(5);

/// How long a launch waits before it asks again for what another launch holds.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// Statements kept compiled per connection: about as many as the crate has.
const STATEMENTS: usize = 64;

/// Largest write-ahead log kept on disk after a checkpoint, in bytes.
const LOG_BYTES: i64 = 16 * 1024 * 1024;

/// Opens the file for writing and makes it, with its folder, if it is not there.
pub(crate) fn writable(path: &Path) -> Result<Connection, StoreError> {
    create(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).map_err(|error| StoreError::from_sqlite(&error, path))
}

/// Sets what holds for the writing connection. Changes the file (write-ahead log), so only after its
/// version was looked at.
pub(crate) fn set_up_writer(connection: &Connection) -> Result<(), Fault> {
    write_ahead(connection)?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    connection.pragma_update(None, "cache_size", -16_000)?;
    Ok(())
}

/// Switches the file to its write-ahead log. SQLite answers "busy" here at once, without the wait that
/// [`BUSY`] asks for, while another launch does the same.
fn write_ahead(connection: &Connection) -> Result<(), Fault> {
    let begun = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Ok(()) => return Ok(()),
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && begun.elapsed() < BUSY =>
            {
                std::thread::sleep(BUSY_PAUSE);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Sets what holds for every connection and does not touch the file.
pub(crate) fn set_up(connection: &Connection) -> Result<(), Fault> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Files come from disks we do not trust: no functions with side effects from a schema.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

/// Opens the file for reading only.
pub(crate) fn readable(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    set_up(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn create(path: &Path) -> Result<(), StoreError> {
    let io = |error: std::io::Error| StoreError::from_io(&error, path);
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(io)?;
    }
    match std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
    {
        Ok(_) => make_private(path).map_err(io),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(io(error)),
    }
}

/// Lets only the user read the file: prompts and answers are private. SQLite gives its log the same
/// permissions.
pub(crate) fn make_private(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
