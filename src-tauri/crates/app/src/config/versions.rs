//! Versions of the configuration file: every text that was active is kept in the history's file.
//!
//! The texts hold no credential, because the file holds none; the redactor reads them all the same, for keys
//! that somebody has pasted into a comment.

use crate::App;
use crate::api::types::*;
use crate::config::{Activated, Change};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use switchboard_engine::redact::Redactor;
use switchboard_store::{ConfigVersionRow, NewConfigVersion};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Texts that may wait to be kept. A person changes the file a few times a minute.
const WAITING: usize = 64;
/// How long the end of the program waits for them.
const LAST_VERSIONS: Duration = Duration::from_secs(2);

/// The task that keeps every text that becomes active.
pub(crate) type Keeping = Mutex<Option<JoinHandle<()>>>;

/// Keeps what is active now, and from then on every text that becomes active.
pub(crate) async fn keep(app: &App) {
    let (sender, mut activated) = mpsc::channel(WAITING);
    app.config().keep_versions(Some(sender));
    let first = Activated {
        text: app.config().text(),
        change: None,
    };
    // The store is taken, not the application: it must be able to end while this task listens.
    let (store, redactor, caller) = (
        app.store().clone(),
        app.inner.redactor.clone(),
        app.caller(),
    );
    let record = async move |version: Activated| {
        if version.text.is_empty() {
            return;
        }
        let version = new_version(&redactor, caller, &version);
        if let Err(error) = store.record_config_version(version).await {
            tracing::warn!(%error, "a version of the configuration file could not be kept");
        }
    };
    record(first).await;
    let task = tokio::spawn(async move {
        while let Some(version) = activated.recv().await {
            record(version).await;
        }
    });
    *keeping(app) = Some(task);
}

/// Keeps what has become active so far, and nothing after it: a command that changes the file and ends at once has
/// made a version all the same.
pub(crate) async fn finish(app: &App) {
    app.config().keep_versions(None);
    let Some(task) = keeping(app).take() else {
        return;
    };
    if tokio::time::timeout(LAST_VERSIONS, task).await.is_err() {
        tracing::warn!("the last versions of the configuration file could not be kept");
    }
}

fn keeping(app: &App) -> MutexGuard<'_, Option<JoinHandle<()>>> {
    let keeping = app.inner.versions.lock();
    keeping.unwrap_or_else(PoisonError::into_inner)
}

fn new_version(
    redactor: &Redactor,
    caller: crate::Caller,
    activated: &Activated,
) -> NewConfigVersion {
    let change = activated.change.as_ref();
    NewConfigVersion {
        origin: change.map_or("file", |_| caller.name()).to_owned(),
        note: change.and_then(|change| change.note.clone()),
        restored_from: change.and_then(|change| change.restored_from),
        text: redactor.redact(&activated.text).into_owned(),
    }
}

/// Applies a change to the file and returns the version that it made.
///
/// # Errors
/// What [`super::ConfigHandle::edit`] reports, `Store`.
pub(crate) async fn activate<F>(
    app: &App,
    what: Change,
    change: F,
) -> Result<ConfigVersion, ApiError>
where
    F: Fn(&mut toml_edit::DocumentMut) -> Result<(), ApiError> + Send + 'static,
{
    app.config().edit_as(what.clone(), change).await?;
    current(app, what).await
}

/// Returns the version that is active now, recording it if nobody has yet.
async fn current(app: &App, what: Change) -> Result<ConfigVersion, ApiError> {
    let activated = Activated {
        text: app.config().text(),
        change: Some(what),
    };
    let version = new_version(app.redactor(), app.caller(), &activated);
    let row = app.store().record_config_version(version).await?;
    Ok(shown(row, true))
}

/// Returns the versions, newest first.
///
/// # Errors
/// `Store`.
pub async fn list(app: &App, _params: Empty) -> Result<Vec<ConfigVersion>, ApiError> {
    let rows = app.store().config_versions().await?;
    let active = active(app, &rows).await?;
    let shown = |row: ConfigVersionRow| {
        let is_active = active == Some(row.id);
        shown(row, is_active)
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// Returns the version of the active text: the newest, unless this process has not read it yet.
async fn active(app: &App, rows: &[ConfigVersionRow]) -> Result<Option<u32>, ApiError> {
    let text = active_text(app);
    let fits = |row: &&ConfigVersionRow| usize::try_from(row.bytes).ok() == Some(text.len());
    for row in rows.iter().filter(fits) {
        if app.store().config_version(row.id).await?.1 == text {
            return Ok(Some(row.id));
        }
    }
    Ok(None)
}

/// Returns the active text as it is kept.
fn active_text(app: &App) -> String {
    let text = app.config().text();
    app.redactor().redact(&text).into_owned()
}

/// Returns a version's text, and what sets it apart from the active one.
///
/// # Errors
/// `NotFound`, `Store`.
pub async fn get(app: &App, params: ConfigVersionId) -> Result<ConfigVersionText, ApiError> {
    let (row, text) = app.store().config_version(params.id).await?;
    let active = active_text(app);
    let (diff, added_lines, removed_lines) = crate::diff::lines(&active, &text);
    Ok(ConfigVersionText {
        version: shown(row, active == text),
        text,
        diff,
        added_lines,
        removed_lines,
    })
}

/// Makes an old version active again, as a new version.
///
/// # Errors
/// `NotFound`; `InvalidParams` if this version of the program cannot read it; what editing the file reports.
pub async fn restore(app: &App, params: ConfigVersionId) -> Result<ConfigVersion, ApiError> {
    let (_, text) = app.store().config_version(params.id).await?;
    let document: toml_edit::DocumentMut = text.parse().map_err(|_| {
        ApiError::new(
            ErrorCode::InvalidParams,
            "this version is not readable any more",
        )
    })?;
    let what = Change {
        note: Some(format!("version {} again", params.id)),
        restored_from: Some(params.id),
    };
    app.config()
        .replace_as(what.clone(), document.to_string())
        .await?;
    current(app, what).await
}

/// Puts the active configuration in the place of a broken file, which is kept beside it. Where the program started
/// with the broken file, the newest version that is kept is taken.
///
/// # Errors
/// `Conflict` if the file is not broken, `Config` if the folder cannot be written, `Store`.
pub async fn put_back(app: &App, _params: Empty) -> Result<ConfigPutBack, ApiError> {
    if app.config().problem().is_none() {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            "the configuration file is not broken",
        ));
    }
    let mut text = app.config().text().to_string();
    if text.is_empty() {
        text = match app.store().config_versions().await?.first() {
            Some(row) => app.store().config_version(row.id).await?.1,
            None => super::FIRST_FILE.to_owned(),
        };
    }
    let what = Change {
        note: Some("put in the place of a broken file".to_owned()),
        restored_from: None,
    };
    let kept = app.config().replace_as(what.clone(), text).await?;
    current(app, what).await?;
    Ok(ConfigPutBack {
        kept: kept.map(|path| path.display().to_string()),
    })
}

fn shown(row: ConfigVersionRow, active: bool) -> ConfigVersion {
    ConfigVersion {
        id: row.id,
        at: crate::calls::rfc3339(row.at_ms),
        origin: match row.origin.as_str() {
            "window" => ConfigOrigin::Window,
            "cli" => ConfigOrigin::Cli,
            "gateway" => ConfigOrigin::Gateway,
            _ => ConfigOrigin::File,
        },
        note: row.note,
        restored_from: row.restored_from,
        bytes: row.bytes,
        active,
    }
}

#[cfg(test)]
mod tests {
    use crate::api::types::{ConfigOrigin, Empty, OwnPrice};
    use crate::host::fake::FakeHost;
    use crate::{App, Caller, Options};
    use std::path::Path;
    use std::sync::Arc;
    use switchboard_engine::redact::Redactor;

    async fn open(folder: &Path) -> App {
        App::open(Options {
            data_dir: folder.to_path_buf(),
            config_path: folder.join("config.toml"),
            caller: Caller::Cli,
            host: Arc::new(FakeHost::default()),
            redactor: Arc::new(Redactor::default()),
        })
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn a_command_that_changes_the_file_and_ends_at_once_has_made_a_version() {
        let folder = tempfile::tempdir().unwrap();
        let file = "[providers.local]\nwire = \"openai_chat\"\nbase_url = \"http://127.0.0.1:9\"\nneeds_key = false\n";
        std::fs::write(folder.path().join("config.toml"), file).unwrap();
        for round in 1..=10 {
            let app = open(folder.path()).await;
            let price = OwnPrice {
                provider: "local".to_owned(),
                model: "small".to_owned(),
                input: format!("{round}.5"),
                output: "2".to_owned(),
                cache_read: None,
                cache_creation: None,
            };
            crate::prices::set(&app, price).await.unwrap();
            app.shutdown().await;
            // Whoever comes next has nothing to add.
            let next = open(folder.path()).await;
            let versions = super::list(&next, Empty {}).await.unwrap();
            assert_eq!(versions[0].origin, ConfigOrigin::Cli, "round {round}");
            assert!(versions[0].active);
            next.shutdown().await;
        }
    }
}
