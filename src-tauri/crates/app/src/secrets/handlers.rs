//! The use-cases of the API table that concern keys.

use crate::App;
use crate::api::types::*;

pub async fn state(app: &App, _params: Empty) -> Result<KeychainState, ApiError> {
    Ok(app.secrets().state().await)
}

pub async fn delete(app: &App, params: KeyRef) -> Result<Empty, ApiError> {
    app.secrets().delete(&params).await?;
    Ok(Empty {})
}

pub async fn activate(app: &App, params: KeyRef) -> Result<Empty, ApiError> {
    app.secrets().activate(&params).await?;
    Ok(Empty {})
}

pub async fn scan_env(app: &App, _params: Empty) -> Result<KeyScan, ApiError> {
    Ok(app.secrets().scan_env().await)
}

pub async fn import(app: &App, params: ImportKeys) -> Result<Vec<ProviderInfo>, ApiError> {
    app.secrets().import_keys(&params).await?;
    Ok(app.providers().list().await)
}
