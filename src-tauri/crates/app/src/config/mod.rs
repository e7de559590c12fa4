//! The configuration file on disk: made on the first start, read again when it changes, changed by the
//! program without losing a comment.
//!
//! A broken file never takes effect: the last good configuration stays active and the problem is
//! published beside it. What a configuration means is the engine's affair.

mod edit;
mod file;
mod reload;
#[cfg(test)]
mod tests;

pub use edit::{provider_table, put_provider, remove_provider, set_active_key, set_key, unset_key};

use crate::api::types::{ApiError, ConfigProblem, ErrorCode};
use notify::RecommendedWatcher;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use switchboard_engine::config::{Config, Problem};
use tokio::sync::watch;
use toml_edit::DocumentMut;

/// What a first start writes: everything explained, nothing switched on.
pub const FIRST_FILE: &str = include_str!("first.toml");

/// The active configuration and what is wrong with the file, if anything.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub config: Arc<Config>,
    /// `None`: the file on disk is the active configuration.
    pub problem: Option<ConfigProblem>,
}

/// The configuration of this process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ConfigHandle {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    snapshot: watch::Sender<Snapshot>,
    /// Held while the file is read or written, so that a reload never sees half an edit.
    file: Mutex<()>,
    /// Dropping it ends the watch.
    watcher: Mutex<Option<RecommendedWatcher>>,
}

impl ConfigHandle {
    /// Reads the file, making it first if it is not there. A broken or unreadable file is no error: the
    /// built-in configuration is active and [`Self::problem`] says why.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let (snapshot, _) = watch::channel(Snapshot::default());
        let handle = Self {
            inner: Arc::new(Inner {
                path,
                snapshot,
                file: Mutex::new(()),
                watcher: Mutex::new(None),
            }),
        };
        if let Err(problem) = file::create_if_missing(&handle.inner.path) {
            handle.publish(Err(problem));
        } else {
            handle.reload();
        }
        handle
    }

    /// Returns where the file is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Returns the folder from which relative paths in the file start.
    pub fn folder(&self) -> PathBuf {
        self.inner
            .path
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default()
    }

    /// Returns the active configuration: that of the last good file.
    pub fn current(&self) -> Arc<Config> {
        self.inner.snapshot.borrow().config.clone()
    }

    /// Returns why the file on disk is not active, or `None` if it is.
    pub fn problem(&self) -> Option<ConfigProblem> {
        self.inner.snapshot.borrow().problem.clone()
    }

    /// Returns a receiver that is told of every change of configuration or problem.
    pub fn subscribe(&self) -> watch::Receiver<Snapshot> {
        self.inner.snapshot.subscribe()
    }

    /// Reads the file now. Subscribers hear of it only if something changed.
    pub fn reload(&self) {
        let read = {
            let _held = self
                .inner
                .file
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            file::read(&self.inner.path)
        };
        self.publish(read.and_then(|text| self.parse(&text)));
    }

    /// Changes the file, keeping comments, order and layout of everything else.
    ///
    /// `change` may run more than once: it is applied to the file as it is on disk, and applied anew if
    /// somebody else writes the file meanwhile.
    ///
    /// # Errors
    /// What `change` reports; `Config` if the file is broken or cannot be written; `InvalidParams` with
    /// the field if the result would not be valid; `Conflict` if somebody keeps writing the file.
    pub async fn edit<F>(&self, change: F) -> Result<Arc<Config>, ApiError>
    where
        F: Fn(&mut DocumentMut) -> Result<(), ApiError> + Send + 'static,
    {
        let handle = self.clone();
        let edited = tokio::task::spawn_blocking(move || handle.edit_now(&change)).await;
        edited.unwrap_or_else(|_| {
            Err(ApiError {
                code: ErrorCode::Internal,
                message: "the configuration file could not be changed".to_owned(),
                hint: None,
                field: None,
            })
        })
    }

    fn edit_now(
        &self,
        change: &dyn Fn(&mut DocumentMut) -> Result<(), ApiError>,
    ) -> Result<Arc<Config>, ApiError> {
        let config = {
            let _held = self
                .inner
                .file
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            edit::edit_file(&self.inner.path, change)?
        };
        self.publish(Ok(config));
        Ok(self.current())
    }

    fn parse(&self, text: &str) -> Result<Config, ConfigProblem> {
        Config::parse(text).map_err(|problems| shown(&self.inner.path, &problems))
    }

    fn publish(&self, read: Result<Config, ConfigProblem>) {
        self.inner.snapshot.send_if_modified(|snapshot| match read {
            Ok(config) => {
                let changed = *snapshot.config != config || snapshot.problem.is_some();
                snapshot.config = Arc::new(config);
                snapshot.problem = None;
                changed
            }
            Err(problem) => {
                let changed = snapshot.problem.as_ref() != Some(&problem);
                if changed {
                    tracing::warn!(
                        line = problem.line,
                        field = problem.field,
                        "the configuration file has a problem; the last good one stays active"
                    );
                }
                snapshot.problem = Some(problem);
                changed
            }
        });
    }
}

/// Returns the first problem as the window shows it, with a count of the others.
fn shown(path: &Path, problems: &[Problem]) -> ConfigProblem {
    let file = path.display().to_string();
    let Some(first) = problems.first() else {
        return file::problem(path, "the file is not valid", None);
    };
    let more = match problems.len() {
        1 => String::new(),
        2 => " (and one more problem)".to_owned(),
        count => format!(" (and {} more problems)", count - 1),
    };
    ConfigProblem {
        file,
        line: first.line,
        column: first.column,
        field: first.field.clone(),
        message: format!("{}{more}", first.message),
        fix: first.fix.clone(),
    }
}
