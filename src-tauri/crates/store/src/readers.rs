//! Connections that only read, apart from the writer: write-ahead logging lets both work at once.

use crate::error::{Fault, StoreError};
use crate::open;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Connections kept open while idle.
const KEPT: usize = 4;

/// A pool; clones are the same pool.
#[derive(Debug, Clone)]
pub(crate) struct Readers(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(path: &Path) -> Self {
        Self(Arc::new(Inner {
            path: path.to_owned(),
            idle: Mutex::default(),
        }))
    }

    /// Reads on a thread that may block.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let pool = self.clone();
        match tokio::task::spawn_blocking(move || pool.read_blocking(work)).await {
            Ok(result) => result,
            // The runtime shuts down, or the work panicked and was reported by the panic itself.
            Err(_) => Err(StoreError::Closed),
        }
    }

    fn read_blocking<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let idle = self
            .0
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let result = match idle {
            Some(connection) => Ok(connection),
            None => open::readable(&self.0.path),
        }
        .and_then(|connection| {
            let value = work(&connection);
            let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < KEPT && connection.is_autocommit() {
                idle.push(connection);
            }
            value
        });
        result.map_err(|fault| fault.at(&self.0.path))
    }
}
