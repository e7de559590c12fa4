use crate::App;
use crate::api::types::*;

pub async fn state(_app: &App, _params: Empty) -> Result<KeychainState, ApiError> {
    unreachable!()
}

pub async fn delete(_app: &App, _params: KeyRef) -> Result<Empty, ApiError> {
    unreachable!()
}

pub async fn activate(_app: &App, _params: KeyRef) -> Result<Empty, ApiError> {
    unreachable!()
}

pub async fn scan_env(_app: &App, _params: Empty) -> Result<KeyScan, ApiError> {
    unreachable!()
}

pub async fn import(_app: &App, _params: ImportKeys) -> Result<Vec<ProviderInfo>, ApiError> {
    unreachable!()
}

