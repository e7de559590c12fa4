//! The application inside this process: where it keeps its things, how it starts and ends.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use switchboard_app::api::types::ApiError;
use switchboard_app::{App, Caller, Options};
use switchboard_engine::redact::Redactor;
use switchboard_gateway::GatewaySwitch;
use switchboard_host::{Folders, Log, SystemHost};
use tauri::{AppHandle, Manager};

/// Longest wait for running calls to stop and history to be written when the program ends.
const SHUTDOWN: Duration = Duration::from_secs(3);

/// Starts the log. Every line passes the redactor, which the application teaches its keys.
pub(crate) fn start_log(folder: &Path, redactor: &Arc<Redactor>) {
    let (for_file, for_terminal) = (Arc::clone(redactor), Arc::clone(redactor));
    if let Err(error) = Log::start(folder, move |text| for_file.redact(text)) {
        // Without a folder to write to, the terminal must do; without that, nothing is lost but words.
        if Log::to_stderr(move |text| for_terminal.redact(text)).is_ok() {
            tracing::warn!(folder = %folder.display(), %error, "no log file can be written");
        }
    }
}

/// Opens the application.
///
/// # Errors
/// What keeps it from starting, such as a history file that cannot be opened.
pub(crate) async fn open(folders: Folders, redactor: Arc<Redactor>) -> Result<App, ApiError> {
    let host = SystemHost::new(&folders).with_gateway(Arc::new(GatewaySwitch::default()));
    let app = App::open(Options {
        data_dir: folders.data_dir,
        config_path: folders.config_path,
        caller: Caller::Window,
        host: Arc::new(host),
        redactor,
    })
    .await?;
    switchboard_app::gateway::resume(&app).await;
    Ok(app)
}

/// Stops what runs and writes what is not written yet.
pub(crate) fn close(handle: &AppHandle) {
    let Some(app) = handle.try_state::<App>() else {
        return;
    };
    tauri::async_runtime::block_on(async {
        if tokio::time::timeout(SHUTDOWN, app.shutdown())
            .await
            .is_err()
        {
            tracing::error!("history was not written within {SHUTDOWN:?} of the end");
        }
    });
}
