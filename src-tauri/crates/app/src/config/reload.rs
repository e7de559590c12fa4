//! Watching the file. Nothing runs while it does not change.

use crate::config::{ConfigHandle, Inner};
use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Quiet time after the last change before the file is read: editors write in several steps.
const QUIET: Duration = Duration::from_millis(120);
/// Longest time a busy writer can put the reading off, in quiet times.
const PATIENCE: u32 = 10;

impl ConfigHandle {
    /// Starts to watch the file, until the last handle is dropped. Needs a tokio runtime.
    ///
    /// The folder is watched, not the file: editors that replace the file would take the watch along.
    pub fn watch(&self) {
        let (changed, changes) = mpsc::channel(1);
        match start_watcher(&self.inner.path, changed) {
            Ok(watcher) => {
                let mut slot = self
                    .inner
                    .watcher
                    .lock()
                    .unwrap_or_else(|poisoned| poisoned.into_inner());
                *slot = Some(watcher);
                // Ends by itself when the watcher, and with it the sender, is dropped.
                tokio::spawn(reload_on_changes(Arc::downgrade(&self.inner), changes));
            }
            Err(error) => {
                tracing::warn!(%error, "changes of the configuration file will not be noticed");
            }
        }
    }
}

fn start_watcher(
    path: &Path,
    changed: mpsc::Sender<()>,
) -> notify::Result<notify::RecommendedWatcher> {
    let places = places(path);
    let names: BTreeSet<_> = places
        .iter()
        .filter_map(|place| place.file_name().map(ToOwned::to_owned))
        .collect();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let Ok(event) = event else { return };
        let named = |path: &PathBuf| path.file_name().is_some_and(|name| names.contains(name));
        if changes_content(event.kind) && (event.need_rescan() || event.paths.iter().any(named)) {
            // A full channel already holds the news.
            let _ = changed.try_send(());
        }
    })?;
    let folders: BTreeSet<&Path> = places.iter().filter_map(|place| place.parent()).collect();
    for folder in folders {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
    }
    Ok(watcher)
}

/// Returns the file's path and, if it is a link, that of what it points to.
fn places(path: &Path) -> Vec<PathBuf> {
    let folder = path
        .parent()
        .and_then(|folder| std::fs::canonicalize(folder).ok());
    let named = match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path.to_path_buf(),
    };
    let mut places = vec![named];
    if let Ok(target) = std::fs::canonicalize(path)
        && !places.contains(&target)
    {
        places.push(target);
    }
    places
}

/// Our own reading must not count as a change, or it would be read for ever.
fn changes_content(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

async fn reload_on_changes(inner: Weak<Inner>, mut changes: mpsc::Receiver<()>) {
    while changes.recv().await.is_some() {
        for _ in 0..PATIENCE {
            match timeout(QUIET, changes.recv()).await {
                Ok(Some(())) => {}
                Ok(None) => return,
                Err(_quiet) => break,
            }
        }
        let Some(inner) = inner.upgrade() else { return };
        let handle = ConfigHandle { inner };
        // A reload that panicked has published nothing; the next change tries again.
        let _ = tokio::task::spawn_blocking(move || handle.reload()).await;
    }
}
