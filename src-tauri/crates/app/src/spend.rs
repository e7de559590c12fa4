//! What calls cost: reports over ranges of the user's own days.

use crate::App;
use crate::api::types::*;

/// Reports what calls cost over a range.
///
/// # Errors
/// `InvalidParams` naming the field, `Store`.
pub async fn report(_app: &App, _query: SpendQuery) -> Result<SpendReport, ApiError> {
    Err(unbuilt())
}

/// Returns what was spent today.
///
/// # Errors
/// `Store`.
pub async fn today(_app: &App, _params: Empty) -> Result<SpendToday, ApiError> {
    Err(unbuilt())
}

/// Writes a report as a file.
///
/// # Errors
/// As [`report`].
pub async fn export(_app: &App, _params: ExportSpend) -> Result<SpendFile, ApiError> {
    Err(unbuilt())
}

fn unbuilt() -> ApiError {
    ApiError::new(ErrorCode::Internal, "spend is not summed yet")
}
