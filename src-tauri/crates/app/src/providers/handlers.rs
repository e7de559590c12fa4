//! The use-cases of the API table that concern providers and models.

use crate::App;
use crate::api::types::*;
use crate::providers::edit;

pub async fn list(app: &App, _params: Empty) -> Result<Vec<ProviderInfo>, ApiError> {
    Ok(app.providers().list().await)
}

pub async fn presets(_app: &App, _params: Empty) -> Result<Vec<Preset>, ApiError> {
    Ok(edit::preset_list())
}

pub async fn save(app: &App, params: SaveProvider) -> Result<ProviderInfo, ApiError> {
    app.providers().save(params).await
}

pub async fn delete(app: &App, params: ProviderId) -> Result<Empty, ApiError> {
    app.providers().delete(&params.id).await?;
    Ok(Empty {})
}

pub async fn preview_url(_app: &App, params: PreviewUrl) -> Result<UrlPreview, ApiError> {
    edit::preview(&params)
}

pub async fn test(app: &App, params: ProviderId) -> Result<ProviderTest, ApiError> {
    app.providers().test(&params.id).await
}

pub async fn find_local(app: &App, _params: Empty) -> Result<Vec<ProviderInfo>, ApiError> {
    app.providers().find_local().await
}

pub async fn models(app: &App, _params: Empty) -> Result<Vec<ModelInfo>, ApiError> {
    Ok(app.providers().models().await)
}
