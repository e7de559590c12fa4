use crate::App;
use crate::api::types::*;

pub async fn app_info(_app: &App, _params: Empty) -> Result<AppInfo, ApiError> {
    unreachable!()
}

pub async fn ui_state(_app: &App, _params: Empty) -> Result<UiState, ApiError> {
    unreachable!()
}

pub async fn set_ui_state(_app: &App, _params: SetUiState) -> Result<Empty, ApiError> {
    unreachable!()
}
