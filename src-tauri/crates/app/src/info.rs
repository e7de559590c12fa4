//! What the shell shows about the program, and what the UI keeps between launches.

use crate::App;
use crate::api::types::*;

/// Returns what the shell shows about the program.
///
/// # Errors
/// `Store`.
pub async fn app_info(app: &App, _params: Empty) -> Result<AppInfo, ApiError> {
    let stats = app.store().stats().await?;
    let history_error = app
        .store()
        .problem()
        .borrow()
        .as_ref()
        .map(ToString::to_string);
    let path = |path: &std::path::Path| path.display().to_string();
    Ok(AppInfo {
        version: env!("CARGO_PKG_VERSION").into(),
        os: std::env::consts::OS.into(),
        data_dir: path(app.data_dir()),
        config_path: path(app.config_path()),
        history_path: path(app.history_path()),
        history_calls: stats.calls,
        history_bytes: stats.bytes,
        in_flight: app.running().count(),
        keychain: app.secrets().state().await,
        config_error: app.config().problem(),
        history_error,
        has_real_provider: app.providers().has_real_provider().await,
        interrupted_at_launch: app.interrupted_at_launch(),
    })
}

/// Returns what the UI kept.
///
/// # Errors
/// `Store`.
pub async fn ui_state(app: &App, _params: Empty) -> Result<UiState, ApiError> {
    Ok(UiState {
        values: app.store().ui_state().await?,
    })
}

/// Most bytes of one value of UI state.
const UI_STATE_LIMIT: usize = 256 * 1024;

/// Keeps one value of UI state; `null` forgets it.
///
/// # Errors
/// `InvalidParams` for a value that is too large, `Store`.
pub async fn set_ui_state(app: &App, params: SetUiState) -> Result<Empty, ApiError> {
    if params.value.to_string().len() > UI_STATE_LIMIT || params.key.len() > 200 {
        return Err(ApiError::new(
            ErrorCode::InvalidParams,
            format!("the UI state `{:.40}` is too large to keep", params.key),
        )
        .with_field("value"));
    }
    app.store().set_ui_state(&params.key, params.value).await?;
    Ok(Empty {})
}
