//! The application inside this process: where it keeps its things, how it starts and ends.

use crate::args::Arguments;
use crate::core::{App, Options};
use std::time::Duration;
use switchboard_app::api::types::ApiError;
use tauri::{AppHandle, Manager};

/// Longest wait for running calls to stop and history to be written when the program ends.
const SHUTDOWN: Duration = Duration::from_secs(3);

/// Opens the application.
///
/// # Errors
/// What keeps it from starting, such as a history file that cannot be opened.
pub(crate) async fn open(arguments: &Arguments) -> Result<App, ApiError> {
    let data_dir = arguments
        .data_dir()
        .unwrap_or_else(|| std::env::temp_dir().join("switchboard-standin"));
    App::open(Options { data_dir }).await
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
