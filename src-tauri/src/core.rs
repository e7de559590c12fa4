//! TEMPORARY local stand-in for the application's facade until it lands.

use serde_json::Value;
use std::path::{Path, PathBuf};
use switchboard_app::api::types::*;

#[derive(Debug, Clone)]
pub(crate) struct App;
#[derive(Debug)]
pub(crate) struct Options {
    pub data_dir: PathBuf,
}
#[derive(Debug)]
pub(crate) struct Subscription;
#[derive(Debug)]
pub(crate) struct Visibility;
impl Visibility {
    pub(crate) fn set_hidden(&self, _hidden: bool) {}
}
impl Subscription {
    pub(crate) async fn next(&mut self) -> Option<Batch> {
        std::future::pending().await
    }
    pub(crate) fn visibility(&self) -> Visibility {
        Visibility
    }
}
fn none() -> ApiError {
    ApiError {
        code: ErrorCode::Internal,
        message: "not there yet".into(),
        hint: None,
        field: None,
    }
}
impl App {
    pub(crate) async fn open(options: Options) -> Result<App, ApiError> {
        std::fs::create_dir_all(&options.data_dir).map_err(|e| ApiError {
            message: format!("cannot make {}: {e}", options.data_dir.display()),
            ..none()
        })?;
        Ok(App)
    }
    pub(crate) fn subscribe(&self) -> Subscription {
        Subscription
    }
    pub(crate) async fn set_key(&self, _key: SetKey) -> Result<ProviderInfo, ApiError> {
        Err(none())
    }
    pub(crate) async fn scan_dotenv(&self, _path: &Path) -> Result<KeyScan, ApiError> {
        Err(none())
    }
    pub(crate) async fn shutdown(&self) {}
}
pub(crate) async fn dispatch(_app: &App, _method: &str, _params: Value) -> Result<Value, ApiError> {
    Err(none())
}
