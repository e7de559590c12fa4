//! What can go wrong with the history file, each as a sentence for a person.

use rusqlite::ffi::{ErrorCode, SQLITE_IOERR_SHMSIZE};
use std::path::{Path, PathBuf};

/// An error of the store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The file was written by a newer version. It has not been touched.
    #[error(
        "the history at `{}` was written by a newer version of Switchboard (schema {found}, this one knows {known}): update Switchboard, or use another folder with `--data-dir`", .path.display()
    )]
    Newer {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    /// The file is something else. It has not been touched.
    #[error(
        "`{}` is not a Switchboard history: move it away, or use another folder with `--data-dir`", .path.display()
    )]
    NotHistory { path: PathBuf },
    /// SQLite found the file damaged.
    #[error(
        "the history at `{}` is damaged ({detail}): move it away to start a new one, or put the newest backup beside it in its place", .path.display()
    )]
    Damaged { path: PathBuf, detail: String },
    /// The file or its folder may not be written.
    #[error(
        "the history at `{}` cannot be written: the file or its folder is read-only; change its permissions, or use another folder with `--data-dir`", .path.display()
    )]
    ReadOnly { path: PathBuf },
    /// No space is left.
    #[error("the history at `{}` cannot be written: the disk is full; free some space", .path.display())]
    DiskFull { path: PathBuf },
    /// Another program holds the file for longer than the store waits.
    #[error(
        "the history at `{}` is held by another program for too long; close what else has it open", .path.display()
    )]
    Busy { path: PathBuf },
    /// The folder or file could not be made or opened.
    #[error("the history at `{}` cannot be opened: {detail}", .path.display())]
    Open { path: PathBuf, detail: String },
    /// `what` ("prompt", "call") has no such id.
    #[error("there is no {what} `{id}`")]
    NotFound { what: &'static str, id: String },
    /// The caller asked for something that makes no sense; the sentence says what.
    #[error("{0}")]
    Invalid(String),
    /// The store has been closed.
    #[error("the history is closed")]
    Closed,
    /// Anything else SQLite reports.
    #[error("the history at `{}` failed: {detail}", .path.display())]
    Sqlite { path: PathBuf, detail: String },
}

impl StoreError {
    /// Translates an error of SQLite met on the file at `path`.
    pub(crate) fn from_sqlite(error: &rusqlite::Error, path: &Path) -> Self {
        let path = path.to_owned();
        let detail = error.to_string();
        let extended = error.sqlite_error().map(|error| error.extended_code);
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            // The index of the write-ahead log could not grow: without space even opening fails, as an input error.
            Some(ErrorCode::SystemIoFailure) if extended == Some(SQLITE_IOERR_SHMSIZE) => {
                Self::DiskFull { path }
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::NotADatabase) => Self::NotHistory { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, detail },
            Some(ErrorCode::CannotOpen) => Self::Open { path, detail },
            _ => Self::Sqlite { path, detail },
        }
    }

    /// Translates an error of the file system met on `path`.
    pub(crate) fn from_io(error: &std::io::Error, path: &Path) -> Self {
        let path = path.to_owned();
        match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { path }
            }
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::DiskFull { path }
            }
            _ => Self::Open {
                path,
                detail: error.to_string(),
            },
        }
    }
}

/// Why a piece of work on the open file did not succeed: SQLite's word, or ours.
///
/// Used inside the crate, where the file's path is not at hand.
#[derive(Debug)]
pub(crate) enum Fault {
    Sqlite(rusqlite::Error),
    Ours(StoreError),
}

impl Fault {
    pub(crate) fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Sqlite(error) => StoreError::from_sqlite(&error, path),
            Self::Ours(error) => error,
        }
    }

    /// Returns whether the file or the machine is at fault, so that the same work can succeed later.
    pub(crate) fn is_environment(&self) -> bool {
        let Self::Sqlite(error) = self else {
            return false;
        };
        matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::DiskFull
                    | ErrorCode::ReadOnly
                    | ErrorCode::PermissionDenied
                    | ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::NotADatabase
                    | ErrorCode::DatabaseCorrupt
                    | ErrorCode::CannotOpen
                    | ErrorCode::SystemIoFailure
                    | ErrorCode::OutOfMemory
                    | ErrorCode::FileLockingProtocolFailed
                    | ErrorCode::SchemaChanged
                    | ErrorCode::OperationInterrupted
            )
        )
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Ours(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    #[test]
    fn a_log_whose_index_cannot_grow_is_told_as_a_full_disk() {
        let told = |code| {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            StoreError::from_sqlite(&error, Path::new("history.sqlite"))
        };
        let path = PathBuf::from("history.sqlite");
        assert_eq!(told(SQLITE_IOERR_SHMSIZE), StoreError::DiskFull { path });
        assert!(matches!(
            told(ffi::SQLITE_IOERR_READ),
            StoreError::Sqlite { .. }
        ));
    }
}
