//! The configuration file on disk: made on the first start, read again when it changes, changed by the
//! program without losing a comment.
//!
//! A broken file never takes effect: the last good configuration stays active and the problem is
//! published beside it. What a configuration means is the engine's affair.

mod edit;
mod file;
mod reload;
pub mod schema;
pub(crate) mod tables;
#[cfg(test)]
mod tests;
pub mod versions;

pub(crate) use edit::{check as check_text, replace_file};
pub use edit::{provider_table, put_provider, remove_provider, set_active_key, set_key, unset_key};

use crate::api::types::{ApiError, ConfigProblem, ErrorCode};
use notify::RecommendedWatcher;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use switchboard_engine::config::{Config, Problem};
use tokio::sync::{mpsc, watch};
use toml_edit::DocumentMut;

/// What a first start writes: everything explained, nothing switched on.
pub const FIRST_FILE: &str = include_str!("first.toml");

/// The active configuration and what is wrong with the file, if anything.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub config: Arc<Config>,
    /// What the active configuration was read from; empty for the built-in one.
    pub text: Arc<str>,
    /// `None`: the file on disk is the active configuration.
    pub problem: Option<ConfigProblem>,
}

/// A text that has become active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activated {
    pub text: Arc<str>,
    /// `None`: another program wrote the file.
    pub change: Option<Change>,
}

/// What this program changed in the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// In one clause; `None`: nothing is said about it.
    pub note: Option<String>,
    /// The version it brings back.
    pub restored_from: Option<u32>,
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
    /// Who keeps every text that becomes active; `None`: nobody yet, or no more.
    keeper: Mutex<Option<mpsc::Sender<Activated>>>,
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
                keeper: Mutex::default(),
            }),
        };
        if let Err(problem) = file::create_if_missing(&handle.inner.path) {
            handle.publish(Err(problem), None);
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

    /// Returns the text of the active configuration: that of the last good file.
    pub fn text(&self) -> Arc<str> {
        self.inner.snapshot.borrow().text.clone()
    }

    /// Has every text that becomes active from now on sent to `keeper`, and to no other; `None`: to nobody.
    pub fn keep_versions(&self, keeper: Option<mpsc::Sender<Activated>>) {
        *self.keeper() = keeper;
    }

    fn keeper(&self) -> MutexGuard<'_, Option<mpsc::Sender<Activated>>> {
        let keeper = self.inner.keeper.lock();
        keeper.unwrap_or_else(PoisonError::into_inner)
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
            let _held = self.hold();
            file::read(&self.inner.path)
        };
        let parsed = read.and_then(|text| Ok((self.parse(&text)?, text)));
        self.publish(parsed, None);
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
        self.edit_as(Change::default(), change).await
    }

    /// As [`Self::edit`], with what is to be kept about the change.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub async fn edit_as<F>(&self, what: Change, change: F) -> Result<Arc<Config>, ApiError>
    where
        F: Fn(&mut DocumentMut) -> Result<(), ApiError> + Send + 'static,
    {
        let handle = self.clone();
        let edited = tokio::task::spawn_blocking(move || handle.edit_now(what, &change)).await;
        edited.unwrap_or_else(|_| {
            Err(ApiError {
                code: ErrorCode::Internal,
                message: "the configuration file could not be changed".to_owned(),
                hint: None,
                field: None,
            })
        })
    }

    /// Replaces the whole file. A broken one is kept beside it; returns where, or `None` if there was none.
    ///
    /// # Errors
    /// `InvalidParams` with the field if the text is not valid, `Config` if it cannot be written.
    pub(crate) async fn replace_as(
        &self,
        what: Change,
        text: String,
    ) -> Result<Option<PathBuf>, ApiError> {
        let handle = self.clone();
        let replaced = tokio::task::spawn_blocking(move || {
            let config = edit::check(&text)?;
            let kept = {
                let _held = handle.hold();
                let is_broken = handle.inner.snapshot.borrow().problem.is_some();
                edit::replace_file(&handle.inner.path, &text, is_broken)?
            };
            handle.publish(Ok((config, text)), Some(what));
            Ok(kept)
        });
        replaced.await.unwrap_or_else(|_| {
            let message = "the configuration file could not be changed";
            Err(ApiError::new(ErrorCode::Internal, message))
        })
    }

    fn hold(&self) -> std::sync::MutexGuard<'_, ()> {
        let held = self.inner.file.lock();
        held.unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn edit_now(
        &self,
        what: Change,
        change: &dyn Fn(&mut DocumentMut) -> Result<(), ApiError>,
    ) -> Result<Arc<Config>, ApiError> {
        let edited = {
            let _held = self.hold();
            edit::edit_file(&self.inner.path, change)?
        };
        self.publish(Ok(edited), Some(what));
        Ok(self.current())
    }

    fn parse(&self, text: &str) -> Result<Config, ConfigProblem> {
        Config::parse(text).map_err(|problems| shown(&self.inner.path, &problems))
    }

    fn publish(&self, read: Result<(Config, String), ConfigProblem>, change: Option<Change>) {
        let mut activated = None;
        self.inner.snapshot.send_if_modified(|snapshot| match read {
            Ok((config, text)) => {
                let changed = *snapshot.config != config || snapshot.problem.is_some();
                if *snapshot.text != *text {
                    snapshot.text = text.into();
                    activated = Some(snapshot.text.clone());
                }
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
        if let (Some(text), Some(keeper)) = (activated, self.keeper().as_ref())
            && keeper.try_send(Activated { text, change }).is_err()
        {
            tracing::warn!("a version of the configuration file could not be kept");
        }
    }
}

/// Returns everything that is wrong with a text; empty if it could be active.
pub fn problems(text: &str) -> Vec<Problem> {
    Config::parse(text).err().unwrap_or_default()
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
