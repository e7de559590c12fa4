use crate::App;
use crate::api::types::*;

pub async fn list(_app: &App, _params: Empty) -> Result<Vec<ProviderInfo>, ApiError> {
    unreachable!()
}

pub async fn presets(_app: &App, _params: Empty) -> Result<Vec<Preset>, ApiError> {
    unreachable!()
}

pub async fn save(_app: &App, _params: SaveProvider) -> Result<ProviderInfo, ApiError> {
    unreachable!()
}

pub async fn delete(_app: &App, _params: ProviderId) -> Result<Empty, ApiError> {
    unreachable!()
}

pub async fn preview_url(_app: &App, _params: PreviewUrl) -> Result<UrlPreview, ApiError> {
    unreachable!()
}

pub async fn test(_app: &App, _params: ProviderId) -> Result<ProviderTest, ApiError> {
    unreachable!()
}

pub async fn find_local(_app: &App, _params: Empty) -> Result<Vec<ProviderInfo>, ApiError> {
    unreachable!()
}

pub async fn models(_app: &App, _params: Empty) -> Result<Vec<ModelInfo>, ApiError> {
    unreachable!()
}

